"""What an engine is asked and what it answers."""

from dataclasses import dataclass
from typing import Any

from wakeline.domain.errors import WakelineError


class EngineFailed(WakelineError):
    """A replay cannot go on; `message` is the reason that the fork shows. Trying it again at once would not help."""


@dataclass(frozen=True, slots=True)
class Converse:
    """One call of a language model. `messages` are (`user` or `assistant`, text), user first and in turns;
    `parameters` as the record has them (`temperature`, `max_tokens`, `top_p`, `stop_sequences`).
    """

    model: str
    system: str | None
    messages: tuple[tuple[str, str], ...]
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What a model answered: tokens are counts, `latency_ms` milliseconds."""

    text: str
    input_tokens: int
    output_tokens: int
    latency_ms: float
    stop_reason: str | None = None
