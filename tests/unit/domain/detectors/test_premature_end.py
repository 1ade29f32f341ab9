import pytest

from tests.unit.domain.detectors.written import bash, call, detect, event, say, user

GOAL = user("List all ten rivers.")


@pytest.mark.parametrize(
    ("ending", "critical", "confidence"),
    [
        ([say("Two so far."), event("session_end", status="failed", reason="error_max_turns: maximum turns")], 20, 0.8),
        ([say("Two so far."), event("session_end", reason="Max time (1500s) reached.")], 20, 0.8),
        ([say("Two so far."), event("session_end", reason="Maximum number of messages 40 reached")], 20, 0.8),
        ([say("Two so far."), event("error", message="Deadline exceeded")], 20, 0.8),
        ([say("Traceback (most recent call last): boom")], 20, 0.8),
        (bash("ls"), 20, 0.6),
        ([say("  ")], 20, 0.6),
        ([say("Three found. Next, I will look for the rest.")], 20, 0.6),
        ([say("I am unable to find the rest.")], 20, 0.6),
    ],
)
def test_runs_that_stop_too_early(ending, critical, confidence):
    found = detect("premature_end", GOAL, ending)
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (critical, confidence)


def test_handing_the_matter_on_is_an_end():
    assert detect("premature_end", GOAL, call("transfer_to_human", {"why": "beyond my scope"})) is None


def test_an_offer_is_no_announcement():
    assert detect("premature_end", GOAL, bash("ls"), say("Here are all ten. Let me know if you need more!")) is None


def test_an_obstacle_on_the_way():
    assert detect("premature_end", GOAL, say("I cannot find the third."), bash("ls"), say("Here are all ten.")) is None


def test_an_empty_run():
    assert detect("premature_end") is None
