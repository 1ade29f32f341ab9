"""Endpoint tests: the real handlers behind the template's routes, on the embedded engine."""
