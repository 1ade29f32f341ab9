"""Statistics as the API shows them: pure functions from rows of counters to answers."""
