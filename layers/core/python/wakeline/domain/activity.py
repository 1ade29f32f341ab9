"""What happened, in numbers for the people who run Wakeline: no ids, no contents, all workspaces together."""

from collections import Counter
from collections.abc import Iterable

from .delta import TOKENS, Delta

COUNTED = {
    "trace.started": "TracesStarted",
    "trace.completed": "TracesEnded",
    "incident.created": "IncidentsOpened",
    "approval.requested": "ApprovalsRequested",
    "approval.approved": "ApprovalsDecided",
    "approval.denied": "ApprovalsDecided",
    "approval.expired": "ApprovalsExpired",
    "budget.exceeded": "BudgetsExceeded",
}
"""The metric that counts a kind of the bus's events. A trace that ended otherwise afterwards has ended twice."""


def of_events(types: Iterable[str]) -> Counter[str]:
    """By the types of events of the bus."""
    return Counter(COUNTED[each] for each in types if each in COUNTED)


def of_batch(delta: Delta) -> dict[str, float]:
    """By what a committed batch adds. `CostRecorded` is in US dollars, of the calls that said what they cost."""
    return {
        "EventsRecorded": delta.counters.get("events", 0),
        "EvaluationsDenied": delta.counters.get("type.operation_denied", 0),
        "TokensRecorded": sum(delta.counters.get(name, 0) for name in TOKENS),
        "CostRecorded": float(delta.cost),
    }
