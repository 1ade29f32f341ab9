"""What lets anybody check the record: Merkle trees, signed digests, proofs, exported traces. See docs/evidence.md."""
