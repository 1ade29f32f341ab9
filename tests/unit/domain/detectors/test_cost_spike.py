from tests.unit.domain.detectors.written import detect, event


def spent(*costs):
    return [event("llm_call", model="m", cost_usd=cost) for cost in costs]


def test_one_response_that_costs_far_more():
    found = detect("cost_spike", *spent(*[0.01] * 9, 0.9))
    assert found is not None
    assert found.critical_step_seq == 100


def test_tokens_where_costs_are_unknown():
    calls = [event("llm_call", model="m", input_tokens=tokens, output_tokens=1) for tokens in [100] * 8 + [90_000]]
    found = detect("cost_spike", *calls)
    assert found is not None
    assert "tokens" in found.explanation


def test_five_times_the_usual_is_none():
    assert detect("cost_spike", *spent(*[0.01] * 9, 0.05)) is None


def test_too_few_calls_to_know_the_usual():
    assert detect("cost_spike", *spent(0.01, 0.01, 0.9)) is None


def test_even_costs():
    assert detect("cost_spike", *spent(*[0.01] * 20)) is None


def test_what_is_cheap_is_no_spike():
    assert detect("cost_spike", *spent(*[0.001] * 9, 0.2)) is None
    calls = [event("llm_call", model="m", input_tokens=tokens, output_tokens=1) for tokens in [100] * 8 + [20_000]]
    assert detect("cost_spike", *calls) is None
