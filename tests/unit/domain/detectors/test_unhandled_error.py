import pytest

from tests.unit.domain.detectors.written import bash, call, detect, event, output, say, user

GOAL = user("Publish the report.")
FAILED = call("publish", {"id": 7}, "Error: quota", "quota exceeded")


def test_an_error_at_the_end():
    found = detect("unhandled_error", GOAL, FAILED, say("Here is the report."))
    assert found is not None
    assert (found.critical_step_seq, found.confidence, found.evidence_refs) == (20, 0.8, (20, 30))


def test_an_error_that_other_work_went_past():
    found = detect("unhandled_error", GOAL, FAILED, bash("ls"), say("Here is the report."))
    assert found is not None
    assert found.confidence == 0.5


def test_a_terminal_that_answers_a_message():
    found = detect(
        "unhandled_error", GOAL, say("```python\nrun()\n```"), output("exitcode: 1 (execution failed)", True)
    )
    assert found is not None
    assert found.critical_step_seq == 20


def test_an_error_event_with_nothing_after_it():
    found = detect("unhandled_error", GOAL, event("error", message="out of memory"))
    assert found is not None
    assert found.critical_step_seq == 20


def test_the_same_tool_succeeds_later():
    assert detect("unhandled_error", GOAL, FAILED, call("publish", {"id": 7}), say("Published.")) is None


def test_an_error_that_is_told():
    assert detect("unhandled_error", GOAL, FAILED, say("I was unable to publish it: the quota is used up.")) is None


def test_a_look_that_failed_is_an_answer():
    look = call("read_file", {"path": "a"}, "", "not found")
    assert detect("unhandled_error", GOAL, look, bash("ls"), say("Published.")) is None


def test_a_run_without_errors():
    assert detect("unhandled_error", GOAL, call("publish", {"id": 7}), say("Published.")) is None


def test_a_remark_in_the_place_of_a_command_is_no_error():
    remark = bash(":) done", "syntax error", "Exit code 2: syntax error near unexpected token")
    assert detect("unhandled_error", GOAL, bash("make", "ok"), remark, say("Published.")) is None


def test_a_run_that_ends_with_an_error():
    end = event("session_end", status="error", error="Provider answered 500")
    found = detect("unhandled_error", user("Go on."), say("I look."), end)
    assert found is not None
    assert (found.critical_step_seq, found.evidence_refs, found.confidence) == (20, (20, 30), 0.8)
    assert "Provider answered 500" in found.explanation


@pytest.mark.parametrize(
    "end",
    [
        {"status": "completed", "error": None},
        {"status": "failed"},
        {"status": "failed", "error": "max turns reached"},
        {"status": "cancelled", "error": "by the user"},
        {"status": "failed", "error": "Interrupted by user"},
    ],
)
def test_a_run_that_ends_without_an_error_of_its_own(end):
    assert detect("unhandled_error", user("Go on."), say("I look."), event("session_end", **end)) is None
