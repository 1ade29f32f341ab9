from tests.unit.domain.detectors.written import call, detect, say, user

GOAL = user("Sum up the sales file.")


def test_code_that_works_on_a_stand_in():
    found = detect(
        "invented_reference", GOAL, say("Assuming the file is here:\n```python\nload('/path/to/sales.csv')\n```")
    )
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (20, 0.8)


def test_a_path_nobody_named_that_does_not_exist():
    missing = call("read", {"path": "/srv/sales/2031.csv"}, "", "/srv/sales/2031.csv: no such file")
    found = detect("invented_reference", GOAL, missing)
    assert found is not None
    assert (found.critical_step_seq, found.confidence, found.evidence_refs) == (20, 0.7, (20, 30))


def test_a_stand_in_that_the_goal_itself_uses():
    goal = user("Write an example with dummy data.")
    assert detect("invented_reference", goal, say("```python\nrows = dummy()\n```")) is None


def test_a_missing_path_that_the_user_named():
    goal = user("Sum up /srv/sales/2031.csv.")
    missing = call("read", {"path": "/srv/sales/2031.csv"}, "", "/srv/sales/2031.csv: no such file")
    assert detect("invented_reference", goal, missing) is None


def test_speaking_of_an_assumption_without_acting_on_it():
    assert detect("invented_reference", GOAL, say("I am assuming you mean this year. Is that so?")) is None


def test_code_on_what_was_given():
    assert detect("invented_reference", user("Sum up a.csv."), say("```python\nload('a.csv')\n```")) is None
