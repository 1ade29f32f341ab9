"""Running a recorded run again: step by step, each answered from the cassette, by a model, or not at all.

Before the fork everything is as recorded. From there on a step's request is the recorded one with the substitutions
and all that came out otherwise carried into it. If the record holds an answer to that request it stands; else the
step is `unrecorded`: its response is left out, and where later inputs contain it they hold a mark instead, which no
record answers. Once anything is otherwise, that goes for steps of the agent whose input was never recorded, too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from wakeline.domain.events import NewEvent
from wakeline.domain.payloads import model_of

from .carry import Carried
from .cassette import Cassette
from .steps import GIVEN, IDENTITY, MARK, PASSING, REQUEST, UNRECORDED, Recorded, Step, steps_of
from .substitutions import Substitution, aimed, changed_request

Ask = Callable[[Step, dict[str, Any], str | None], dict[str, Any]]
"""A model's answer to a step's request and model: payload fields (`output`, tokens). Raises what ends the replay."""

FAILED = ("failed", "error")
_RESPONSE = ("output", "result", "documents")


@dataclass(slots=True)
class Replayed:
    """What came of it: the events of the new run, and the ids of the steps that are not as recorded."""

    events: list[NewEvent] = field(default_factory=list)
    substituted: list[str] = field(default_factory=list)
    unrecorded: list[str] = field(default_factory=list)
    matched: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    steps: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether every step was answered."""
        return not self.unrecorded


@dataclass(frozen=True, slots=True)
class _Turn:
    """How one step goes this time. `response` replaces the recorded one; None leaves it."""

    outcome: str
    request: dict[str, Any]
    model: str | None
    response: dict[str, Any] | None = None
    source: str | None = None


def fork_step(steps: Sequence[Step], span_id: str) -> Step | None:
    """The step to fork at: a span, or an event without one, by its id."""
    return next((step for step in steps if span_id in (step.span_id, step.id)), None)


def span_index(steps: Sequence[Step], fork: Step) -> int:
    """The 0-based place of a step among the run's spans."""
    return len({step.span_id for step in steps[: fork.position] if step.span_id is not None})


def replay(
    events: Sequence[Recorded],
    span_id: str | None,
    substitutions: Sequence[Substitution] = (),
    *,
    trace_id: str = "",
    ask: Ask | None = None,
) -> Replayed:
    """Run a run again from the step `span_id` on (None: from its first).

    `trace_id` names the new trace: ids of events follow from it, so that the same replay gives the same events. `ask`
    answers language models' calls; without it, the record does. Raises `Invalid` for substitutions that do not fit.
    """
    steps = steps_of(events)
    fork = fork_step(steps, span_id) if span_id is not None else (steps[0] if steps else None)
    walk = _Walk(steps, substitutions, fork, ask)
    of_place = {part.place: step for step in steps for part in step.parts}
    for place, event in enumerate(events):
        walk.take(place, event, of_place[place], trace_id)
    walk.result.steps = len(steps)
    return walk.result


class _Walk:
    def __init__(
        self, steps: list[Step], substitutions: Sequence[Substitution], fork: Step | None, ask: Ask | None
    ) -> None:
        self.result = Replayed()
        self._from = fork.position if fork is not None else len(steps)
        self._wanted = aimed(substitutions, steps, fork) if fork is not None else {}
        self._cassette = Cassette(steps)
        self._carried = Carried()
        self._ask = ask
        self._turns: dict[int, _Turn] = {}
        self._differs = False

    def take(self, place: int, event: Recorded, step: Step, trace_id: str) -> None:
        """Replay one event; what its step came to is known from the step's first."""
        turn: _Turn | None = None
        if step.position >= self._from:
            turn = self._turns.get(step.position)
            if turn is None:
                turn = self._turns[step.position] = self._turn(step)
                self._note(step, turn)
        self.result.events.append(_event(place, event, step, turn, trace_id))
        if turn is not None and place == step.parts[-1].place:
            self._learn(step, turn)

    def _turn(self, step: Step) -> _Turn:
        request, model = step.request, step.model
        given: dict[str, Any] | None = None
        for one in self._wanted.get(step.position, ()):
            if one.kind == "tool_output":
                given = {"output": one.value}
            elif one.kind == "message" and step.kind == "user_message":
                given = {"content": one.value}
            elif one.kind == "model":
                model = one.value
            else:
                request = changed_request(one, request)
        request = self._carried.into(request) if self._carried else request
        if given is not None:
            return _Turn("substituted", request, model, given)
        if step.kind == "user_message":
            content = self._carried.into(step.output)
            same = content is step.output
            return _Turn("recorded" if same else "carried", request, model, None if same else {"content": content})
        if step.kind == "session_end" and not step.fields.get("error") and step.fields.get("status") not in FAILED:
            return self._end(step, request, model)
        if step.kind in GIVEN:
            return _Turn("recorded", request, model)
        if step.kind == "llm_call" and self._ask is not None and request:
            return _Turn("asked", request, model, self._ask(step, request, model))
        return self._from_record(step, request, model)

    def _end(self, step: Step, request: dict[str, Any], model: str | None) -> _Turn:
        """A run that ended well ends so again; what it came to is as recorded, carried, or not known."""
        output = self._carried.into(step.output)
        if not self._differs:
            return _Turn("recorded", request, model)
        return _Turn("carried", request, model, {"output": None if output is step.output else output})

    def _from_record(self, step: Step, request: dict[str, Any], model: str | None) -> _Turn:
        if self._carried.overflowed or (self._differs and not request):
            return _Turn("unrecorded", request, model)
        if request == step.request and model == step.model:
            # A step that a replay could not answer is no record of an answer.
            return _Turn("unrecorded" if step.is_unrecorded else "recorded", request, model)
        found = self._cassette.find(step, request, model)
        if found is None:
            return _Turn("unrecorded", request, model)
        response = {name: value for name, value in _response(found).items() if value is not None}
        return _Turn("matched", request, model, response, found.id)

    def _note(self, step: Step, turn: _Turn) -> None:
        noted = {
            "substituted": self.result.substituted,
            "unrecorded": self.result.unrecorded,
            "matched": self.result.matched,
            "asked": self.result.asked,
        }
        if turn.outcome in noted:
            noted[turn.outcome].append(step.id)
        changed = turn.response is not None and _output(turn.response) != step.output
        unknown = turn.outcome == "unrecorded" and not step.is_unrecorded
        if unknown or turn.request != step.request or turn.model != step.model or changed:
            self._differs = True

    def _learn(self, step: Step, turn: _Turn) -> None:
        """Carry what came out otherwise into what comes behind."""
        if turn.outcome == "unrecorded":
            self._carried.add(step.output, f"[unrecorded output of {step.id}]")
        elif turn.response is not None:
            self._carried.add(step.output, _output(turn.response))
        for one in self._wanted.get(step.position, ()):
            if one.kind == "message" and step.kind != "user_message":
                self._carried.add(_last_text(step.request), one.value)


