"""Prices of model responses, from the data that ships with `genai-prices`. Never asks the network."""

from decimal import Decimal
from functools import lru_cache

from wakeline.domain import times
from wakeline.domain.errors import Invalid
from wakeline.domain.prices import Usage

_LONGEST_NAME = 256

_PROVIDERS = (None, "aws")
"""None lets the library go by the model's name; Bedrock's full names it finds only when told where to look."""


_KINDS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
_FEW, _MANY = 1_000, 10_000_000
_TO_THE_MINUTE = 16
"""Characters of a time. No price list changes, and no time of day begins, within a minute."""


def price(model: str, usage: Usage, at: str) -> Decimal | None:
    """US dollars for one response of `model` at the time `at` (RFC 3339); None when the model is unknown
    or `at` is no date.

    Give it one response at a time: long-context prices depend on the size of the one request.
    """
    if not model or len(model) > _LONGEST_NAME:
        return None
    try:
        at = times.normalise(at)
    except Invalid:
        return None
    rates = _rates(model, at[:_TO_THE_MINUTE])
    counts = usage.kinds
    if rates is not None and not any(counts[4:]):
        parts = [rate if rate is None else rate * count for rate, count in zip(rates, counts, strict=False) if count]
        if None not in parts:
            return sum((part for part in parts if part is not None), Decimal(0))
    return _listed(model, usage, at)


@lru_cache(4096)
def _rates(model: str, minute: str) -> tuple[Decimal | None, ...] | None:
    """The price of one token of each kind, None for a kind that the price list does not know.

    None of a model without a price, or with one that is more than so much a token (steps for long contexts, a fee for a
    request). The library takes a tenth of a millisecond for each response; most models cost so much a token.
    """
    at = f"{minute}:00Z"
    few = [_listed(model, Usage(**{kind: _FEW}), at) for kind in _KINDS]
    many = [_listed(model, Usage(**{kind: _MANY}), at) for kind in _KINDS]
    known = {kind: _MANY for kind, found in zip(_KINDS, few, strict=True) if found is not None}
    together = _listed(model, Usage(**known), at) if known else None
    scaled = [None if found is None else found * (_MANY // _FEW) for found in few]
    if together is None or scaled != many or together != sum(found for found in many if found is not None):
        return None
    return tuple(None if found is None else found / _FEW for found in few)


def _listed(model: str, usage: Usage, at: str) -> Decimal | None:
    """What the price list says of one response."""
    # Imported here: its tables take 0.2 s to load, and only those who price anything need them.
    from genai_prices import Usage as Priced
    from genai_prices import calc_price

    tokens = {
        # The library counts cached tokens as a part of the input; the ledger keeps them apart.
        "input_tokens": usage.context_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "cache_write_1h_tokens": usage.cache_write_1h_tokens,
        "output_tokens": usage.output_tokens,
        "web_searches": usage.web_searches,
    }
    moment = times.parse(at)
    for provider in _PROVIDERS:
        try:
            found = calc_price(Priced(**tokens), model, provider_id=provider, genai_request_timestamp=moment)
        except LookupError:
            continue
        except ValueError:
            # Usage that the model's price list cannot express.
            return None
        return found.total_price
    return None
