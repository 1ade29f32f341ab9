"""Where events of a time are."""

from typing import NamedTuple


class Span(NamedTuple):
    """A segment by the times, padded to microseconds, of its first and last event; `size` is how many it has."""

    first_at: str
    last_at: str
    trace_id: str
    first_index: int
    size: int
