"""The usage that an assistant line repeats, and costs as they are written."""

from decimal import Decimal
from typing import Any

from ..prices import Price, Usage
from .shape import count, mapping

__all__ = ["Price", "Usage", "as_number", "read_usage", "rounded"]

_COST_STEP = Decimal("1e-12")


def read_usage(raw: Any) -> Usage | None:
    """The `usage` of a message; None when there is none. A number that is no token count counts as 0."""
    if not isinstance(raw, dict) or not raw:
        return None
    by_age = mapping(raw.get("cache_creation"))
    hour = count(by_age.get("ephemeral_1h_input_tokens")) or 0
    five_minutes = count(by_age.get("ephemeral_5m_input_tokens")) or 0
    written = count(raw.get("cache_creation_input_tokens"))
    if written is None:
        written = hour + five_minutes
    return Usage(
        input_tokens=count(raw.get("input_tokens")) or 0,
        output_tokens=count(raw.get("output_tokens")) or 0,
        cache_read_tokens=count(raw.get("cache_read_input_tokens")) or 0,
        cache_write_tokens=written,
        cache_write_1h_tokens=min(hour, written),
        web_searches=count(mapping(raw.get("server_tool_use")).get("web_search_requests")) or 0,
    )


def rounded(cost: Decimal | None) -> Decimal | None:
    """A cost to 12 decimals, so that differences of costs add up exactly."""
    return None if cost is None else cost.quantize(_COST_STEP)


def as_number(cost: Decimal | None) -> float | None:
    """A cost as a JSON number."""
    return None if cost is None else float(cost)
