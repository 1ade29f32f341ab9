"""A run as the detectors see it: prepared once, in one pass over the events, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from wakeline.domain.events import error_text

from .text import AUTOMATIC, FAILURE, FENCE, clip, spell


class Recorded(Protocol):
    """What is needed of an event; `domain.events.Event` is one. `payload` is None once erased."""

    @property
    def seq(self) -> int: ...
    @property
    def type(self) -> str: ...
    @property
    def timestamp(self) -> str: ...
    @property
    def actor(self) -> dict[str, Any] | None: ...
    @property
    def span_id(self) -> str | None: ...
    @property
    def payload(self) -> dict[str, Any] | None: ...


@dataclass(slots=True)
class Call:
    """A tool call, joined with its result. `broken`: the result was marked as an error or reads like one."""

    seq: int
    agent: str
    tool: str
    arguments: Any
    spelled: str
    result: str | None = None
    result_seq: int | None = None
    error: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.tool, self.spelled

    @property
    def broken(self) -> bool:
        return self.error is not None


@dataclass(frozen=True, slots=True)
class Step:
    """One event. `kind`: system, user, say, think, call, result, error, edit, compaction, end, or the event's type.

    `to` is whom a message hands the next move, `code` whether it holds fenced code. A result stands for itself where
    no call was recorded (a terminal that answers a message).
    """

    at: int
    seq: int
    kind: str
    agent: str
    text: str
    time: str
    payload: dict[str, Any]
    call: Call | None = None
    to: str | None = None
    code: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Everything the detectors read. `goal` is what was asked first; `asked` all that users said; `stated` the goal
    that was named when the trace was created, empty where none was.
    """

    steps: tuple[Step, ...]
    calls: tuple[Call, ...]
    goal: Step | None
    asked: tuple[Step, ...]
    rules: tuple[Step, ...]
    says: tuple[Step, ...]
    """What agents said, without the goal, empty farewells and automatic replies."""
    last_say: Step | None
    """The last thing an agent said that has content."""
    closed: bool
    """Whether the record goes on to a closing: an agent's message after the last act, or a marked end."""
    of_seq: dict[int, int] = field(repr=False)
    """Place in `steps` by seq."""
    stated: str = ""

    @property
    def aim(self) -> str:
        """What the run is for: the goal that was stated, and what was asked first."""
        return "\n".join(text for text in (self.stated, self.goal.text if self.goal is not None else "") if text)

    def kind(self, *kinds: str) -> list[Step]:
        return [step for step in self.steps if step.kind in kinds]

    def agent_of(self, seq: int) -> str | None:
        """Who made the event; for a tool's result the agent that called it."""
        place = self.of_seq.get(seq)
        if place is None:
            return None
        step = self.steps[place]
        return step.call.agent if step.call is not None else step.agent


_KINDS = {
    "user_message": "user",
    "agent_message": "say",
    "reasoning": "think",
    "tool_call": "call",
    "tool_result": "result",
    "error": "error",
    "file_change": "edit",
    "compaction": "compaction",
    "session_end": "end",
}


DEEDS = ("call", "browser_action", "action", "edit", "say")
"""Kinds of steps in which an agent does something."""


