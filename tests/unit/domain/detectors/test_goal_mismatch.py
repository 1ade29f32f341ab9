import pytest

from tests.unit.domain.detectors.written import detect, event, run_of, say, user
from wakeline.domain.detectors import analyse

GOAL = user("Book a table for 2 adults on the terrace.")


def test_a_failed_goal_check_points_at_the_last_deed():
    found = detect(
        "goal_mismatch",
        GOAL,
        event("browser_action", action="click", target="#book"),
        event("goal_check", passed=False),
    )
    assert found is not None
    assert (found.critical_step_seq, found.evidence_refs, found.confidence) == (20, (20, 30), 0.9)


def test_the_selected_number_is_not_the_one_asked_for():
    chosen = event("dom_snapshot", selected_values={"adults": "3"})
    found = detect("goal_mismatch", GOAL, event("browser_action", action="select", target="adults"), chosen)
    assert found is not None
    assert found.critical_step_seq == 20
    assert "adults 2" in found.explanation


def test_a_wrong_selection_that_was_mended_is_none():
    wrong, right = (event("dom_snapshot", selected_values={"adults": number}) for number in (3, 2))
    assert detect("goal_mismatch", GOAL, wrong, event("browser_action", action="select"), right) is None


def test_a_check_that_passes_after_one_that_failed():
    assert detect("goal_mismatch", GOAL, event("goal_check", passed=False), event("goal_check", passed=True)) is None


def test_a_run_without_checks():
    assert detect("goal_mismatch", GOAL, say("Your table for 2 is booked.")) is None


@pytest.mark.parametrize(
    ("goal", "selected", "asked"),
    [
        ("Schedule a meeting on Tuesday at 3pm", {"day": "Wednesday", "time": "3:00 PM"}, "Tuesday"),
        ("Schedule a meeting on Tuesday at 3pm", {"day": "Tuesday", "time": "16:00"}, "15:00"),
        ("Move the booking to 29 November", {"date": "2026-11-28"}, "11-29"),
    ],
)
def test_another_day_date_or_hour_than_the_one_asked_for(goal, selected, asked):
    chosen = event("dom_snapshot", selected_values=selected)
    found = detect("goal_mismatch", user(goal), event("browser_action", action="select", target="day"), chosen)
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (20, 0.7)
    assert asked in found.explanation


@pytest.mark.parametrize(
    ("goal", "selected"),
    [
        ("Schedule a meeting on Tuesday at 3pm", {"day": "Tuesday", "time": "15:00"}),
        ("Fly on 29 November", {"depart": "2026-11-29", "return": "2026-12-05"}),
        ("Deliver it by Friday", {"day": "Wednesday"}),
        ("Any day from Monday to Friday", {"day": "Sunday"}),
        ("Fly on 29 November", {"departs_at": "2026-11-30T04:00:00Z"}),
        ("Book a table", {"day": "Sunday"}),
    ],
)
def test_a_moment_that_fits_or_cannot_be_told(goal, selected):
    chosen = event("dom_snapshot", selected_values=selected)
    assert detect("goal_mismatch", user(goal), event("browser_action", action="select"), chosen) is None


def test_the_goal_that_the_trace_was_created_with():
    run = run_of(event("browser_action", action="select"), event("dom_snapshot", selected_values={"day": "Wednesday"}))
    assert analyse(run, stated="Meet on Tuesday").labels == ("goal_mismatch",)
    assert analyse(run).labels == ()


def test_a_snapshot_without_end_is_looked_into_as_far_as_people_fill_in():
    goal = user("Book for 2 adults " + "and so on " * 2_000)
    values = {"adults": 3, **{f"x{number:05d}": "7" for number in range(20_000)}}
    found = detect("goal_mismatch", goal, event("browser_action"), event("dom_snapshot", selected_values=values))
    assert found is not None
    assert "adults 2" in found.explanation
