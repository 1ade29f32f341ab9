"""What a batch of events adds to its trace: counters and the few facts that the trace's HEAD shows.

A delta is a pure function of the batch, is stored beside it, and is folded into HEAD once (`trace.fold`). Verify
computes it again.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any, Self

from . import money, times
from .canonical import MAX_SAFE_INTEGER
from .errors import Invalid
from .events import Event, error_text

TITLE_LENGTH = 200
NAME_LENGTH = 128
MAX_NAMES = 100
"""How many tools, and how many models, a trace tells apart. HEAD is rewritten at every append: whoever invents names
must not make it grow without end. Further tools are counted as `tool.*`.
"""
TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
OUTCOMES = frozenset({"executed", "completed_with_approval", "blocked", "denied", "expired"})
"""How a governed trace can end."""
_FAILED = frozenset({"failed", "failure", "error", "errored", "aborted", "cancelled", "canceled", "timeout"})
_TITLE = "custom.claude_code.summary"


@dataclass(slots=True)
class Delta:
    """`counters` are summed; `cost` is US dollars as a decimal string; the rest replaces what HEAD says, where set.

    Counters: `events`, `type.<event type>` (all custom types as one), `tool.<tool name>`, `tool_calls`,
    `tool_errors`, `errors`, `llm_calls`, `unpriced_calls`, the four token kinds, `additions`, `deletions`, `hooks`
    (events that Claude Code's hooks told). `first_at` and `last_at` span the events' own times, `received_at` is
    when the server took them.
    """

    counters: dict[str, int] = field(default_factory=dict)
    cost: str = "0"
    last_at: str = ""
    status: str | None = None
    ended_at: str | None = None
    prompt: str | None = None
    title: str | None = None
    models: list[str] = field(default_factory=list)
    keys: str = ""
    source: dict[str, Any] | None = None
    started_at: str | None = None
    outcome: str | None = None
    approval: dict[str, str | None] | None = None
    first_at: str = ""
    received_at: str = ""

    def to_json(self) -> dict[str, Any]:
        """What is stored: the fields that say something."""
        return {name: value for name, nothing in _NOTHING.items() if (value := getattr(self, name)) != nothing}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read `to_json` back. Raises TypeError for what is not one."""
        return cls(**stored)


_NOTHING = asdict(Delta())


def short_key(key: str) -> str:
    """48 bits of a key's hash, as eight base64 characters.

    Among the 1 000 that HEAD keeps, a new key is mistaken for an old one once in 10¹¹ times.
    """
    return b64encode(sha256(key.encode()).digest()[:6]).decode()


def delta_of(events: Iterable[Event], keys: str = "", source: dict[str, Any] | None = None) -> Delta:
    """Count a batch. `keys` are the short keys to remember, `source` the place in a pushed transcript that the batch
    reaches.
    """
    counters: Counter[str] = Counter()
    tools: Counter[str] = Counter()
    delta = Delta(keys=keys, source=source, started_at=_earlier(None, (source or {}).get("started_at")))
    cost = Decimal(0)
    for event in events:
        payload = event.body
        counters["events"] += 1
        counters["type.custom" if event.type.startswith("custom.") else f"type.{event.type}"] += 1
        delta.last_at = max(delta.last_at, event.timestamp, key=times.sortable) if delta.last_at else event.timestamp
        delta.first_at = min(delta.first_at, event.timestamp, key=times.sortable) if delta.first_at else event.timestamp
        delta.received_at = event.envelope.get("received_at", delta.received_at)
        if event.metadata and "hook_event_name" in event.metadata:
            counters["hooks"] += 1
        match event.type:
            case "llm_call":
                cost = money.add(cost, _count_llm_call(counters, payload))
                model = payload.get("model")
                if isinstance(model, str):
                    delta.models = union(delta.models, [model[:NAME_LENGTH]])
            case "tool_call" if payload.get("phase") != "end":
                counters["tool_calls"] += 1
                tools[str(payload.get("tool_name"))[:NAME_LENGTH]] += 1
            case "tool_result" if error_text(payload.get("error")) is not None:
                counters["tool_errors"] += 1
            case "error":
                counters["errors"] += 1
            case "file_change":
                counters["additions"] += payload.get("additions") or 0
                counters["deletions"] += payload.get("deletions") or 0
            case "session_start":
                delta.status, delta.ended_at = "running", None
            case "session_end":
                delta.status, delta.ended_at = _end_status(payload), event.timestamp
                delta.started_at = _earlier(delta.started_at, payload.get("started_at"))
                delta.title = _one_line(payload["name"]) or delta.title if payload.get("name") else delta.title
            case "approval_granted" | "approval_denied" | "approval_expired":
                delta.approval = _decision(event)
            case "trace_closed" if payload.get("final_outcome") in OUTCOMES:
                delta.outcome = payload["final_outcome"]
            case "user_message" if delta.prompt is None:
                delta.prompt = _prompt(payload)
            case kind if kind == _TITLE and isinstance(payload.get("title"), str):
                delta.title = _one_line(payload["title"]) or delta.title
    delta.counters = summed({}, counters | {f"tool.{name}": count for name, count in tools.items()})
    delta.cost = money.spell(cost)
    return delta


def summed(counters: dict[str, int], added: Mapping[str, int]) -> dict[str, int]:
    """Counters with others added, by name, without zeros. Tools past `MAX_NAMES` fall into `tool.*`.

    A sum stops at ±(2⁵³−1): HEAD has a canonical form whatever a caller sends, so a committed segment can always be
    folded in.
    """
    total = Counter(counters)
    tools = sum(1 for name in total if name.startswith("tool."))
    for name, count in added.items():
        if name in total or not name.startswith("tool."):
            total[name] += count
        elif tools < MAX_NAMES:
            tools += 1
            total[name] += count
        else:
            total["tool.*"] += count
    bounded = ((name, max(-MAX_SAFE_INTEGER, min(MAX_SAFE_INTEGER, count))) for name, count in sorted(total.items()))
    return {name: count for name, count in bounded if count}


def union(known: list[str], added: list[str]) -> list[str]:
    """Names in order of appearance, at most `MAX_NAMES`."""
    return list(dict.fromkeys(known + added))[:MAX_NAMES]


def _count_llm_call(counters: Counter[str], payload: dict[str, Any]) -> Decimal:
    for name in TOKENS:
        counters[name] += payload.get(name) or 0
    cost = payload.get("cost_usd")
    if payload.get("phase") != "start" and not payload.get("revision"):
        counters["llm_calls"] += 1
        if cost is None:
            counters["unpriced_calls"] += 1
    return Decimal(repr(cost)) if cost is not None else Decimal(0)


def _end_status(payload: dict[str, Any]) -> str:
    status = str(payload.get("status") or "").lower()
    return "failed" if status in _FAILED or (not status and error_text(payload.get("error"))) else "completed"


_DECISIONS = {"approval_granted": "approved", "approval_denied": "denied", "approval_expired": "expired"}


def _decision(event: Event) -> dict[str, str | None]:
    """How an approval request ended, by whom and when."""
    by = None if event.type == "approval_expired" else (event.actor or {}).get("name")
    return {
        "approval_decision": _DECISIONS[event.type],
        "approver_name": by,
        "approval_decided_at": event.timestamp,
    }


def _earlier(known: str | None, said: Any) -> str | None:
    """The start that a session's end or a transcript tells: what was stored first need not be what began first."""
    try:
        found = times.normalise(said, "started_at") if isinstance(said, str) else None
    except Invalid:
        return known
    return min(filter(None, (known, found)), key=times.sortable, default=None)


def _prompt(payload: dict[str, Any]) -> str | None:
    """The first thing a person asked, as a title; not what a client wrote in their name."""
    text = payload.get("content")
    if not isinstance(text, str) or payload.get("is_meta") or payload.get("is_compact_summary"):
        return None
    return None if text.lstrip().startswith(("<", "Caveat:")) else _one_line(text)


def _one_line(text: str) -> str | None:
    return " ".join(text[: 4 * TITLE_LENGTH].split())[:TITLE_LENGTH] or None
