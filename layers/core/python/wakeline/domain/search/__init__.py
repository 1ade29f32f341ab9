"""Searching: what is indexed, what a person types, how parts of the index grow together and ranks are fused."""
