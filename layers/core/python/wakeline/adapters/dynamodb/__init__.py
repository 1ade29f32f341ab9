"""DynamoDB: keys, items and the named access patterns of each noun."""
