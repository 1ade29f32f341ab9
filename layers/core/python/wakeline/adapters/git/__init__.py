"""git on this machine: for the local stack."""
