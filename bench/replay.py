"""Replays and tapes: how long a diff of long runs takes, and what redaction hides of the real runs."""

import resource
import time
from collections import Counter
from typing import Any

from wakeline.domain.events import NewEvent
from wakeline.domain.redaction import redact
from wakeline.domain.replay import diff, replay

STEPS = 5_000
AT = "2026-03-21T10:00:00.000Z"


def run_of(steps: int, every: int, note: str) -> list[NewEvent]:
    """A run of model calls and tool calls in turns; each `every`-th step says `note`."""
    events: list[NewEvent] = []
    for n in range(steps):
        said = note if every and n % every == 0 else ""
        span, text = f"s{n}", f"{n} {'word ' * 60}{said}"
        pairs: list[tuple[str, dict[str, Any]]] = [
            ("tool_call", {"tool_name": f"tool{n % 7}", "arguments": {"q": text}}),
            ("tool_result", {"tool_name": f"tool{n % 7}", "result": text}),
        ]
        if n % 2:
            common = {"model": "m", "name": "plan"}
            pairs = [
                ("llm_call", {**common, "input": [{"role": "user", "content": text}], "phase": "start"}),
                ("llm_call", {**common, "output": text, "phase": "end", "input_tokens": 9}),
            ]
        events += [NewEvent(type=kind, span_id=span, timestamp=AT, payload=payload) for kind, payload in pairs]
    return events


def main() -> None:
    """Print both tables."""
    print(f"\nDiff of two runs of {STEPS} steps: CPU seconds of this process, and the most memory it had so far")
    original = run_of(STEPS, 0, "")
    others = {
        "the same run": original,
        "replayed": replay(original, None, trace_id="t").events,
        "every 100th step differs": run_of(STEPS, 100, "x"),
        "every 2nd step differs": run_of(STEPS, 2, "x"),
        "every step differs": run_of(STEPS, 1, "x"),
        "backwards": original[::-1],
    }
    for name, other in others.items():
        began = time.process_time()
        found = diff(original, other)
        took = time.process_time() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        differing = sum(step.change != "same" for step in found.steps)
        print(f"  {name:26} {took:6.2f} s {memory:6.0f} MB   {differing} steps are not the same")
    _redaction()


def _redaction() -> None:
    from tests.unit.domain.replay.runs import REAL, real_runs

    print("\nRedaction of the real transcripts and spans: what is hidden, by kind")
    if not REAL.is_dir():
        print("  the data is not beside the repository")
        return
    found = Counter[str]()
    events = touched = texts = 0
    for _, run in real_runs():
        for event in run:
            here = Counter[str]()
            redact(event.payload, here)
            found += here
            events += 1
            touched += bool(here)
            texts += _texts(event.payload)
    for kind, count in found.most_common():
        print(f"  {kind:16} {count:6}")
    hidden = sum(found.values()) - found["email"]
    print(f"  {touched} of {events} events touched, {touched / events:.2%}; {texts} texts")
    # The transcripts were published by others and hold no live secret, so what is hidden but addresses counts as too
    # much, though an exercise's password among it (PASSWORD=8XDP5…) is hidden rightly.
    print(f"  hidden that is no address: {hidden}, {hidden / texts:.3%} of texts")


def _texts(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_texts, value.values()))
    if isinstance(value, list):
        return sum(map(_texts, value))
    return isinstance(value, str)
