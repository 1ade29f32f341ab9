"""Prices of model responses, from the data that ships with `genai-prices`. Never asks the network."""

from decimal import Decimal

from wakeline.domain import times
from wakeline.domain.errors import Invalid
from wakeline.domain.prices import Usage

_LONGEST_NAME = 256

_PROVIDERS = (None, "aws")
"""None lets the library go by the model's name; Bedrock's full names it finds only when told where to look."""


def price(model: str, usage: Usage, at: str) -> Decimal | None:
    """US dollars for one response of `model` at the time `at` (RFC 3339); None when the model is unknown
    or `at` is no date.

    Give it one response at a time: long-context prices depend on the size of the one request.
    """
    # Imported here: its tables take 0.2 s to load, and only pushes need them.
    from genai_prices import Usage as Priced
    from genai_prices import calc_price

    if not model or len(model) > _LONGEST_NAME:
        return None
    tokens = {
        # The library counts cached tokens as a part of the input; the ledger keeps them apart.
        "input_tokens": usage.context_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "cache_write_1h_tokens": usage.cache_write_1h_tokens,
        "output_tokens": usage.output_tokens,
        "web_searches": usage.web_searches,
    }
    try:
        moment = times.parse(at)
    except Invalid:
        return None
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
