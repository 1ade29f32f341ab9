from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeline.adapters import pricing
from wakeline.adapters.pricing import price
from wakeline.domain.claude_code import Usage

AT = "2025-10-01T00:00:00Z"
SONNET_4 = "claude-sonnet-4-20250514"


@pytest.mark.parametrize(
    ("usage", "dollars"),
    [
        (Usage(), "0"),
        (Usage(input_tokens=1000), "0.003"),
        (Usage(output_tokens=1000), "0.015"),
        (Usage(cache_read_tokens=1000), "0.0003"),
        (Usage(cache_write_tokens=1000), "0.00375"),
        (Usage(cache_write_tokens=1000, cache_write_1h_tokens=400), "0.00465"),
        (Usage(web_searches=3), "0.03"),
    ],
)
def test_each_kind_of_token_has_its_price(usage, dollars):
    assert price(SONNET_4, usage, AT) == Decimal(dollars)


def test_a_long_context_is_dearer_for_that_response_alone():
    model = "claude-sonnet-4-5-20250929"
    long = price(model, Usage(cache_read_tokens=250_000), AT)
    halves = price(model, Usage(cache_read_tokens=125_000), AT)
    assert long is not None
    assert halves is not None
    assert long > 2 * halves


@pytest.mark.parametrize(
    "model",
    [
        "claude-sonnet-4-5-20250929",
        "claude-opus-4-1-20250805",
        "claude-3-sonnet-20240229",
        "kimi-k2.5",
        "claude-sonnet-4-20250514[1m]",
        "us.anthropic.claude-sonnet-4-20250514-v1:0",
    ],
)
def test_models_of_real_transcripts_are_priced(model):
    cost = price(model, Usage(input_tokens=10, output_tokens=10), AT)
    assert cost is not None
    assert cost > 0


@pytest.mark.parametrize("model", ["", "unknown", "<synthetic>", "claude-of-my-own-9", "x" * 10_000, "\u0000"])
def test_an_unknown_model_has_no_price(model):
    assert price(model, Usage(input_tokens=10), AT) is None


def test_no_date_no_price():
    assert price(SONNET_4, Usage(input_tokens=10), "yesterday") is None


def test_usage_beyond_reason_does_not_raise():
    huge = 10**12
    assert price(SONNET_4, Usage(huge, huge, huge, huge, huge, huge), AT) is not None
    assert price("kimi-k2.5", Usage(1, 1, 1, 1, 1, 1), AT) is not None


COUNTS = st.sampled_from([0, 0, 1, 7, 999, 123_456, 250_001, 3_000_000])
MODELS = ["gpt-4o", "o1-2024-12-17", "claude-sonnet-4-5-20250929", "gemini-2.5-pro", "deepseek-chat", "nobody-s-model"]


@given(
    st.sampled_from(MODELS),
    st.builds(Usage, COUNTS, COUNTS, COUNTS, COUNTS, st.just(0), st.just(0) | st.just(2)),
    st.datetimes(datetime(2024, 6, 1), datetime(2026, 11, 1), timezones=st.just(UTC)),
)
def test_rates_by_the_token_are_what_the_list_says(model, usage, moment):
    at = moment.isoformat()
    assert price(model, usage, at) == pricing._listed(model, usage, at)
