"""Substitutions: what a replay changes, and where."""

import copy
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from wakeline.domain.canonical import canonical
from wakeline.domain.errors import Invalid, TooLarge

from .steps import Step

KINDS = ("prompt", "message", "tool_output", "model", "temperature", "parameters")
MAX_SUBSTITUTIONS = 50
MAX_BYTES = 256 * 1024

_REQUESTS = frozenset({"prompt", "model", "temperature", "parameters"})


@dataclass(frozen=True, slots=True)
class Substitution:
    """One change. Without `span_id`, a tool's output or a message is that of the fork's own step; the other kinds
    change every language model's call from there on.
    """

    kind: str
    value: Any
    span_id: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def read_substitutions(sent: Sequence[dict[str, Any]], field: str = "substitutions") -> list[Substitution]:
    """Check substitutions as a caller sends them. Raises `Invalid` naming the one that does not fit, or `TooLarge`."""
    if len(sent) > MAX_SUBSTITUTIONS:
        raise Invalid(f"{field}: at most {MAX_SUBSTITUTIONS}", field=field)
    if len(canonical(list(sent), field)) > MAX_BYTES:
        raise TooLarge(f"{field} are over {MAX_BYTES // 1024} KB", field=field)
    return [_read(each, f"{field}.{place}") for place, each in enumerate(sent)]


def _read(sent: dict[str, Any], field: str) -> Substitution:
    kind, value = sent.get("kind"), sent.get("value")
    if kind not in KINDS:
        raise Invalid(f"{field}.kind: must be one of {', '.join(KINDS)}", field=f"{field}.kind")
    if fault := _fault(str(kind), value):
        raise Invalid(f"{field}.value: {fault}", field=f"{field}.value")
    return Substitution(str(kind), value, sent.get("span_id"))


def _fault(kind: str, value: Any) -> str | None:
    """What is wrong with a value of this kind."""
    match kind:
        case "prompt" if not isinstance(value, str | list | dict) or not value:
            return "must be a prompt: text, or a whole input"
        case "message" if not isinstance(value, str):
            return "must be text"
        case "model" if not isinstance(value, str) or not 1 <= len(value) <= 256:
            return "must be a model's name"
        case "temperature" if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 2:
            return "must be a number from 0 to 2"
        case "parameters" if not isinstance(value, dict):
            return "must be an object"
    return None


def aimed(substitutions: Sequence[Substitution], steps: Sequence[Step], fork: Step) -> dict[int, list[Substitution]]:
    """The substitutions by the position of the step that each changes.

    Raises `Invalid` for one whose span is not there, comes before the fork, or is not of a kind that it can change.
    """
    found: dict[int, list[Substitution]] = {}
    behind = steps[fork.position :]
    for place, one in enumerate(substitutions):
        field = f"substitutions.{place}.span_id"
        if one.span_id is None and one.kind in _REQUESTS:
            targets = [step for step in behind if step.kind == "llm_call"]
        elif one.span_id is None and one.kind == "message" and fork.kind not in ("user_message", "llm_call"):
            targets = [step for step in behind if step.kind in ("user_message", "llm_call")][:1]
        else:
            targets = [step for step in behind if one.span_id in (step.id, step.span_id)][:1] if one.span_id else [fork]
        if not targets:
            said = (
                "no such span at or behind the fork" if one.span_id else f"no step takes a {one.kind} behind the fork"
            )
            raise Invalid(f"{field}: {said}", field=field)
        for target in targets:
            if not _fits(one, target):
                raise Invalid(f"{field}: a {target.kind} takes no {one.kind}", field=field)
            found.setdefault(target.position, []).append(one)
    return found


def _fits(one: Substitution, step: Step) -> bool:
    if one.kind == "tool_output":
        return step.kind not in ("user_message", "session_start", "session_end")
    if one.kind == "message":
        return step.kind in ("user_message", "llm_call", "agent")
    return step.kind in ("llm_call", "agent")


def changed_request(one: Substitution, request: dict[str, Any]) -> dict[str, Any]:
    """A request with a substitution other than of model or output in it."""
    now = copy.deepcopy(request)
    match one.kind:
        case "temperature":
            now["parameters"] = {**_mapping(now.get("parameters")), "temperature": one.value}
            now.pop("temperature", None)
        case "parameters":
            now["parameters"] = {**_mapping(now.get("parameters")), **one.value}
        case "prompt":
            _set_prompt(now, one.value)
        case "message":
            _set_message(now, one.value)
    return now


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _set_prompt(request: dict[str, Any], value: Any) -> None:
    """Put a prompt where the record has one: `system`, the first system message, `prompt`, or the input as a whole."""
    if not isinstance(value, str):
        request["input"] = value
        return
    for place in (request, request.get("input")):
        if isinstance(place, dict):
            for name in ("system", "system_prompt", "prompt"):
                if isinstance(place.get(name), str | list):
                    place[name] = value
                    return
    for messages in _message_lists(request):
        for message in messages:
            if isinstance(message, dict) and message.get("role") in ("system", "developer"):
                message["content"] = value
                return
    for messages in _message_lists(request):
        messages.insert(0, {"role": "system", "content": value})
        return
    request["input"] = value


def _set_message(request: dict[str, Any], value: str) -> None:
    """Put a text where the record has its last user message, or the input as a whole."""
    for messages in _message_lists(request):
        for message in reversed(messages):
            if isinstance(message, dict) and message.get("role") in ("user", "human"):
                message["content"] = value
                return
        messages.append({"role": "user", "content": value})
        return
    given = request.get("input")
    if isinstance(given, dict):
        for name in ("message", "question", "query", "prompt", "input", "text"):
            if isinstance(given.get(name), str):
                given[name] = value
                return
    request["input"] = value


def _message_lists(request: dict[str, Any]) -> list[list[Any]]:
    """Where a request holds a conversation."""
    given = request.get("input")
    places = [request.get("messages"), given, given.get("messages") if isinstance(given, dict) else None]
    return [place for place in places if isinstance(place, list) and any(isinstance(each, dict) for each in place)]
