"""The diff of two runs: aligned by kind, name and content, and the same from both sides."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.replay.runs import RUNS, event, flight, llm, tool
from wakeline.domain.replay import Diff, diff
from wakeline.domain.replay.alignment import MAX_EDITS, align, common
from wakeline.domain.replay.diff import clipped

MIRRORED = {"improved": "regressed", "regressed": "improved"}
FLIPPED = {"added": "removed", "removed": "added", "regressed": "changed"}


def changes(found: Diff):
    return [(step.change, step.either.id) for step in found.steps]


def shape(found: Diff, *, mirrored: bool):
    """What a diff says of each step; of the mirrored one with sides and words changed over."""
    said = []
    for step in found.steps:
        sides = [(side.kind, side.content, side.position) if side else None for side in (step.original, step.fork)]
        change: str = step.change
        if mirrored:
            sides.reverse()
            change = FLIPPED.get(change, change)
        said.append((FLIPPED.get(change, change) if change == "regressed" else change, sides, step.fields, step.moved))
    return said


def assert_mirrors(left, right):
    there, back = diff(left, right), diff(right, left)
    assert shape(there, mirrored=False) == shape(back, mirrored=True)
    assert back.verdict == MIRRORED.get(there.verdict, there.verdict)
    assert (there.identical, there.first, there.ending) == (back.identical, back.first, back.ending)
    mine, theirs = there.totals["delta"], back.totals["delta"]
    assert mine == {name: -value if value is not None else None for name, value in theirs.items()}


@given(RUNS, RUNS)
def test_two_runs_mirror_each_other(left, right):
    assert_mirrors(left, right)


@given(RUNS, st.data())
def test_a_run_and_its_shuffled_self_mirror_each_other(events, data):
    assert_mirrors(events, data.draw(st.permutations(events)))


@given(RUNS)
def test_every_step_is_in_the_diff_once(events):
    other = events[1::2] + events[:3]
    found = diff(events, other)
    for side, count in (("original", found.totals["original"]["steps"]), ("fork", found.totals["fork"]["steps"])):
        positions = [getattr(step, side).position for step in found.steps if getattr(step, side)]
        assert len(positions) == len(set(positions)) == count


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30))
def test_the_common_part_is_the_longest_there_is(left, right):
    pairs = common(left, right)
    assert all(left[a] == right[b] for a, b in pairs)
    assert pairs == sorted(pairs)
    assert len({b for _, b in pairs}) == len(pairs)
    assert all(x[1] < y[1] for x, y in pairwise(pairs))
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for a, mine in enumerate(left):
        for b, theirs in enumerate(right):
            table[a + 1][b + 1] = table[a][b] + 1 if mine == theirs else max(table[a][b + 1], table[a + 1][b])
    assert len(pairs) == table[-1][-1]


def test_very_different_runs_are_aligned_too():
    left = [f"l{n}" if n % 3 else f"common{n}" for n in range(MAX_EDITS * 3)]
    right = [f"r{n}" if n % 3 else f"common{n}" for n in range(MAX_EDITS * 3)]
    pairs = common(left, right)
    assert [a for a, _ in pairs] == list(range(0, MAX_EDITS * 3, 3))
    assert all(a == b for a, b in pairs)


def test_a_step_more_and_a_step_less():
    events = flight()
    fewer = events[:3] + events[5:]
    assert changes(diff(events, fewer)).count(("removed", "s2")) == 1
    found = diff(fewer, events)
    assert [change for change, _ in changes(found)].count("added") == 1
    assert found.first_divergence() == {
        "position": 2, "span_id": "s2", "change": "added", "kind": "tool_call", "name": "search", "fields": [],
    }  # fmt: skip


def test_a_move_is_told_from_a_change():
    a, b, c = tool("a", {"q": 1}, "x", name="one"), tool("b", {"q": 2}, "y", name="two"), tool("c", {"q": 3}, "z")
    found = diff([*a, *b, *c], [*b, *c, *a])
    moved = [step for step in found.steps if step.moved]
    assert [(step.either.id, step.fields) for step in moved] == [("a", ("position",))]
    assert [step.change for step in found.steps if not step.moved] == ["same", "same"]
    assert not found.identical


def test_fields_are_named_to_the_depth():
    left = llm("s", [{"role": "user", "content": "a"}], {"text": "x", "more": [1, 2]})
    right = llm("s", [{"role": "user", "content": "b"}], {"text": "x", "more": [1, 3]})
    (step,) = diff(left, right).steps
    assert step.fields == ("input.0.content", "output.more.1")
    view = step.to_json(0)
    assert view["original"]["input"] == [{"role": "user", "content": "a"}]
    assert view["fork"]["output"] == {"text": "x", "more": [1, 3]}


def test_what_a_step_took_is_a_delta_and_no_change():
    left = llm("s", "a", "b", input_tokens=10, cost_usd=0.5, latency_ms=100)
    right = llm("s", "a", "b", input_tokens=4, cost_usd=0.2, latency_ms=400)
    found = diff(left, right)
    assert found.identical
    assert found.steps[0].to_json(0)["deltas"] == {"tokens": -6, "cost_usd": -0.3, "duration_ms": 300}
    assert found.totals["delta"] == {"steps": 0, "tokens": -6, "cost_usd": -0.3, "duration_ms": 300, "errors": 0}


def test_a_step_that_fails_now_regressed():
    good, bad = tool("s", {"q": 1}, "ok"), tool("s", {"q": 1}, None, error="timeout")
    assert [step.change for step in diff(good, bad).steps] == ["regressed"]
    assert [step.change for step in diff(bad, good).steps] == ["changed"]


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ([False], [True], "improved"),
        ([True], [False], "regressed"),
        ([True], [True], "unchanged"),
        ([False, True], [True, True], "unchanged"),
    ],
)
def test_goal_checks_decide(before, after, verdict):
    checks = [[event("goal_check", name="paid", passed=passed) for passed in side] for side in (before, after)]
    ask, end = event("user_message", content="Pay the bill"), event("session_end", status="completed")
    said = event("agent_message", content="I did what you asked me to do.")
    assert diff([ask, *checks[0], said, end], [ask, *checks[1], said, end]).verdict == verdict


def test_better_here_and_worse_there_is_inconclusive():
    left = [event("goal_check", name="a", passed=True), event("goal_check", name="b", passed=False)]
    right = [event("goal_check", name="a", passed=False), event("goal_check", name="b", passed=True)]
    assert diff(left, right).verdict == "inconclusive"


def test_only_the_end_differs():
    left, right = flight(), [*flight()[:-1], event("session_end", status="failed")]
    found = diff(left, right)
    assert not found.identical
    divergence = found.first_divergence()
    assert divergence is not None
    assert (divergence["position"], divergence["kind"]) == (len(found.steps), "session_end")
    assert "session_end.status" in divergence["fields"]


def test_renamed_steps_are_another():
    found = diff(tool("s", {"q": 1}, "x", name="search"), tool("s", {"q": 1}, "x", name="find"))
    assert sorted(step.change for step in found.steps) == ["added", "removed"]


def test_insertions_do_not_shift_what_follows():
    many = [part for n in range(200) for part in tool(f"s{n}", {"q": n % 5}, n % 7)]
    more = [*many[:100], *tool("new", {"q": "new"}, "new"), *many[100:]]
    found = diff(many, more)
    assert [step.change for step in found.steps if step.change != "same"] == ["added"]


def test_alignment_swaps():
    a, b = list("abcabc"), list("cabbac")
    there, back = align(a, b, a, b), align(b, a, b, a)
    assert there.pairs == [(y, x) for x, y in back.pairs]
    assert there.moved == sorted((y, x) for x, y in back.moved)


def test_long_values_are_cut():
    assert clipped("x" * 5000, 10) == "x" * 10 + "…"
    assert len(str(clipped({"a": ["y" * 100] * 1000, "b": "z" * 9000}, 1000))) < 3000
    assert clipped({"a": 1, "b": None}) == {"a": 1, "b": None}
