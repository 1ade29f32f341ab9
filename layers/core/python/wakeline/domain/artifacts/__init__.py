"""Artifacts: files that belong to a trace — screenshots, recordings, reports. Pure rules; the bytes live in S3."""
