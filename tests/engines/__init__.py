"""Everything that talks to engines other than the embedded one; `make test-engines` (docs/testing.md)."""
