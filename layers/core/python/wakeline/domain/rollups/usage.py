"""Tokens and dollars out of rows, with the prices that a workspace sets in place of the list's."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from wakeline.domain.delta import TOKENS

from .counts import Counts, Number, plus
from .snapshot import Group

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars for a million tokens of each kind."""

    input_tokens: Decimal
    output_tokens: Decimal
    cache_read_tokens: Decimal
    cache_write_tokens: Decimal


Overrides = Mapping[str, Rates]
"""Model → the prices that count for it."""


@dataclass(slots=True)
class Usage:
    """What was used of one model, or of several together. `cost` and `saved` are US dollars.

    `unpriced` says how many calls bear no price.
    """

    tokens: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOKENS, 0))
    calls: int = 0
    unpriced: int = 0
    known_cost: Decimal = Decimal(0)
    saved: Decimal = Decimal(0)

    @property
    def total(self) -> int:
        """All tokens, of the four kinds."""
        return sum(self.tokens.values())

    @property
    def context(self) -> int:
        """What models read: fresh, cached and newly cached."""
        return self.total - self.tokens["output_tokens"]

    @property
    def cost(self) -> float | None:
        """None when calls were made and none could be priced: unknown is not free."""
        if self.calls and self.unpriced >= self.calls and not self.known_cost:
            return None
        return dollars(self.known_cost)

    @property
    def cache_hit_rate(self) -> float:
        """Cached input as a share of all that was read but not written to the cache, 0 to 1."""
        read = self.tokens["cache_read_tokens"]
        return ratio(read, read + self.tokens["input_tokens"])

    def add(self, other: "Usage") -> None:
        """Add another's, in place."""
        for kind, count in other.tokens.items():
            self.tokens[kind] += count
        self.calls += other.calls
        self.unpriced += other.unpriced
        self.known_cost = Decimal(plus(self.known_cost, other.known_cost))
        self.saved = Decimal(plus(self.saved, other.saved))


def dollars(amount: Decimal) -> float:
    """As the API shows it; a billionth of a dollar is not rounded away."""
    return round(float(amount), 9)


def ratio(part: float, whole: float) -> float:
    """`part / whole`, 0 of nothing."""
    return part / whole if whole else 0.0


def uses(counts: Counts, overrides: Overrides) -> list[tuple[Group, str, Usage]]:
    """(project, model, usage) of rows."""
    read: dict[str, dict[str, Number]] = {}
    for (dimension, name, measure), value in counts.items():
        if dimension == "use":
            read.setdefault(name, {})[measure] = value
    found = []
    for name, measures in sorted(read.items()):
        *group, model = json.loads(name)
        found.append((Group(*group), model, _usage(measures, overrides.get(model))))
    return found


def together(found: Iterable[tuple[Group, str, Usage]]) -> Usage:
    """All of them as one."""
    total = Usage()
    for _, _, usage in found:
        total.add(usage)
    return total


def by(found: Iterable[tuple[Group, str, Usage]], name: Callable[[Group, str], str]) -> dict[str, Usage]:
    """Summed by what `name` makes of project and model."""
    sums: dict[str, Usage] = {}
    for group, model, usage in found:
        sums.setdefault(name(group, model), Usage()).add(usage)
    return sums


def _usage(measures: Mapping[str, Number], rates: Rates | None) -> Usage:
    usage = Usage(
        {kind: int(measures.get(kind, 0)) for kind in TOKENS},
        int(measures.get("calls", 0)),
        int(measures.get("unpriced", 0)),
        Decimal(measures.get("told_cost", 0)),
        Decimal(measures.get("saved", 0)),
    )
    if rates is None:
        usage.known_cost = Decimal(plus(usage.known_cost, Decimal(measures.get("list_cost", 0))))
        return usage
    for kind in TOKENS:
        # What came with a cost of its own keeps it.
        ours = usage.tokens[kind] - int(measures.get(f"told_{kind}", 0))
        usage.known_cost = Decimal(plus(usage.known_cost, ours * getattr(rates, kind) / MILLION))
    usage.unpriced = 0
    usage.saved = usage.tokens["cache_read_tokens"] * (rates.input_tokens - rates.cache_read_tokens) / MILLION
    return usage
