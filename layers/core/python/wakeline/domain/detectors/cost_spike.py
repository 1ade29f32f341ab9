"""One response cost far more than the others."""

from statistics import median

from .detection import Detection, found
from .run import Run, Step

LABEL = "cost_spike"
TIMES = 10
SHARE = 0.25
FEWEST = 8
LEAST_USD = 0.5
LEAST_TOKENS = 50_000
"""Less than that is not dear, however cheap the others are: a file read once, a cache that had run out."""


def detect(run: Run) -> Detection | None:
    """Among eight model calls or more, one costs over ten times the median and over a quarter of the run (0.6),
    and half a dollar or 50 000 tokens at least.
    Measured in US dollars where every call says its cost, else in tokens that were not read from a cache.

    Costs more than asked are a finding, not an error: this label never decides the critical step of a run on its own.
    """
    calls = [step for step in run.kind("llm_call") if step.payload.get("revision") is not True]
    if len(calls) < FEWEST:
        return None
    costs = [_number(step, "cost_usd") for step in calls]
    unit = "US dollars"
    if not all(cost > 0 for cost in costs):
        costs = [_number(step, "input_tokens") + _number(step, "output_tokens") for step in calls]
        unit = "tokens"
    usual, total = median(costs), sum(costs)
    top = max(range(len(calls)), key=lambda place: (costs[place], -place))
    least = LEAST_USD if unit == "US dollars" else LEAST_TOKENS
    if usual <= 0 or costs[top] <= max(TIMES * usual, SHARE * total) or costs[top] < least:
        return None
    text = f"One response took {costs[top]:.6g} {unit}, the usual one {usual:.6g}."
    return found(LABEL, 0.6, calls[top].seq, [], text)


def _number(step: Step, name: str) -> float:
    value = step.payload.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15 else 0.0
