"""What the workers are tried with while AWS fails them (test_faults.py): one scenario at least of each.

A module for each area; importing this package registers them all.
"""

from . import evidence, readers, replays, runs, uploads, views

__all__ = ["evidence", "readers", "replays", "runs", "uploads", "views"]
