"""Views: what the ledger shows, as pure functions of its events."""
