"""The HTTP edge: entry, errors, authentication, paging."""
