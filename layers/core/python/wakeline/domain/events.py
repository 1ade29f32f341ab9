"""Events: what a caller sends (`NewEvent`) and what the ledger keeps (`Event`)."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from . import chain, times
from .errors import Invalid
from .ids import Id, Key, Label
from .payloads import GOVERNANCE_TYPES, model_of

PLACE_FIELDS = ("workspace_id", "project_id", "session_id", "trace_id")
"""Where an event belongs is decided by the credential and the path; these fields of a sent event are passed over."""

MAX_SEQ = 9 * 10**15
"""Some way below 2⁵³, the end of exact integers: the events that follow this one need numbers, too."""

_ACTORS = {"user_message": "user", "tool_result": "tool", **dict.fromkeys(GOVERNANCE_TYPES, "system")}


class Actor(BaseModel):
    """Who did it: `type` is agent, user, tool, system, policy_engine, approval_service, human_reviewer, …"""

    model_config = ConfigDict(strict=True, defer_build=True)

    type: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,31}\z")]
    name: Label | None = None


class NewEvent(BaseModel):
    """One event as a caller sends it. Fields that are not ours are kept under `metadata._envelope`."""

    model_config = ConfigDict(extra="allow", strict=True, defer_build=True)

    type: Annotated[str, StringConstraints(pattern=r"^[a-z][A-Za-z0-9._-]{0,127}\z")]
    timestamp: str | None = None
    id: Id | None = None
    seq: Annotated[int, Field(ge=0, le=MAX_SEQ)] | None = None
    actor: Actor | None = None
    span_id: Id | None = None
    parent_id: Id | None = None
    idempotency_key: Key | None = None
    payload: dict[str, Any] = Field(default_factory=dict)
    metadata: dict[str, Any] | None = None

    @classmethod
    def read(cls, raw: Any) -> Self:
        """Check one sent event, its payload included. Raises `Invalid`; `field` is dotted from the event's top."""
        try:
            event = cls.model_validate(raw)
            model = model_of(event.type)
            if model is None:
                raise Invalid(f"unknown event type {event.type[:64]!r}", field="type")
            if event.timestamp is not None:
                event.timestamp = times.normalise(event.timestamp)
        except ValidationError as error:
            raise _invalid(error) from error
        try:
            model.model_validate(event.payload)
        except ValidationError as error:
            raise _invalid(error, "payload") from error
        extra = {name: value for name, value in (event.model_extra or {}).items() if name not in PLACE_FIELDS}
        if extra:
            event.metadata = {**(event.metadata or {}), "_envelope": extra}
        return event

    def actor_in(self, agent: str | None) -> dict[str, str]:
        """The actor as stored: what was sent, or what the type implies; an agent bears the trace's agent name."""
        kind = self.actor.type if self.actor else _ACTORS.get(self.type, "agent")
        name = self.actor.name if self.actor else None
        return {"name": name or (agent if kind == "agent" and agent else kind), "type": kind}


def _invalid(error: ValidationError, *prefix: str) -> Invalid:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join([*prefix, *(str(part) for part in first["loc"])])
    return Invalid(f"{field or 'event'}: {first['msg']}", field=field or None)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the ledger.

    `envelope` holds the hashed fields but the payload digest. `payload`, `metadata` and `salt` are None once erased.
    """

    envelope: dict[str, Any]
    payload: dict[str, Any] | None
    metadata: dict[str, Any] | None
    salt: bytes | None
    payload_digest: bytes
    prev_hash: bytes
    integrity_hash: bytes

    @property
    def index(self) -> int:
        """0-based place in the trace: the order of events."""
        return int(self.envelope["index"])

    @property
    def seq(self) -> int:
        return int(self.envelope["seq"])

    @property
    def id(self) -> str:
        return str(self.envelope["id"])

    @property
    def type(self) -> str:
        return str(self.envelope["type"])

    @property
    def timestamp(self) -> str:
        return str(self.envelope["timestamp"])

    @property
    def actor(self) -> dict[str, Any] | None:
        return self.envelope.get("actor")

    @property
    def span_id(self) -> str | None:
        return self.envelope.get("span_id")

    @property
    def parent_id(self) -> str | None:
        return self.envelope.get("parent_id")

    @property
    def idempotency_key(self) -> str | None:
        return self.envelope.get("idempotency_key")

    @property
    def body(self) -> dict[str, Any]:
        """The payload, empty once erased: for views, which show what is left."""
        return self.payload or {}

    def to_json(self, trace_id: str) -> dict[str, Any]:
        """The event as the API shows it, with everything that is needed to verify it."""
        return {
            "trace_id": trace_id,
            "span_id": None,
            "parent_id": None,
            "idempotency_key": None,
            **self.envelope,
            "payload": self.payload,
            "metadata": self.metadata,
            "payload_salt": self.salt.hex() if self.salt is not None else None,
            "payload_digest": chain.spell(self.payload_digest),
            "prev_hash": chain.spell(self.prev_hash),
            "integrity_hash": chain.spell(self.integrity_hash),
        }


def error_text(value: Any) -> str | None:
    """What a payload's `error` says, as one string; None when it says nothing."""
    if value is None or value is False or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("message"), str):
        return str(value["message"])
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
