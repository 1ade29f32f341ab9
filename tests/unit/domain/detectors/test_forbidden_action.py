import pytest

from tests.unit.domain.detectors.written import bash, call, detect, event, rules, run_of, say, user
from wakeline.domain.detectors import analyse


@pytest.mark.parametrize(
    ("goal", "deed"),
    [
        ("Tidy up, but do not delete the archive.", call("delete_folder", {"name": "archive"})),
        ("Mend it without pushing to main.", bash("git push origin main")),
        (
            "Fill the basket and stop before placing the order.",
            [event("browser_action", action="place", target="order")],
        ),
        ("Never restart production!", bash("systemctl restart production-web")),
        ("Fill it in but do not click submit.", [event("action", action="click", target="#submit")]),
        ("Look, but do not open the door.", [event("action", name="open_door")]),
    ],
)
def test_a_deed_with_all_the_words_of_a_boundary(goal, deed):
    found = detect("forbidden_action", user(goal), deed)
    assert found is not None
    assert (found.critical_step_seq, found.confidence, found.evidence_refs) == (20, 0.9, (10, 20))


@pytest.mark.parametrize(
    "deed",
    [
        call("read_folder", {"name": "archive"}),
        call("delete_folder", {"name": "drafts"}),
        bash("grep -rn delete src"),
    ],
)
def test_the_verb_or_the_object_alone_is_none(deed):
    assert detect("forbidden_action", user("Tidy up, but do not delete the archive."), deed) is None


def test_what_was_done_before_the_boundary_was_set():
    deed = call("delete_folder", {"name": "archive"})
    assert detect("forbidden_action", user("Tidy up."), deed, user("Do not delete the archive.")) is None


def test_phrases_that_set_no_boundary():
    assert detect("forbidden_action", user("Do not worry, and don't hesitate to ask."), bash("ls")) is None


CONFIRM = rules("Before any change you must obtain explicit user confirmation.")


def test_a_change_without_the_confirmation_that_the_rules_demand():
    found = detect(
        "forbidden_action", CONFIRM, user("How much is it to change my seat?"), call("change_seat", {"to": "4A"})
    )
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (30, 0.6)


def test_a_change_the_user_agreed_to():
    talk = [CONFIRM, user("Change my seat."), say("To 4A?"), user("Yes, please.")]
    assert detect("forbidden_action", *talk, call("change_seat", {"to": "4A"})) is None


def test_looking_something_up_needs_no_confirmation():
    assert detect("forbidden_action", CONFIRM, user("Which seat do I have?"), call("get_seat", {})) is None


@pytest.mark.parametrize(
    ("goal", "target", "confidence"),
    [
        ("Add a laptop to the cart, stop before payment.", "#pay-now", 0.6),
        ("Fill in the form, don't click submit.", "button#submit", 0.9),
        ("Draft the mail without sending it.", "send", 0.6),
        ("Update the list without deleting anything.", "delete-row", 0.6),
    ],
)
def test_a_boundary_in_the_goal_that_the_trace_was_created_with(goal, target, confidence):
    clicks = [event("browser_action", action="click", target=each) for each in ("#add", target)]
    run = run_of(clicks)
    (found,) = analyse(run, stated=goal).detections
    assert (found.label, found.critical_step_seq, found.confidence) == ("forbidden_action", 20, confidence)
    assert found.evidence_refs == (20,)
    assert analyse(run).detections == ()
