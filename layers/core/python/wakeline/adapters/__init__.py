"""The only home of outside systems."""
