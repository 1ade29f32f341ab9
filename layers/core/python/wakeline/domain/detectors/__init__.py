"""Detectors: what went wrong in a run, and at which event, told from the record alone and without a model.

One detector is one file: `detect(run)`, a pure function over a `Run`, with its definition in the docstring.
docs/detectors.md says how good they are and how that was measured.
"""

from .analysis import DETECTOR_VERSION, DETECTORS, analyse, analyse_run
from .detection import Analysis, Detection
from .run import Recorded, Run, prepare

__all__ = [
    "DETECTORS",
    "DETECTOR_VERSION",
    "Analysis",
    "Detection",
    "Recorded",
    "Run",
    "analyse",
    "analyse_run",
    "prepare",
]
