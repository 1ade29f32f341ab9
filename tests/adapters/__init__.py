"""The adapters behind their ports, on the embedded engine. A package, so that its engine ends with its last test."""
