"""S3: bodies too large for an item."""
