"""Reading counters by name."""

from wakeline.domain.rollups.counts import Counts


def total(counts: Counts, measure: str) -> int:
    """A counter that has no name."""
    return int(counts.get(("total", "", measure), 0))


def named(counts: Counts, dimension: str) -> dict[str, dict[str, int]]:
    """The counters of a dimension, by name and measure."""
    found: dict[str, dict[str, int]] = {}
    for (of, name, measure), value in counts.items():
        if of == dimension:
            found.setdefault(name, {})[measure] = int(value)
    return found


def ranked(counted: dict[str, int]) -> list[tuple[str, int]]:
    """The largest first; of equals, by name."""
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))
