"""Counting the events of one trace, in ledger order, a few segments at a time.

What is carried from one time to the next is `state`; counting in one go or in pieces gives the same, so rows can be
built again from the ledger. An event counts on the UTC day of its own timestamp.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from wakeline.domain import times
from wakeline.domain.delta import TOKENS
from wakeline.domain.events import Event, error_text
from wakeline.domain.prices import Price, Usage

from .counts import Counts, Number, plus
from .text import categories_of, pattern_of

MAIN, ERROR, FILE = "main", "error", "file"
KINDS = (MAIN, ERROR, FILE)
Days = dict[tuple[str, str], Counts]
"""Counters by (day, kind). Errors and files have rows of their own: they are many, and few questions are about them."""

MAX_DAYS = 400
MAX_NAMES = {"tool": 200, "use": 200, "skill": 200, "agent": 200, "error": 200, "file": 5_000}
"""How many names of each sort a trace tells apart, and how many days; the rest goes under `*`, or to the last day.

A row stays of bounded size whatever names a client invents.
"""
NAME_LENGTH = 128
PATH_LENGTH = 1_024
MAX_OPEN = 1_000
"""Tool calls without a result that are remembered; of more, the oldest are forgotten."""

_FILE_TOOLS = {"Read": "reads", "NotebookRead": "reads", "Write": "writes"} | dict.fromkeys(
    ("Edit", "MultiEdit", "NotebookEdit"), "edits"
)
_PATHS = ("file_path", "notebook_path", "path")
_CHANGES = {"created": "writes", "modified": "edits", "deleted": "edits", "renamed": "edits"}
_SAMPLE = 1_000


@dataclass(slots=True)
class Walk:
    """`days` are the counters so far, `open` the tool calls that wait for a result: key → [tool, time, index]."""

    price: Price
    days: Days = field(default_factory=dict)
    open: dict[str, list[str]] = field(default_factory=dict)
    _names: dict[str, set[str]] = field(default_factory=dict)
    _known_days: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for (day, _), counts in self.days.items():
            self._known_days.add(day)
            for dimension, name, _ in counts:
                self._names.setdefault(dimension, set()).add(name)

    def feed(self, event: Event) -> None:
        """Count one event."""
        day = self._day(event.timestamp)
        self._count(day, MAIN, "total", "", "events")
        counter = _COUNTERS.get(event.type)
        if counter is not None:
            counter(self, day, event)

    def _day(self, timestamp: str) -> str:
        day = timestamp[:10]
        if day not in self._known_days and len(self._known_days) >= MAX_DAYS:
            return max(self._known_days)
        self._known_days.add(day)
        return day

    def _count(self, day: str, kind: str, dimension: str, name: str, measure: str, by: Number = 1) -> None:
        counts = self.days.setdefault((day, kind), {})
        key = (dimension, name, measure)
        counts[key] = plus(counts.get(key, 0), by)

    def _name(self, dimension: str, said: object, length: int = NAME_LENGTH) -> str:
        """The name as it is counted. One more than a trace may tell apart is `*`."""
        name = said[:length] if isinstance(said, str) and said else "unknown"
        known = self._names.setdefault(dimension, set())
        if name not in known and len(known) >= MAX_NAMES[dimension]:
            return "*"
        known.add(name)
        return name

    def _user_message(self, day: str, event: Event) -> None:
        said, text = event.body, event.body.get("content")
        self._count(day, MAIN, "total", "", "user_messages")
        by_person = (event.actor or {}).get("type") == "user" and not (event.metadata or {}).get("sidechain")
        if not by_person or said.get("is_meta") or said.get("is_compact_summary") or not isinstance(text, str):
            return
        # What a client writes in a person's name: command output, reminders, notes on resumed sessions.
        if not text.strip() or text.lstrip().startswith(("<", "Caveat:", "[Request interrupted")):
            return
        self._count(day, MAIN, "total", "", "prompts")
        for category in categories_of(text):
            self._count(day, MAIN, "prompt", category, "count")

    def _agent_message(self, day: str, _event: Event) -> None:
        self._count(day, MAIN, "total", "", "agent_messages")

    def _llm_call(self, day: str, event: Event) -> None:
        """Tokens and dollars by model. `told_…` is what came with a price of its own: no other price replaces it."""
        said = event.body
        cost = said.get("cost_usd")
        is_call = said.get("phase") != "start" and not said.get("revision")
        if not is_call and cost is None and not any(said.get(kind) for kind in TOKENS):
            return
        model = self._name("use", said.get("model"))
        told = cost is not None and not _is_list_price(event)
        for kind in TOKENS:
            tokens = said.get(kind) or 0
            if tokens:
                self._count(day, MAIN, "use", model, kind, tokens)
                if told:
                    self._count(day, MAIN, "use", model, f"told_{kind}", tokens)
        if is_call:
            self._count(day, MAIN, "use", model, "calls")
            if cost is None:
                self._count(day, MAIN, "use", model, "unpriced")
        if cost is not None:
            self._count(day, MAIN, "use", model, "told_cost" if told else "list_cost", Decimal(repr(cost)))
        cached = said.get("cache_read_tokens") or 0
        if cached:
            saved = self._saving(model, day)
            if saved:
                self._count(day, MAIN, "use", model, "saved", saved * cached)

    def _saving(self, model: str, day: str) -> Decimal:
        """What a token read from the cache costs less than a fresh one, by that day's list price."""
        noon = f"{day}T12:00:00Z"
        fresh = self.price(model, Usage(input_tokens=_SAMPLE), noon)
        cached = self.price(model, Usage(cache_read_tokens=_SAMPLE), noon)
        return Decimal(0) if fresh is None or cached is None else (fresh - cached) / _SAMPLE

    def _tool_call(self, day: str, event: Event) -> None:
        said = event.body
        if said.get("phase") == "end":
            self._tool_result(day, event)
            return
        tool = self._name("tool", said.get("tool_name"))
        self._count(day, MAIN, "total", "", "tool_calls")
        self._count(day, MAIN, "tool", tool, "calls")
        for key in _call_keys(event):
            self.open.pop(key, None)
            self.open[key] = [tool, event.timestamp, str(event.index)]
        while len(self.open) > MAX_OPEN:
            del self.open[next(iter(self.open))]
        arguments = said.get("arguments", said.get("input"))
        arguments = arguments if isinstance(arguments, dict) else {}
        if tool == "Skill":
            skill = self._name("skill", arguments.get("skill", arguments.get("command")))
            self._count(day, MAIN, "skill", skill, "count")
        if tool in _FILE_TOOLS:
            path = next((arguments[name] for name in _PATHS if isinstance(arguments.get(name), str)), "")
            if path:
                self._count(day, FILE, "file", self._name("file", path, PATH_LENGTH), _FILE_TOOLS[tool])

    def _tool_result(self, day: str, event: Event) -> None:
        said = event.body
        call = next((self.open[key] for key in _call_keys(event) if key in self.open), None)
        if call is not None:
            self.open = {key: other for key, other in self.open.items() if other[2] != call[2]}
        tool = call[0] if call is not None else self._name("tool", said.get("tool_name"))
        self._count(day, MAIN, "tool", tool, "results")
        took = said.get("duration_ms")
        if took is None and call is not None:
            took = times.seconds_between(call[1], event.timestamp) * 1000
        if took is not None:
            self._count(day, MAIN, "tool", tool, "timed")
            self._count(day, MAIN, "tool", tool, "microseconds", round(took * 1000))
        error = error_text(said.get("error"))
        if error is not None:
            self._count(day, MAIN, "total", "", "tool_errors")
            self._count(day, MAIN, "tool", tool, "errors")
            self._count(day, ERROR, "error", self._name("error", pattern_of(error), PATH_LENGTH), "count")

    def _error(self, day: str, event: Event) -> None:
        self._count(day, MAIN, "total", "", "errors")
        text = event.body.get("message")
        if isinstance(text, str):
            self._count(day, ERROR, "error", self._name("error", pattern_of(text), PATH_LENGTH), "count")

    def _subagent_start(self, day: str, event: Event) -> None:
        self._count(day, MAIN, "agent", self._name("agent", event.body.get("agent_type")), "count")

    def _compaction(self, day: str, _event: Event) -> None:
        self._count(day, MAIN, "total", "", "compactions")

    def _file_change(self, day: str, event: Event) -> None:
        said = event.body
        for name in ("additions", "deletions"):
            if said.get(name):
                self._count(day, MAIN, "total", "", name, said[name])
        path = said.get("path")
        # One that a tool call made was counted with the call.
        if isinstance(path, str) and said.get("call_id") is None:
            measure = _CHANGES.get(said.get("action") or "modified", "edits")
            self._count(day, FILE, "file", self._name("file", path, PATH_LENGTH), measure)


_COUNTERS: dict[str, Callable[[Walk, str, Event], None]] = {
    "user_message": Walk._user_message,
    "agent_message": Walk._agent_message,
    "llm_call": Walk._llm_call,
    "tool_call": Walk._tool_call,
    "tool_result": Walk._tool_result,
    "error": Walk._error,
    "subagent_start": Walk._subagent_start,
    "compaction": Walk._compaction,
    "file_change": Walk._file_change,
}


def _is_list_price(event: Event) -> bool:
    """Whether Wakeline priced the response: on its way in, or when it read the line of a transcript."""
    return event.body.get("cost_source") == "list_price" or "line" in (event.metadata or {})


def _call_keys(event: Event) -> list[str]:
    """What ties a result to its call, the surer one first."""
    call_id = event.body.get("call_id")
    span = [f"span:{event.span_id}"] if event.span_id is not None else []
    return span + ([f"call:{call_id}"] if isinstance(call_id, str) else [])
