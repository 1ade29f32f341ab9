"""Tool calls and how their results find them."""

import pytest

from tests.unit.domain.views.made import made, shown
from wakeline.domain.views.room import Room
from wakeline.domain.views.tool_calls import ToolCalls


def call(span=None, name="Bash", **payload):
    event = {"type": "tool_call", "payload": {"tool_name": name, "arguments": {"a": 1}, **payload}}
    return event | ({"span_id": span} if span else {})


def result(span=None, **payload):
    return {"type": "tool_result", "payload": payload} | ({"span_id": span} if span else {})


def calls(*sent, name=None):
    return shown(ToolCalls("trc_1", Room(), name), made(*sent))


def test_by_span_id_and_else_by_call_id():
    items = calls(
        call("s1", call_id="same"),
        call(call_id="c2"),
        call("s3"),
        result(call_id="c2", result=2),
        result("s1", result=1),
    )
    assert [each["tool_response"] for each in items] == [1, 2, None]
    assert [each["success"] for each in items] == [True, True, None]


def test_a_repeated_call_id_goes_by_span():
    items = calls(
        call("s1", call_id="0"), result("s1", call_id="0", result=1), call("s2", call_id="0"), result("s2", result=2)
    )
    assert [each["tool_response"] for each in items] == [1, 2]


def test_a_result_without_a_call_is_nobodys():
    assert calls(result("s1", result=1)) == []


def test_a_second_result_changes_nothing():
    (item,) = calls(call("s"), result("s", result=1), result("s", result=2))
    assert item["tool_response"] == 1


@pytest.mark.parametrize(
    ("error", "said"), [("exit 1", "exit 1"), ({"message": "no"}, "no"), (None, None), ("", None), (False, None)]
)
def test_failure(error, said):
    (item,) = calls(call("s"), result("s", result="r", error=error))
    assert (item["error"], item["success"]) == (said, said is None)


def test_a_span_in_two_events_of_one_type():
    (item,) = calls(call("s", phase="start"), call("s", phase="end", result="done", duration_ms=4))
    assert (item["tool_response"], item["duration_ms"]) == ("done", 4)


def test_duration_is_the_time_between_unless_told():
    assert [each["duration_ms"] for each in calls(call("s"), result("s"), call("t"), result("t", duration_ms=0.5))] == [
        1000,
        0.5,
    ]


def test_by_name():
    items = calls(call("s", "Read"), call("t", "Bash"), result("t"), call("u", "x" * 200), name="Bash")
    assert [each["id"] for each in items] == ["t"]
    assert [each["id"] for each in calls(call("u", "x" * 200), name="x" * 200)] == ["u"]


def test_names_that_are_counted_together_are_not_known():
    view = ToolCalls("t", Room(), "Bash")
    assert view.count({"tool_calls": 9, "tool.Read": 9}) == 0
    assert view.count({"tool_calls": 9, "tool.*": 3}) is None
    assert view.reads({"tool_calls": 9, "tool.*": 3})
    assert ToolCalls("t", Room()).count({"tool_calls": 9, "tool.*": 3}) == 9
