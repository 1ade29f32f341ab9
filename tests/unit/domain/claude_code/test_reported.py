import pytest

from .written import assistant, events_of, kinds, line, only, tokens, totals


def result(model_usage=None, **fields):
    extra = {} if model_usage is None else {"modelUsage": model_usage}
    return {"type": "result", "subtype": "success", "is_error": False, "session_id": "s", **extra, **fields}


def reported(fresh=0, out=0, read=0, written=0):
    return {
        "inputTokens": fresh,
        "outputTokens": out,
        "cacheReadInputTokens": read,
        "cacheCreationInputTokens": written,
        "costUSD": 9,
    }


def response(n, usage, model="model-a"):
    return assistant({"type": "text", "text": "x"}, message_id=f"m{n}", usage=usage, model=model)


def added(*lines):
    return [event["payload"] for event in events_of(*lines) if event["payload"].get("source") == "result"]


def test_nothing_is_added_when_the_lines_say_it_all():
    assert added(response(1, tokens(5, 6, 7, 8)), result({"model-a": reported(5, 6, 7, 8)})) == []


def test_what_only_the_result_knows_is_added_as_a_revision():
    events = events_of(
        response(1, tokens(0, 0)), result({"model-a": reported(100, 20), "model-b": reported(7)}, total_cost_usd=1.5)
    )
    assert kinds(events) == ["llm_call", "agent_message", "llm_call", "llm_call", "session_end"]
    assert events[2]["payload"] == {
        "model": "model-a",
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read_tokens": 0,
        "cache_write_tokens": 0,
        "cost_usd": 0.0003,
        "revision": True,
        "source": "result",
    }
    assert events[3]["payload"]["model"] == "model-b"
    assert totals(events)["responses"] == 1
    assert only(events, "session_end")["payload"]["reported_cost_usd"] == 1.5


def test_an_unknown_model_costs_null_whatever_was_reported():
    (payload,) = added(result({"unpriced-x": reported(1)}))
    assert payload["cost_usd"] is None


def test_less_than_was_counted_takes_nothing_away():
    assert added(response(1, tokens(50)), result({"model-a": reported(5)})) == []


def test_a_second_result_goes_on_from_the_first():
    lines = [
        response(1, tokens(10)),
        result({"model-a": reported(15)}),
        response(2, tokens(10)),
        result({"model-a": reported(27)}),
    ]
    assert [payload["input_tokens"] for payload in added(*lines)] == [5, 2]
    assert totals(events_of(*lines))["input_tokens"] == 27


def test_a_process_started_again_reports_from_zero():
    lines = [
        response(1, tokens(10)),
        result({"model-a": reported(15)}),
        response(2, tokens(10)),
        result({"model-a": reported(12)}),
    ]
    assert [payload["input_tokens"] for payload in added(*lines)] == [5, 2]


def test_the_context_mark_does_not_make_another_model():
    assert added(response(1, tokens(10), model="model-a"), result({"model-a[1m]": reported(10)})) == []


def test_another_name_for_a_counted_model_is_not_counted_again():
    lines = [response(1, tokens(10, 4), model="gateway/model-a"), result({"model-a": reported(13, 4)})]
    assert [(payload["input_tokens"], payload["output_tokens"]) for payload in added(*lines)] == [(3, 0)]


def test_an_old_result_counts_only_where_nothing_was():
    usage = tokens(40, 2)
    (payload,) = added(response(1, tokens()), result(usage=usage))
    assert (payload["model"], payload["input_tokens"], payload["output_tokens"]) == ("model-a", 40, 2)
    assert added(response(1, tokens(1)), result(usage=usage)) == []


def test_a_large_addition_is_priced_in_parts_so_that_no_long_context_price_applies():
    sizes = []

    def price(model, usage, at):
        from decimal import Decimal

        sizes.append(usage.context_tokens)
        return Decimal(usage.context_tokens + usage.output_tokens)

    from wakeline.domain.claude_code.reported import Reported

    (payload,) = Reported(price).missing(result({"m": reported(950_003, 17, 100_000, 1)}), "m", "2026-05-04T10:00:00Z")
    assert max(sizes) <= 100_003
    assert payload["cost_usd"] == 950_003 + 17 + 100_000 + 1


@pytest.mark.parametrize("broken", [[], "x", {"m": 7}, {"m": {"inputTokens": "1"}}, {"": reported(1)}])
def test_a_broken_model_usage_adds_nothing(broken):
    assert added(result(broken)) == []


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"result": "done"}, "completed", None),
        ({"is_error": True, "result": "no credit"}, "failed", "no credit"),
        ({"subtype": "error_max_turns"}, "failed", "error_max_turns"),
        ({"subtype": "error_during_execution", "errors": ["a", 1, "b"]}, "failed", "a; b"),
    ],
)
def test_session_end(fields, status, error):
    payload = only(events_of(result(duration_ms=1200, num_turns=3, **fields)), "session_end")["payload"]
    assert payload["status"] == status
    assert payload.get("error") == error
    assert (payload["duration_ms"], payload["num_turns"]) == (1200, 3)


def test_a_result_line_without_timestamp_bears_the_last_one():
    events = events_of(line("user", message={"content": "x"}), result())
    assert events[-1]["timestamp"] == "2026-05-04T10:00:00.000Z"
