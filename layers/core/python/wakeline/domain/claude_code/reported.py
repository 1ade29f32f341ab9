"""Tokens that only the `result` line of stream-json knows.

The SDK's documentation calls the usage on assistant lines a placeholder and `result.modelUsage` the true total per
model. In recorded runs the two differ by whole responses: ones whose usage never reached the stream, and small calls
on the side (titles, summaries of fetched pages). What modelUsage has more of is added as an llm_call with
`revision: true`, so the sum over events is what was used, while no response is counted that was not seen. Nothing is
ever taken away.

`modelUsage` is a running total of one process. A second `result` in the same file goes on from the first, unless the
process was started again: then a number fell, and counting starts over from the previous `result`.

The addition is priced like everything else, at the date of the result, and an unknown model costs null. The client's
own estimate (`costUSD`) is not mixed in; session_end keeps it as `reported_cost_usd`. As the addition may be many
responses, and a long-context price applies to one, it is priced in parts of at most 100 000 input tokens.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from .shape import count, mapping
from .usage import Price, Usage, as_number, read_usage, rounded

_PART_TOKENS = 100_000


@dataclass(slots=True)
class Reported:
    """What was counted and what was reported, per model, since the process started."""

    price: Price
    _counted: dict[str, Usage] = field(default_factory=dict)
    _counted_in_all: Usage = field(default_factory=Usage)
    _since_result: dict[str, Usage] = field(default_factory=dict)
    _last: dict[str, Usage] = field(default_factory=dict)

    def counted(self, model: str, usage: Usage) -> None:
        """Take note of usage that an assistant line added."""
        model = _plain(model)
        for totals in (self._counted, self._since_result):
            totals[model] = totals.get(model, Usage()) + usage
        self._counted_in_all += usage

    def missing(self, result: dict[str, Any], model: str, at: str) -> list[dict[str, Any]]:
        """The llm_call payloads, one per model, that a `result` line adds; old results count for `model`."""
        totals = _model_usage(result)
        if totals:
            if any(usage.shrank_from(self._last.get(name, Usage())) for name, usage in totals.items()):
                self._counted = dict(self._since_result)
                self._counted_in_all = sum(self._since_result.values(), Usage())
            self._last = totals
            added = self._excess(totals)
        else:
            # Results before modelUsage have one sum, of the main loop's last turn; it adds nothing to lines that were
            # counted.
            usage = read_usage(result.get("usage")) or Usage()
            added = {model: usage} if usage and not any(self._since_result.values()) else {}
        for name, usage in added.items():
            self.counted(name, usage)
        self._since_result = {}
        return [
            {
                "model": name,
                **usage.payload(),
                "cost_usd": as_number(_in_parts(self.price, name, usage, at)),
                "revision": True,
                "source": "result",
            }
            for name, usage in added.items()
        ]

    def _excess(self, totals: dict[str, Usage]) -> dict[str, Usage]:
        # A gateway may name a model differently in the two places. What was counted under a name that the report does
        # not have is set against the names that were never counted, or it would be added a second time.
        named = (self._counted[name] for name in totals if name in self._counted)
        spare = self._counted_in_all - sum(named, Usage())
        added: dict[str, Usage] = {}
        for name, usage in totals.items():
            excess = usage.excess_over(self._counted.get(name, Usage()))
            if name not in self._counted:
                excess, spare = excess.excess_over(spare), spare.excess_over(excess)
            if excess:
                added[name] = excess
        return added


def _model_usage(result: dict[str, Any]) -> dict[str, Usage]:
    totals: dict[str, Usage] = {}
    for name, raw in mapping(result.get("modelUsage")).items():
        numbers = mapping(raw)
        model = _plain(name)
        totals[model] = totals.get(model, Usage()) + Usage(
            input_tokens=count(numbers.get("inputTokens")) or 0,
            output_tokens=count(numbers.get("outputTokens")) or 0,
            cache_read_tokens=count(numbers.get("cacheReadInputTokens")) or 0,
            cache_write_tokens=count(numbers.get("cacheCreationInputTokens")) or 0,
            web_searches=count(numbers.get("webSearchRequests")) or 0,
        )
    # Only the assistant lines tell one-hour cache writes apart; here they are never missing.
    return {name: usage for name, usage in totals.items() if name}


def _plain(model: str) -> str:
    """The model's name without the context-window mark that only one of the two places bears."""
    return model.removesuffix("[1m]")


def _in_parts(price: Price, model: str, usage: Usage, at: str) -> Decimal | None:
    parts = -(-usage.context_tokens // _PART_TOKENS) or 1
    # Divided kind by kind; the first parts take the remainders, so nothing is lost.
    sizes: dict[Usage, int] = {}
    remainders = {kind % parts for kind in usage.kinds} | {0, parts}
    edges = sorted(remainders)
    for start, end in pairwise(edges):
        part = Usage(*(kind // parts + (1 if start < kind % parts else 0) for kind in usage.kinds))
        sizes[part] = sizes.get(part, 0) + end - start
    total = Decimal(0)
    for part, times in sizes.items():
        cost = price(model, part, at)
        if cost is None:
            return None
        total += cost * times
    return rounded(total)