def _output(response: dict[str, Any]) -> Any:
    return next((response[name] for name in (*_RESPONSE, "content") if response.get(name) is not None), None)


def _last_text(request: dict[str, Any]) -> str | None:
    """The text that a `message` substitution took the place of, where it is the input itself."""
    given = request.get("input")
    return given if isinstance(given, str) else None


def _response(step: Step) -> dict[str, Any]:
    """What a recorded step came to, as payload fields of its last event."""
    last = step.parts[-1].payload
    counted = {name: value for name, value in last.items() if name in PASSING and name not in ("phase", "call_id")}
    return {**counted, "output": step.output, "error": step.fields.get("error")}


def event_id(trace_id: str, place: int) -> str:
    """The id of a replayed event: the same for the same replay."""
    return f"evt_{sha256(f'{trace_id}:{place}'.encode()).hexdigest()[:26]}"


def _event(place: int, event: Recorded, step: Step, turn: _Turn | None, trace_id: str) -> NewEvent:
    payload, metadata, kind = event.payload or {}, event.metadata, event.type
    if turn is not None and (turn.outcome != "recorded" or turn.request != step.request):
        payload = _with_request(payload, step, turn)
        if turn.outcome == "unrecorded":
            payload = {name: value for name, value in payload.items() if name in REQUEST or name in IDENTITY}
            if not _stands(kind, payload):
                payload, kind = {"type": kind, **payload}, UNRECORDED
        elif turn.response is not None and place == step.parts[-1].place:
            payload = _with_response(payload, step, turn.response)
        if turn.outcome not in ("recorded", "carried"):
            mark = {"outcome": turn.outcome, **({"from": turn.source} if turn.source else {})}
            metadata = {**(metadata or {}), MARK: mark}
    return NewEvent(
        id=event_id(trace_id, place),
        type=kind,
        timestamp=event.timestamp,
        actor=_actor(event),
        span_id=event.span_id,
        parent_id=event.parent_id,
        idempotency_key=f"replay:{place}",
        payload=payload,
        metadata=metadata,
    )


def _actor(event: Recorded) -> Any:
    actor = event.actor
    return actor if isinstance(actor, dict) or actor is None else actor.model_dump()


def _with_request(payload: dict[str, Any], step: Step, turn: _Turn) -> dict[str, Any]:
    """A payload with this turn's request, in the events that carried the recorded one."""
    now = dict(payload)
    for name in REQUEST:
        if name in payload and payload[name] is not None and step.request.get(name) == payload[name]:
            if name in turn.request:
                now[name] = turn.request[name]
            else:
                del now[name]
    if payload.get("phase") != "end":
        now |= {name: value for name, value in turn.request.items() if name not in step.request}
    if turn.model is not None and "model" in payload:
        now["model"] = turn.model
    return now


def _with_response(payload: dict[str, Any], step: Step, response: dict[str, Any]) -> dict[str, Any]:
    """The payload of a step's last event with another response: what was measured of the recorded one goes."""
    place = next((name for name in (*_RESPONSE, "content") if payload.get(name) is not None), None)
    if place is None:
        place = {"tool_call": "result", "retrieval": "documents"}.get(step.kind, "output")
    dropped = {*PASSING, "error", *_RESPONSE} - {"phase", "call_id", "started_at", "agent_id"}
    now = {name: value for name, value in payload.items() if name not in dropped}
    output = _output(response)
    said = {
        name: value for name, value in response.items() if name not in (*_RESPONSE, "content") and value is not None
    }
    return {**now, **said, **({place: output} if output is not None else {})}


def _stands(kind: str, payload: dict[str, Any]) -> bool:
    """Whether an event of this type may say so little."""
    model = model_of(kind)
    if model is None:
        return False
    try:
        model.model_validate(payload)
    except ValueError:
        return False
    return True
