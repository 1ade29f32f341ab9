"""Fixes: what to change so that a failure does not come again, as a plan and a unified diff."""