def prepare(events: Iterable[Recorded], stated: str = "") -> Run:
    """The view of a run. Events in order; unknown types, missing fields and wrong types of fields are passed over.
    `stated` is the goal that the trace was created with.
    """
    steps: list[Step] = []
    calls: list[Call] = []
    waiting: dict[str, Call] = {}
    executors: set[str] = set()
    for at, event in enumerate(events):
        payload = event.payload if isinstance(event.payload, dict) else {}
        step = _step(at, event, payload, waiting, calls)
        if step.kind == "result" and step.call is None:
            executors.add(step.agent)
        steps.append(step)
    goal = next((step for step in steps if step.kind == "user"), None)
    if goal is None or any(step.kind == "say" for step in steps[: goal.at]):
        opening = next((step for step in steps if step.kind == "say"), None)
        # An agent's opening message is the task only where there are others to hand it to.
        if opening is not None and any(s.agent != opening.agent for s in steps if _speaks(s)):
            goal = opening
    says = tuple(
        step
        for step in steps
        if step.kind == "say" and step is not goal and _has_content(step) and step.agent not in executors
    )
    acts = [step.at for step in steps if step.kind in ("call", "result", "edit")]
    last = says[-1] if says else None
    end = any(step.kind == "end" for step in steps)
    return Run(
        steps=tuple(steps),
        calls=tuple(calls),
        goal=goal,
        asked=tuple(step for step in steps if step.kind == "user"),
        rules=tuple(step for step in steps if step.kind == "system"),
        says=says,
        last_say=last,
        closed=end or (last is not None and (not acts or last.at > acts[-1])),
        of_seq={step.seq: step.at for step in steps},
        stated=clip(stated),
    )


def _speaks(step: Step) -> bool:
    """Whether the event's maker is a party of the conversation: who says something, or answers without being called."""
    return step.kind == "say" or (step.kind == "result" and step.call is None)


def _step(at: int, event: Recorded, payload: dict[str, Any], waiting: dict[str, Call], calls: list[Call]) -> Step:
    kind = _KINDS.get(event.type, event.type)
    actor = event.actor if isinstance(event.actor, dict) else {}
    agent = actor.get("name") if isinstance(actor.get("name"), str) else actor.get("type")
    agent = agent if isinstance(agent, str) else "agent"
    call = None
    failed = False
    if kind == "user" and (payload.get("is_meta") is True or actor.get("type") == "system"):
        kind = "system"
    if kind == "call" and payload.get("phase") == "end":
        kind = "result"
    if kind == "call":
        call = _call(event.seq, agent, payload)
        calls.append(call)
        for key in _keys(event, payload):
            waiting[key] = call
        text = call.spelled
    elif kind == "result":
        text = spell(payload.get("result", payload.get("output")))
        error = error_text(payload.get("error"))
        call = next((waiting[key] for key in _keys(event, payload) if key in waiting), None)
        failed = error is not None or bool(FAILURE.search(text))
        if call is not None:
            call.result, call.result_seq = text, event.seq
            call.error = clip(error) if error is not None else (text if failed else None)
        text = text or (clip(error) if error else "")
    else:
        text = _text(kind, payload)
        failed = kind == "error" or payload.get("status") == "failed"
    to = payload.get("to")
    return Step(
        at,
        event.seq,
        kind,
        agent,
        text,
        str(event.timestamp),
        payload,
        call,
        to if isinstance(to, str) else None,
        kind == "say" and "```" in text,
        failed,
    )


def _call(seq: int, agent: str, payload: dict[str, Any]) -> Call:
    tool = payload.get("tool_name")
    arguments = payload.get("arguments", payload.get("input"))
    return Call(seq, agent, tool[:128] if isinstance(tool, str) else "", arguments, spell(arguments))


def _text(kind: str, payload: dict[str, Any]) -> str:
    for name in ("content", "message", "summary", "visible_text", "error", "result", "path"):
        value = payload.get(name)
        if isinstance(value, str) and value:
            return clip(value)
    if kind in ("end", "error", "notification"):
        return spell(
            {name: value for name, value in payload.items() if name in ("message", "reason", "error", "status")}
        )
    return ""


def _keys(event: Recorded, payload: dict[str, Any]) -> list[str]:
    call_id = payload.get("call_id")
    keys = [f"span:{event.span_id}"] if isinstance(event.span_id, str) else []
    return keys + ([f"call:{call_id}"] if isinstance(call_id, str) else [])


def _has_content(step: Step) -> bool:
    bare = step.text.replace("TERMINATE", "").strip(" \n\t*_#.")
    return len(bare) >= 3 and not (AUTOMATIC.match(bare) and not FENCE.search(bare))
