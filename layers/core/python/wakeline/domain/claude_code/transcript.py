"""A transcript as lines: splitting, checking and summarising, and the digest that recognises a longer copy.

A file may be cut anywhere, because its writer is still writing. A line counts as soon as it cannot change any more:
when its newline is there, or when it already is a whole JSON object. So the lines of a shorter copy are always the
first lines of the longer one.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .about import Summary
from .jsonl import parse
from .shape import mapping

_PLAIN_UUID = re.compile(r"(?!L\d+:)[A-Za-z0-9._:-]{1,96}", re.ASCII)
_BLANK = b" \t\r"


@dataclass(frozen=True, slots=True)
class Line:
    """`number` from 1; `raw` without newline and surrounding blanks; `value` the object it holds, None if not taken."""

    number: int
    raw: bytes
    value: dict[str, Any] | None
    error: str | None

    @property
    def uuid(self) -> str | None:
        uuid = self.value.get("uuid") if self.value else None
        return uuid if isinstance(uuid, str) and uuid else None

    @property
    def key(self) -> str:
        """What names the line in idempotency keys: its uuid, else number and content hash."""
        uuid = self.uuid
        if uuid is None:
            return f"L{self.number}:{hashlib.sha256(self.raw).hexdigest()[:8]}"
        if _PLAIN_UUID.fullmatch(uuid):
            return uuid
        return f"h-{hashlib.sha256(uuid.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be taken, wholly or in part, and why."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """`lines` are all complete lines, blank and bad ones too, so `lines[n - 1]` is line n.

    `meta`: format ("disk" or "stream-json"), is_subagent, and where known session_id, cwd, branch, version, model,
    first_timestamp, last_timestamp, title, agent_id.
    """

    lines: list[Line]
    bad: list[BadLine]
    meta: dict[str, Any]

    @property
    def session_id(self) -> str | None:
        """The session the transcript itself says it is of."""
        session_id = self.meta.get("session_id")
        return session_id if isinstance(session_id, str) else None


class Digest:
    """SHA-256 over the first n lines, for every n: equal for two copies of a file as far as both go."""

    def __init__(self, lines: Iterable[Line]) -> None:
        running = hashlib.sha256()
        self._at = [running.digest()]
        for line in lines:
            running.update(line.raw)
            running.update(b"\n")
            self._at.append(running.digest())

    def __len__(self) -> int:
        """How many lines were taken in."""
        return len(self._at) - 1

    def digest_at(self, count: int) -> str:
        """Hex digest over the first `count` lines. Raises IndexError beyond the lines there are."""
        if count < 0:
            raise IndexError(count)
        return self._at[count].hex()


def digest(lines: Iterable[Line]) -> Digest:
    """The running digest of `lines`."""
    return Digest(lines)


def read(data: bytes) -> Transcript:
    """Split and check a transcript. Never raises: what cannot be taken is in `bad`, and the rest goes in.

    A last line without newline that is not (yet) a whole JSON object is a partial copy: neither taken nor reported.
    """
    pieces = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    lines: list[Line] = []
    bad: list[BadLine] = []
    summary = Summary()
    for number, piece in enumerate(pieces, 1):
        raw = piece.strip(_BLANK)
        if not raw:
            if number < len(pieces):
                lines.append(Line(number, raw, None, None))
            continue
        parsed = parse(raw)
        if number == len(pieces) and not isinstance(parsed.value, dict):
            break
        fault = parsed.error if parsed.value is None and parsed.error else shape_fault(parsed.value)
        value = parsed.value if fault is None else None
        error = fault or parsed.error
        lines.append(Line(number, parsed.used, value, error))
        if error is not None:
            bad.append(BadLine(number, error))
        if value is not None:
            summary.add(value)
    return Transcript(lines, bad, summary.meta())


def shape_fault(value: Any) -> str | None:
    """Why a parsed line cannot be mapped, or None. Only what every version of the format has is asked for."""
    if not isinstance(value, dict):
        return "not a JSON object"
    kind = value.get("type")
    if not isinstance(kind, str) or not kind:
        return "has no type"
    if kind not in ("user", "assistant"):
        return None
    message = value.get("message")
    if not isinstance(message, dict):
        return "message is not an object"
    if isinstance(message.get("content"), str | list) or (kind == "assistant" and mapping(message.get("usage"))):
        return None
    return "message.content is neither text nor a list of blocks"
