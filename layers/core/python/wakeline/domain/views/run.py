"""What a run was given and what it came to, as its first and its last event say."""

from collections.abc import Iterable
from typing import Any, TypedDict

from wakeline.domain.events import Event

BOUNDS = ("session_start", "session_end")


class RunView(TypedDict):
    """Any JSON; null where nothing is said. What went wrong stays in the events: `error` is how this API refuses."""

    input: Any
    output: Any


def run_of(events: Iterable[Event]) -> RunView:
    """The input that a run began with first, the output that it ended with last."""
    run: RunView = {"input": None, "output": None}
    for event in events:
        if event.type == "session_start" and run["input"] is None:
            run["input"] = event.body.get("input")
        elif event.type == "session_end":
            run["output"] = event.body.get("output")
    return run
