"""Replaying from the record: nothing changed is nothing different, and nothing is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.replay.runs import REAL, RUNS, event, flight, llm, real_runs, tool
from wakeline.domain.errors import Invalid
from wakeline.domain.replay import Step, diff, read_substitutions, replay, steps_of


def substitution(kind, value, span_id=None):
    return read_substitutions([{"kind": kind, "value": value, "span_id": span_id}])


def played(events, span_id, kind, value, at=None):
    return replay(events, span_id, substitution(kind, value, at), trace_id="trc_f")


def step(events, span_id) -> Step:
    return next(each for each in steps_of(events) if each.id == span_id)


@given(RUNS, st.data())
def test_nothing_changed_is_identical(events, data):
    ids = [each.id for each in steps_of(events)]
    span = data.draw(st.sampled_from(ids)) if ids else None
    again = replay(events, span, trace_id="trc_f")
    assert again.is_whole
    found = diff(events, again.events)
    assert found.identical
    assert found.first_divergence() is None
    assert found.verdict == "unchanged"


@pytest.mark.skipif(not REAL.is_dir(), reason="the real runs are not beside the repository")
def test_nothing_changed_is_identical_in_every_real_run():
    count = 0
    for name, events in real_runs():
        again = replay(events, None, trace_id="trc_f")
        assert again.is_whole, name
        assert diff(events, again.events).identical, name
        count += 1
    assert count > 100


@given(RUNS, st.data())
def test_the_same_replay_gives_the_same_events(events, data):
    ids = [each.id for each in steps_of(events) if each.kind == "llm_call"]
    if not ids:
        return
    span = data.draw(st.sampled_from(ids))
    wanted = substitution("model", "m-2")
    first, second = (replay(events, span, wanted, trace_id="trc_f") for _ in range(2))
    assert first == second
    assert [each.id for each in first.events] != [each.id for each in replay(events, span, wanted, trace_id="g").events]


def test_a_tools_output_is_carried_into_what_contains_it():
    again = played(flight(), "s2", "tool_output", {"price": 90, "currency": "EUR"})
    assert step(again.events, "s2").output == {"price": 90, "currency": "EUR"}
    asked = step(again.events, "s3").request["input"]
    assert asked[1]["content"] == '{"price": 90, "currency": "EUR"}'
    assert again.substituted == ["s2"]


def test_what_was_never_recorded_is_not_invented():
    again = played(flight(), "s2", "tool_output", {"price": 90, "currency": "EUR"})
    assert again.unrecorded[:2] == ["s3", "s4"]
    answer = step(again.events, "s3")
    assert answer.is_unrecorded
    assert answer.output is None
    # What the model said is unknown, and so is what was sent.
    assert step(again.events, "s4").request == {"arguments": {"text": "[unrecorded output of s3]"}}
    assert step(again.events, "s4").output is None
    # This one's input is as recorded.
    assert step(again.events, "s5").output == "logged"
    assert "It costs 220" not in str([each.payload for each in again.events[5:]])
    found = diff(flight(), again.events)
    assert found.verdict == "inconclusive"
    assert found.totals["unrecorded"] == len(again.unrecorded)


def test_before_the_fork_everything_is_as_recorded():
    again = played(flight(), "s2", "tool_output", "none")
    assert [each.payload for each in again.events[:3]] == [each.payload for each in flight()[:3]]
    divergence = diff(flight(), again.events).first_divergence()
    assert divergence is not None
    assert (divergence["span_id"], divergence["change"], divergence["fields"]) == ("s2", "changed", ["result"])


def test_an_input_that_the_record_holds_elsewhere_is_answered_from_there():
    events = [
        *tool("a", {"q": "Lisbon"}, "sunny"),
        *tool("b", {"q": "Porto"}, "rain"),
        *tool("c", {"q": "Porto", "of": "x"}, "?"),
        *tool("d", {"city": "Lisbon-old"}, "Porto", name="pick"),
        *tool("e", {"q": "Porto"}, "rain"),
    ]
    again = played(events, "d", "tool_output", "Lisbon")
    assert again.matched == ["e"]
    assert step(again.events, "e").output == "sunny"
    assert step(again.events, "e").request == {"arguments": {"q": "Lisbon"}}
    assert again.is_whole


def test_of_several_that_asked_the_same_the_place_decides():
    events = [*tool("a", {"q": 1}, "first"), *tool("b", {"q": 1}, "second"), *tool("c", {"q": 1}, "third")]
    again = replay(events, "a", trace_id="t")
    assert [each.output for each in steps_of(again.events)] == ["first", "second", "third"]


def test_once_something_differs_steps_without_an_input_are_unknown():
    events = [
        *tool("a", {"q": 1}, "yes"),
        event("agent_message", content="It said yes."),
        event("goal_check", passed=True, name="said"),
        event("user_message", content="Thanks"),
        event("session_end", status="completed"),
    ]
    again = played(events, "a", "tool_output", "no")
    said, check, thanks, end = again.events[2:]
    assert [said.type, said.payload] == ["custom.unrecorded", {"type": "agent_message"}]
    assert [check.type, check.payload] == ["custom.unrecorded", {"type": "goal_check", "name": "said"}]
    assert thanks.payload == {"content": "Thanks"}
    assert (end.type, end.payload) == ("session_end", {"status": "completed"})
    changed = {each.either.kind: each for each in diff(events, again.events).steps}
    assert changed["agent_message"].change == "changed"
    assert "unrecorded" in changed["goal_check"].fields


def test_whether_a_run_that_failed_would_fail_again_is_unknown():
    events = [*tool("a", {"q": 1}, "yes"), event("session_end", status="failed", output="no luck")]
    again = played(events, "a", "tool_output", "no")
    assert again.events[-1].payload == {}
    assert not again.is_whole
    assert diff(events, again.events).verdict == "inconclusive"


def test_the_end_is_carried_too():
    again = played(flight(), "s2", "tool_output", {"price": 90, "currency": "EUR"})
    assert again.events[-1].payload == {"status": "completed", "output": "[unrecorded output of s3]"}
    events = [*tool("a", {"q": 1}, "yes"), event("session_end", output="what it was")]
    # Nobody can tell whether this would have come of it.
    assert played(events, "a", "tool_output", "no").events[-1].payload == {}


@pytest.mark.parametrize(
    ("kind", "value", "asks"),
    [
        ("temperature", 0.2, {"parameters": {"temperature": 0.2}}),
        ("parameters", {"top_p": 1}, {"parameters": {"top_p": 1}}),
        ("prompt", "Be brief", {}),
        ("message", "And the train?", {}),
    ],
)
def test_a_changed_call_of_a_model_has_no_recorded_answer(kind, value, asks):
    again = played(flight(), "s1", kind, value, "s1")
    assert again.unrecorded[0] == "s1"
    assert asks.items() <= step(again.events, "s1").request.items()
    assert step(again.events, "s1").request != step(flight(), "s1").request


def test_a_prompt_without_a_span_is_that_of_every_call_behind_the_fork():
    again = replay(flight(), "s2", substitution("prompt", "Be brief"), trace_id="t")
    assert step(again.events, "s1").request == step(flight(), "s1").request
    assert step(again.events, "s3").request["input"][0] == {"role": "system", "content": "Be brief"}


def test_a_model_is_asked():
    asked = []

    def ask(at, request, model):
        asked.append((at.id, model, request["input"][-1]["content"]))
        return {"output": f"answer {len(asked)}", "input_tokens": 3}

    again = replay(flight(), "s1", substitution("model", "m-2"), trace_id="t", ask=ask)
    assert [(one, model) for one, model, _ in asked] == [("s1", "m-2"), ("s3", "m-2")]
    assert step(again.events, "s3").output == "answer 2"
    assert step(again.events, "s3").tokens == 3
    assert step(again.events, "s4").request == {"arguments": {"text": "answer 2"}}
    assert again.asked == ["s1", "s3"]
    # Nobody recorded what sending that comes to.
    assert again.unrecorded[0] == "s4"


def test_short_values_are_carried_as_whole_words_only():
    events = [*tool("a", {}, "42", name="n"), *tool("b", {"x": "142 and 42, 420"}, "r"), *tool("c", {"x": 42}, "r")]
    again = played(events, "a", "tool_output", "7")
    assert step(again.events, "b").request == {"arguments": {"x": "142 and 7, 420"}}
    assert step(again.events, "c").request == {"arguments": {"x": 42}}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"kind": "router", "value": "x"}, "substitutions.0.kind"),
        ({"kind": "model", "value": 3}, "substitutions.0.value"),
        ({"kind": "temperature", "value": 3}, "substitutions.0.value"),
        ({"kind": "temperature", "value": True}, "substitutions.0.value"),
        ({"kind": "parameters", "value": []}, "substitutions.0.value"),
        ({"kind": "prompt", "value": ""}, "substitutions.0.value"),
        ({"kind": "message", "value": None}, "substitutions.0.value"),
    ],
)
def test_what_is_no_substitution_is_named(sent, field):
    with pytest.raises(Invalid) as caught:
        read_substitutions([sent])
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("kind", "value", "at"), [("model", "m", "s2"), ("tool_output", 1, "s1"), ("model", "m", "s9")]
)
def test_a_substitution_that_fits_no_step_is_refused(kind, value, at):
    # s1 lies before the fork, s2 is a tool, s9 is not there.
    with pytest.raises(Invalid) as caught:
        played(flight(), "s2", kind, value, at)
    assert caught.value.field == "substitutions.0.span_id"


def test_replaying_a_replay_that_met_the_unknown_stays_unknown():
    once = played(flight(), "s2", "tool_output", "none").events
    again = replay(once, None, trace_id="t")
    assert "s3" in again.unrecorded
    assert diff(once, again.events).identical


def test_llm_spans_are_steps():
    assert [each.kind for each in steps_of(llm("a", "x", "y"))] == ["llm_call"]
