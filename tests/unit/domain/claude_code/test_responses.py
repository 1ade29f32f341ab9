import pytest

from .written import as_bytes, assistant, events_of, mapped, tokens, totals


def llm_calls(*lines):
    return [event["payload"] for event in events_of(*lines) if event["type"] == "llm_call"]


def copy(usage, *, message_id="m1", request="r1", **fields):
    extra = {} if request is None else {"requestId": request}
    return assistant({"type": "text", "text": "x"}, message_id=message_id, usage=usage, **extra, **fields)


def test_the_first_copy_is_counted():
    (payload,) = llm_calls(
        copy(
            {
                **tokens(1, 2, 30, 4),
                "cache_creation": {"ephemeral_1h_input_tokens": 3},
                "server_tool_use": {"web_search_requests": 5},
            }
        )
    )
    assert payload == {
        "model": "model-a",
        "response_id": "m1",
        "request_id": "r1",
        "input_tokens": 1,
        "output_tokens": 2,
        "cache_read_tokens": 30,
        "cache_write_tokens": 4,
        "cache_write_1h_tokens": 3,
        "web_search_requests": 5,
        "cost_usd": 0.000032,
    }


def test_repeated_copies_count_once():
    assert len(llm_calls(copy(tokens(1, 2)), copy(tokens(1, 2)), copy(tokens(1, 2)))) == 1


def test_a_later_copy_adds_the_difference_and_the_last_one_wins():
    payloads = llm_calls(copy(tokens(5, 1, 100, 7)), copy(tokens(5, 90, 100, 7)), copy(tokens(5, 80, 100, 7)))
    assert [payload["output_tokens"] for payload in payloads] == [1, 89, -10]
    assert [payload.get("revision") for payload in payloads] == [None, True, True]
    assert [payload["input_tokens"] for payload in payloads] == [5, 0, 0]
    assert sum(payload["cost_usd"] for payload in payloads) == pytest.approx((5 + 800 + 10 + 14) / 1e6, abs=1e-15)


def test_all_copies_are_priced_at_the_date_of_the_first():
    dates = []

    def price(model, usage, at):
        dates.append(at)

    from wakeline.domain.claude_code import map_lines, read

    later = "2026-06-01T00:00:00.000Z"
    map_lines(read(as_bytes(copy(tokens(1)), copy(tokens(2), timestamp=later))), price, later)
    assert dates == ["2026-05-04T10:00:00.000Z"] * 2


def test_an_unknown_model_costs_null():
    first, second = llm_calls(copy(tokens(5), model="unpriced"), copy(tokens(6), model="unpriced"))
    assert first["cost_usd"] is None
    assert second["cost_usd"] is None
    assert second["input_tokens"] == 1


def test_another_request_or_message_is_another_response():
    lines = [copy(tokens(1)), copy(tokens(1), request="r2"), copy(tokens(1), message_id="m2")]
    assert totals(events_of(*lines)) == {
        "responses": 3,
        "input_tokens": 3,
        "output_tokens": 0,
        "cache_read_tokens": 0,
        "cache_write_tokens": 0,
    }


@pytest.mark.parametrize("requests", [(None, None), (None, "r1"), ("r1", None), ("r1", None, "r1"), (None, "r1", None)])
def test_a_copy_without_request_id_is_of_the_same_message(requests):
    assert len(llm_calls(*(copy(tokens(1), request=request) for request in requests))) == 1


def test_without_message_id_the_request_tells_responses_apart():
    lines = [copy(tokens(1), message_id=None, request=request) for request in ("r1", "r1", "r2", None, None)]
    assert len(llm_calls(*lines)) == 4


def test_a_replay_on_a_sidechain_counts_nothing():
    payloads = llm_calls(
        copy(tokens(9)),
        copy(tokens(7), request="r2", isSidechain=True),
        copy(tokens(8), request="r3", isSidechain=True),
    )
    assert [payload["input_tokens"] for payload in payloads] == [9]


def test_the_main_chain_takes_the_place_of_a_replay_that_came_first():
    payloads = llm_calls(
        copy(tokens(7), isSidechain=True),
        copy(tokens(9), request="r2"),
        copy(tokens(7), isSidechain=True),
        copy(tokens(3), request="r3"),
    )
    assert [payload["input_tokens"] for payload in payloads] == [7, 2, 3]


def test_a_sidechains_own_responses_count():
    lines = [copy(tokens(1), message_id=f"m{n}", request=f"r{n}", isSidechain=True) for n in range(3)]
    assert len(llm_calls(*lines)) == 3


@pytest.mark.parametrize("line", [copy(tokens(1), model="<synthetic>"), copy(None), copy({}), copy("much")])
def test_what_counts_nothing_keeps_its_text(line):
    events = events_of(line)
    assert [event["type"] for event in events] == ["agent_message"]


def test_numbers_that_are_no_token_counts_are_zero():
    usage = {
        "input_tokens": -1,
        "output_tokens": True,
        "cache_read_input_tokens": "9",
        "cache_creation_input_tokens": 1e300,
    }
    assert totals(events_of(copy(usage))) == {
        "responses": 1,
        "input_tokens": 0,
        "output_tokens": 0,
        "cache_read_tokens": 0,
        "cache_write_tokens": 0,
    }


def test_many_copies_with_many_requests_take_linear_time():
    lines = [copy(tokens(1), request=f"r{n}") for n in range(20_000)]
    assert len(mapped(as_bytes(*lines))) == 20_000
