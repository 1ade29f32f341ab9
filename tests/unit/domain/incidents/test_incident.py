"""What becomes of an incident: runs that join and leave, people who move it on, and its coming back."""

from dataclasses import replace

import pytest

from wakeline.domain.errors import Conflict
from wakeline.domain.incidents.fault import Fault
from wakeline.domain.incidents.incident import (
    MAX_SESSIONS,
    MOVES,
    STATUSES,
    Incident,
    Occurrence,
    changed,
    joined,
    left,
    opened,
)

FAULT = Fault("retry_loop", ("retry_loop",), "agent", "bash: denied", 0.8, 5, (5, 7), "Bash failed 3 times.")


def at(minute):
    return f"2026-03-21T10:{minute:02d}:00.000Z"


def run(n, minute=0, confidence=0.8):
    return Occurrence.of(f"trc_{n}", at(minute), replace(FAULT, confidence=confidence))


def incident(runs=1):
    made = opened("ws", "p", FAULT, run(1), at(0))
    for n in range(2, runs + 1):
        made = joined(made, run(n), None, at(0))
    return made


def test_the_first_run_opens_it():
    made = incident()
    assert (made.status, made.session_count, made.session_ids, made.reopened) == ("new", 1, ("trc_1",), 0)
    assert [entry["action"] for entry in made.history] == ["opened"]
    assert Incident.from_json(made.to_json()) == made


def test_runs_are_counted_once():
    made = incident(3)
    assert (made.session_count, made.session_ids) == (3, ("trc_3", "trc_2", "trc_1"))
    assert joined(made, run(2), run(2), at(9)) is made
    moved = joined(made, run(2, confidence=0.7), run(2), at(9))
    assert (moved.session_count, moved.session_ids, moved.updated_at) == (3, made.session_ids, at(9))


def test_first_and_last_seen_whatever_the_order():
    made = joined(joined(incident(), run(2, 30), None, at(31)), run(3, 10), None, at(32))
    assert (made.first_seen, made.last_seen) == (at(0), at(30))


def test_the_surest_run_represents_it():
    made = joined(incident(), run(2, confidence=0.95), None, at(1))
    made = joined(made, run(3, confidence=0.6), None, at(1))
    assert made.representative.trace_id == "trc_2"
    assert made.severity == "high"


@pytest.mark.parametrize(
    ("label", "confidence", "severity"),
    [
        ("destructive_action", 0.8, "critical"),
        ("forbidden_action", 0.6, "high"),
        ("goal_mismatch", 0.9, "high"),
        ("retry_loop", 0.7, "medium"),
        ("retry_loop", 0.5, "low"),
        ("cost_spike", 0.9, "low"),
    ],
)
def test_severity(label, confidence, severity):
    fault = replace(FAULT, label=label, labels=(label,), confidence=confidence)
    assert opened("ws", "p", fault, Occurrence.of("t", at(0), fault), at(0)).severity == severity


def test_it_names_a_bounded_number_of_runs():
    made = incident(MAX_SESSIONS + 5)
    assert made.session_count == MAX_SESSIONS + 5
    assert len(made.session_ids) == MAX_SESSIONS
    assert made.session_ids[0] == f"trc_{MAX_SESSIONS + 5}"


@pytest.mark.parametrize("start", STATUSES)
@pytest.mark.parametrize("end", STATUSES)
def test_where_a_person_may_take_it(start, end):
    made = replace(incident(), status=start)
    if start == end:
        assert changed(made, "ann", at(1), status=end) is made
    elif end in MOVES[start]:
        after = changed(made, "ann", at(1), status=end)
        assert (after.status, after.version, after.updated_at) == (end, made.version + 1, at(1))
        assert after.history[-1] == {"at": at(1), "by": "ann", "action": "status_changed", "from": start, "to": end}
    else:
        with pytest.raises(Conflict, match="can become"):
            changed(made, "ann", at(1), status=end)


def test_an_owner_is_set_and_cleared():
    owned = changed(incident(), "ann", at(1), owner_id="bob")
    assert (owned.owner_id, owned.history[-1]["from"], owned.history[-1]["to"]) == ("bob", None, "bob")
    assert changed(owned, "ann", at(2), owner_id="bob") is owned
    assert changed(owned, "ann", at(2), owner_id=None).owner_id is None
    assert changed(owned, "ann", at(2), status="triaged").owner_id == "bob"


def test_status_and_owner_are_one_write_and_two_entries():
    after = changed(incident(), "ann", at(1), status="fixing", owner_id="bob", reason="mine")
    assert after.version == 1
    assert [entry["action"] for entry in after.history[-2:]] == ["status_changed", "owner_changed"]
    assert after.history[-2]["reason"] == "mine"


@pytest.mark.parametrize("status", ["verified", "ignored"])
def test_one_that_was_closed_and_recurs_is_new_again(status):
    closed = changed(incident(), "ann", at(5), status=status)
    again = joined(closed, run(2, 6), None, at(7))
    assert (again.status, again.reopened, again.closed_at) == ("new", 1, None)
    assert again.history[-1] == {
        "at": at(7), "by": "system", "action": "reopened", "from": status, "to": "new", "trace_id": "trc_2",
    }  # fmt: skip


def test_a_run_from_before_it_was_closed_does_not_reopen_it():
    closed = changed(incident(), "ann", at(5), status="verified")
    late = joined(closed, run(2, 4), None, at(9))
    assert (late.status, late.session_count, late.reopened) == ("verified", 2, 0)
    known = joined(closed, run(1, 8, 0.7), run(1), at(9))
    assert (known.status, known.session_count) == ("verified", 1)


@pytest.mark.parametrize("status", ["triaged", "fixing"])
def test_one_that_is_worked_on_stays_where_it_is(status):
    open_ = changed(incident(), "ann", at(5), status=status)
    assert joined(open_, run(2, 6), None, at(7)).status == status


def test_a_run_that_leaves_takes_its_words_along():
    made = joined(incident(), run(2, confidence=0.95), None, at(1))
    after = left(made, run(2, confidence=0.95), [run(1)], at(2))
    assert after is not None
    assert (after.representative.trace_id, after.session_count, after.session_ids) == ("trc_1", 1, ("trc_1",))
    assert "trc_2" not in str({**after.to_json(), "history": []})


def test_the_last_run_takes_it_along():
    assert left(incident(), run(1), [], at(2)) is None


def test_the_trail_has_a_bound():
    made = incident()
    for n in range(300):
        made = changed(made, "ann", at(1), owner_id=f"o{n}")
    assert len(made.history) == 100
    assert made.history[-1]["to"] == "o299"
