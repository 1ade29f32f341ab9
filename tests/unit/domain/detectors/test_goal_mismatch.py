from tests.unit.domain.detectors.written import detect, event, say, user

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
