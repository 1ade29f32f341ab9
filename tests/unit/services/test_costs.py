"""Pricing of calls that came without a cost."""

from decimal import Decimal

import pytest

from tests.factories import batch, llm_call, message
from tests.fakes.env import fixed_env
from wakeline.services.costs import price_calls


def priced(*raw, price=lambda model, usage, at: Decimal("0.1234567890123456")):
    sent = batch(*raw)
    price_calls(sent, price, fixed_env())
    return [event.payload for _, event in sent]


def test_a_call_without_a_cost_gets_the_list_price_and_says_so():
    (payload,) = priced(llm_call(cost_usd=None))
    assert (payload["cost_usd"], payload["cost_source"]) == (0.123456789012, "list_price")
    assert payload["input_tokens"] == 10


@pytest.mark.parametrize(
    "raw",
    [
        llm_call(cost_usd=0.5),
        llm_call(cost_usd=0),
        llm_call(cost_usd=None, revision=True),
        llm_call(cost_usd=None, phase="start"),
        llm_call(cost_usd=None, input_tokens=0, output_tokens=0),
        llm_call(cost_usd=None, input_tokens=None, output_tokens=None),
        message(),
    ],
    ids=str,
)
def test_what_is_left_alone(raw):
    before = dict(raw["payload"])
    assert priced(raw) == [before]


def test_an_unknown_model_stays_without_a_cost():
    (payload,) = priced(llm_call(cost_usd=None), price=lambda *_: None)
    assert payload["cost_usd"] is None
    assert "cost_source" not in payload


def test_a_call_is_priced_by_its_own_usage_at_its_own_time():
    asked = []

    def price(model, usage, at):
        asked.append((model, usage.input_tokens, usage.cache_read_tokens, at))

    first = llm_call(cost_usd=None, model="a", cache_read_tokens=7)
    second = llm_call(cost_usd=None, model="b", input_tokens=3) | {"timestamp": "2025-01-01T00:00:00Z"}
    priced(first, second, price=price)
    assert asked == [("a", 10, 7, "2026-03-21T10:00:00.000Z"), ("b", 3, 0, "2025-01-01T00:00:00.000Z")]


def test_the_sent_payload_is_not_changed_in_place():
    raw = llm_call(cost_usd=None)
    priced(raw)
    assert raw["payload"]["cost_usd"] is None
