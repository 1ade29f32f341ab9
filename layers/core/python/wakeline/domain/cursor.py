"""Opaque cursors: a place in a list, spelt as base64url JSON, and bound to the question it was given for.

A cursor is not a secret and not signed: it only ever says where to go on inside what its bearer may read anyway. The
binding keeps a cursor of one list from being used, by mistake, in another.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from .canonical import canonical
from .errors import Invalid

MAX_LENGTH = 2048

PLACE = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z#[A-Za-z0-9._:-]{1,128}\z"
"""A position in the trace index: `2026-03-21T10:00:00.000000Z#trc_9`."""


class Position(BaseModel):
    """The base of what cursors hold. `binding` is set by `spell`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    binding: str = ""


P = TypeVar("P", bound=Position)


def binding_of(*question: Any) -> str:
    """A short name for the question a cursor belongs to: workspace, project, kind of list and filters."""
    return sha256(canonical(list(question), "cursor")).hexdigest()[:16]


def spell(position: Position, binding: str) -> str:
    """The cursor for `position`."""
    said = position.model_copy(update={"binding": binding}).model_dump_json(exclude_defaults=True)
    return urlsafe_b64encode(said.encode()).decode().rstrip("=")


def read(cursor: str, kind: type[P], binding: str) -> P:
    """Read a cursor back. Raises `Invalid` naming `cursor` for one that is broken or belongs to another question."""
    try:
        if len(cursor) > MAX_LENGTH:
            raise ValueError("too long")
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        position = kind.model_validate(from_json(raw))
    except (ValueError, binascii.Error, ValidationError) as error:
        raise Invalid("cursor is not one of ours", field="cursor") from error
    if position.binding != binding:
        raise Invalid("cursor belongs to another query; start again without it", field="cursor")
    return position
