"""Benchmarks. Each prints tables and judges nothing; figures that were kept are in README.md."""
