"""Dodo Payments."""
