"""Use cases as plain functions, and the ports they need."""
