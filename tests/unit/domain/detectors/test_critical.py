"""Which step decides, by the way the run is made."""

import pytest

from tests.unit.domain.detectors.written import bash, call, event, output, run_of, say, user
from wakeline.domain.detectors import analyse

CODE = "```python\nprint(1)\n```"


def critical(*parts):
    analysis = analyse(run_of(*parts), failed=True)
    return analysis.critical_step_seq, analysis.critical_agent


def trip(page):
    return [say(f"Please open {page}.", "lead", to="scout"), say(f"I opened https://example.net/{page}.", "scout")]


def test_proof_comes_before_everything():
    deed = call("delete_folder", {"name": "archive"})
    assert critical(
        user("Tidy up, but do not delete the archive."), deed, bash("pytest", "1 failed", "exit code 1")
    ) == (
        20,
        "agent",
    )


def test_a_task_handed_over_together_with_the_code_that_runs():
    assert critical(say(f"Do this: {CODE}", "a"), output("1"), say("It is 1.", "b")) == (10, "a")


def test_the_first_use_of_a_value_nobody_has():
    made_up = say("```python\nrows = [1]  # placeholder\n```", "b")
    assert critical(user("Sum it up."), say("We need the rows.", "a"), made_up, output("1"), say("It is 1.", "a")) == (
        30,
        "b",
    )


def test_a_course_that_came_to_nothing_new():
    assert critical(user("When do they open?"), trip("a"), trip("b"), trip("b"), trip("b")) == (30, "scout")


def test_the_report_that_the_answer_was_made_from():
    told = [say("When do they open?", "lead", to="clerk"), say("They open at nine.", "clerk")]
    assert critical(user("When do they open?"), trip("a"), told, say("At nine.", "lead")) == (50, "clerk")


def test_what_was_concluded_from_a_place_that_was_only_shown():
    told = [trip("a"), trip("b"), say("That answers it.", "lead"), say("At nine.", "lead")]
    assert critical(user("When do they open?"), *told) == (70, "lead")


@pytest.mark.parametrize(
    "end",
    [
        [say("I look on.", "lead"), event("session_end", reason="Max time (1500s) reached.")],
        [say("Please open c.", "lead", to="scout")],
        [say("I wait.", "clerk")],
        [],
    ],
)
def test_a_run_that_was_cut_off_concluded_nothing(end):
    assert critical(user("When do they open?"), trip("a"), trip("b"), *end) == (50, "scout")


def test_the_first_word_among_agents_that_build_on_it():
    assert critical(user("Who wrote it?"), say("Smith wrote it.", "a"), say("Yes, it was Smith.", "b")) == (20, "a")


def test_what_led_to_the_first_result_that_went_wrong():
    talk = [
        say("I plan.", "a"),
        say("```\nrun()\n```", "b"),
        output("exitcode: 1", True),
        say("```\nagain()\n```", "a"),
    ]
    assert critical(user("Count them."), *talk, output("12"), say("It is 12.", "b")) == (30, "b")


def test_the_surest_finding_about_a_single_agent():
    assert critical(user("Mend it."), bash("pytest", "1 failed", "exit code 1"), say("All tests pass.")) == (
        40,
        "agent",
    )


def test_the_last_change_where_nothing_was_found():
    talk = [user("Move me."), call("get_seat", {}), call("change_seat", {"to": "4A"}), say("You sit in 4A now.")]
    assert critical(*talk, user("Thank you.")) == (40, "agent")


def test_the_last_word_where_nothing_was_changed():
    assert critical(user("Which seat?"), call("get_seat", {}), say("It is 4A.")) == (40, "agent")


def test_an_empty_run():
    assert critical() == (None, None)
