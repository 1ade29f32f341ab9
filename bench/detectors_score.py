"""How near a guessed step is to the labelled one, and the floors any method has to beat."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

Z = 1.959964
_ERROR = re.compile(r"exit ?code: *[1-9]|Traceback \(most recent call last\)|\berror\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Guess:
    step: int
    agent: str


def wilson(hits: float, of: int) -> tuple[float, float]:
    """The 95 % Wilson interval of hits among `of`, as two shares."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = hits / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def same_agent(one: str, other: str) -> bool:
    """Names as people write them: case, and a role in brackets, left aside."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return re.sub(r"\s*\(.*\)\s*\Z", "", name, flags=re.DOTALL).strip().lower()


def agent_at(steps: Sequence[dict[str, Any]], at: int) -> str:
    return str(steps[at]["actor"]) if 0 <= at < len(steps) else ""


SCORES: tuple[tuple[str, Callable[[Guess, dict[str, Any]], bool]], ...] = (
    ("exact", lambda guess, label: guess.step == label["step"]),
    ("±1", lambda guess, label: abs(guess.step - label["step"]) <= 1),
    ("±5", lambda guess, label: abs(guess.step - label["step"]) <= 5),
    ("any", lambda guess, label: guess.step in (label.get("all_steps") or [label["step"]])),
    ("agent", lambda guess, label: same_agent(guess.agent, str(label.get("agent") or ""))),
)


def score(guesses: Sequence[Guess], labels: Sequence[dict[str, Any]]) -> list[float]:
    """The number of hits under each of SCORES."""
    return [float(sum(hit(guess, label) for guess, label in zip(guesses, labels, strict=True))) for _, hit in SCORES]


def floors(runs: Sequence[Sequence[dict[str, Any]]], labels: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """The hits of methods that understand nothing. The constant is the best one in hindsight, of this very file."""
    everywhere = [
        [
            sum(column) / len(steps)
            for column in zip(*(score([_at(steps, at)], [label]) for at in range(len(steps))), strict=True)
        ]
        for steps, label in zip(runs, labels, strict=True)
    ]
    longest = max(len(steps) for steps in runs)
    constants = [score([_at(steps, at) for steps in runs], labels) for at in range(longest)]
    return {
        "uniform random (expected)": [sum(column) for column in zip(*everywhere, strict=True)],
        "best constant step": max(constants),
        "before the first error": score([_at(steps, _before_error(steps)) for steps in runs], labels),
        "last step": score([_at(steps, len(steps) - 1) for steps in runs], labels),
        "most talkative agent": score([_talkative(steps) for steps in runs], labels),
    }


def _at(steps: Sequence[dict[str, Any]], at: int) -> Guess:
    return Guess(at, agent_at(steps, at))


def _before_error(steps: Sequence[dict[str, Any]]) -> int:
    for at, step in enumerate(steps):
        if at and (step.get("err") or _ERROR.search(str(step.get("text")))):
            return at - 1
    return len(steps) - 1


def _talkative(steps: Sequence[dict[str, Any]]) -> Guess:
    agents = Counter(
        _bare(str(step["actor"])) for step in steps if step["actor"] not in ("user", "human", "system", "tool")
    )
    top = max(sorted(agents), key=lambda name: agents[name]) if agents else ""
    return Guess(next((at for at, step in enumerate(steps) if _bare(str(step["actor"])) == top), 0), top)
