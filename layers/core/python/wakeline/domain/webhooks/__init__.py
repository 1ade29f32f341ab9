"""Webhooks: who is told of what, and how often we try."""
