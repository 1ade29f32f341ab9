"""What a model response is priced by."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Price = Callable[[str, "Usage", str], Decimal | None]
"""(model, usage of one response, RFC 3339 time) → US dollars, or None when the model is unknown. Must not raise."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens by kind. `input_tokens` excludes cached ones; `cache_write_1h_tokens` is part of `cache_write_tokens`."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    web_searches: int = 0

    @property
    def kinds(self) -> tuple[int, ...]:
        """The counts in the order of the fields."""
        # Spelt out: `astuple` copies deeply and takes ten times as long.
        return (
            self.input_tokens,
            self.output_tokens,
            self.cache_read_tokens,
            self.cache_write_tokens,
            self.cache_write_1h_tokens,
            self.web_searches,
        )

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*(mine + theirs for mine, theirs in zip(self.kinds, other.kinds, strict=True)))

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(*(mine - theirs for mine, theirs in zip(self.kinds, other.kinds, strict=True)))

    def __bool__(self) -> bool:
        return any(self.kinds)

    def excess_over(self, other: "Usage") -> "Usage":
        """What this has more of than `other`, kind by kind, never below zero."""
        return Usage(*(max(0, mine - theirs) for mine, theirs in zip(self.kinds, other.kinds, strict=True)))

    def shrank_from(self, earlier: "Usage") -> bool:
        """Whether any kind is less than it was: a running total cannot do that."""
        return any(mine < theirs for mine, theirs in zip(self.kinds, earlier.kinds, strict=True))

    @property
    def context_tokens(self) -> int:
        """What the model read: fresh, cached and newly cached input."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    def payload(self) -> dict[str, Any]:
        """The fields of an llm_call payload; what is rarely there is left out when zero."""
        fields: dict[str, Any] = {
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cache_read_tokens": self.cache_read_tokens,
            "cache_write_tokens": self.cache_write_tokens,
        }
        if self.cache_write_1h_tokens:
            fields["cache_write_1h_tokens"] = self.cache_write_1h_tokens
        if self.web_searches:
            fields["web_search_requests"] = self.web_searches
        return fields
