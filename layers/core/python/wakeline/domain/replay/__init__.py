"""Replay: a recorded run again with something changed, and where the two part.

`steps` reads a run as steps, `cassette` answers a step from the record, `walk` runs it again, `diff` lays two runs
beside one another. All of it is pure: what a model says comes in as a function.
"""

from .cassette import Cassette
from .diff import Diff, diff
from .steps import Step, steps_of
from .substitutions import Substitution, read_substitutions
from .walk import Replayed, replay

__all__ = ["Cassette", "Diff", "Replayed", "Step", "Substitution", "diff", "read_substitutions", "replay", "steps_of"]
