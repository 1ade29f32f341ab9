"""Endpoint tests: the real handlers behind the template's routes. A package, so that its engine ends with it."""
