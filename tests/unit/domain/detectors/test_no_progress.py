from tests.unit.domain.detectors.written import detect, say, user

GOAL = user("Find the opening hours.")


def trip(page, agent="surfer"):
    return [
        say(f"Please look at {page}.", "lead", to=agent),
        say(f"I opened https://example.net/{page} and see a menu.", agent),
    ]


def test_the_same_place_three_times():
    found = detect("no_progress", GOAL, trip("home"), trip("hours"), trip("hours"), trip("hours"))
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (30, 0.7)
    assert found.evidence_refs == (30, 50, 70, 90)


def test_agents_that_say_they_are_stuck():
    stuck = say("We are stuck on this page.", "lead")
    found = detect("no_progress", GOAL, trip("a"), stuck, trip("b"), stuck)
    assert found is not None
    assert found.confidence == 0.8


def test_the_same_words_three_times_in_a_row():
    found = detect("no_progress", GOAL, *[say("I will wait for the data.")] * 3)
    assert found is not None
    assert found.critical_step_seq == 30


def test_two_visits_are_none():
    assert detect("no_progress", GOAL, trip("a"), trip("b"), trip("a")) is None


def test_being_stuck_once_and_going_on():
    assert detect("no_progress", GOAL, trip("a"), say("We are stuck.", "lead"), trip("b")) is None


def test_a_run_that_moves_on():
    assert detect("no_progress", GOAL, trip("a"), trip("b"), trip("c"), say("They open at nine.", "lead")) is None
