from tests.unit.domain.detectors.written import call, detect, event, say, user

WARNED = event("dom_snapshot", warnings=["The card has expired"])
SUBMIT = event("browser_action", action="click", target="submit-order")


def test_submitting_over_a_warning():
    found = detect("ignored_warning", user("Order it."), WARNED, SUBMIT, WARNED)
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (30, 0.9)


def test_a_warning_that_went_away_weighs_less():
    found = detect("ignored_warning", user("Order it."), WARNED, SUBMIT, event("dom_snapshot", warnings=[]))
    assert found is not None
    assert found.confidence == 0.6


def test_a_warning_spoken_of_before_going_on():
    told = say("The page says that the card has expired; I use the other one.")
    assert detect("ignored_warning", user("Order it."), WARNED, told, SUBMIT) is None


def test_typing_into_a_form_does_not_go_on():
    typing = event("browser_action", action="type", target="card-number")
    assert detect("ignored_warning", user("Order it."), WARNED, typing) is None


def test_a_refusal_answered_with_other_values():
    refused = call("book_room", {"guests": 5}, "Error: room too small", "room too small")
    talk = [user("A room, please."), say("For how many?"), user("Five, yes.")]
    found = detect("ignored_warning", *talk, refused, call("book_room", {"guests": 4}))
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (60, 0.5)


def test_a_refusal_talked_over_with_the_user():
    refused = call("book_room", {"guests": 5}, "Error: room too small", "room too small")
    talk = [user("A room, please."), refused, say("It holds four. Is that all right?"), user("Yes.")]
    assert detect("ignored_warning", *talk, call("book_room", {"guests": 4})) is None


def test_a_run_without_warnings():
    assert detect("ignored_warning", user("Order it."), event("dom_snapshot", warnings=[]), SUBMIT) is None
