"""What is left of a failure once everything that differs from run to run is taken out."""

import pytest

from tests.unit.domain.detectors.written import bash, call, event, run_of, say, user
from wakeline.domain.detectors import analyse_run, prepare
from wakeline.domain.incidents.signature import normalised, signature_of, telling_line


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("open('/home/u1/a.json'): no such file", "open('/srv/x/y/b2.json'): no such file"),
        ("order ord_7f3a9 was not found", "order ord_99c1b was not found"),
        ("timed out after 3021 ms", "timed out after 12.5 ms"),
        ("host https://a.example/x?y=1 refused", "host http://10.0.0.7:8080/ refused"),
        (
            "user 550e8400-e29b-41d4-a716-446655440000 is unknown",
            "user 00000000-0000-4000-8000-000000000001 is unknown",
        ),
        ('cannot parse "abc"', 'cannot parse "something else, 12"'),
        ("mail to ann@example.com bounced", "mail to bob.b+x@mail.test bounced"),
        ("C:\\Users\\ann\\x.txt is locked", "D:\\tmp\\y.txt is locked"),
        ("at 2026-03-21T10:00:00.123Z the disk was full", "at 2025-01-01T00:00:00+02:00 the disk was full"),
        ("order-cafe is unknown", "order-1f2e is unknown"),
        ("commit deadbeefcafe is missing", "commit 0123abcd99 is missing"),
        ("src/app/main.py failed", "lib/b/util.rs failed"),
        ("Line 12, column 4: bad indent", "line 99, column 17: bad indent"),
    ],
)
def test_the_same_fault_of_two_runs_reads_the_same(one, other):
    assert normalised(one) == normalised(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("permission denied", "connection refused"),
        ("ValueError: bad date", "KeyError: bad date"),
        ("the seat is taken", "the card is expired"),
        ("don't know the host", "don't know the port"),
    ],
)
def test_two_faults_read_differently(one, other):
    assert normalised(one) != normalised(other)


def test_it_has_a_bound():
    assert len(normalised("word " * 100_000)) <= 160
    assert normalised("") == normalised("12 /a/b 'c'") == ""


def test_the_line_that_tells():
    trace = 'Traceback (most recent call last):\n  File "a.py", line 1\n    boom()\nValueError: no such colour\n'
    assert telling_line(trace) == "ValueError: no such colour"
    assert telling_line("building\nstep 1\nerror: cannot find crate\nmore") == "error: cannot find crate"
    assert telling_line("Exit code 1\nfatal: not a git repository") == "fatal: not a git repository"
    assert telling_line("all quiet\nhere") == "all quiet"
    assert telling_line("") == ""


def signatures(*parts):
    run = prepare(run_of(*parts))
    return {found.label: signature_of(run, found) for found in analyse_run(run).detections}


def test_an_error_is_named_by_its_tool_and_what_it_says():
    found = signatures(
        user("Deploy it"), bash("deploy --now", "permission denied: /etc/x", error="permission denied: /etc/x")
    )
    assert found["unhandled_error"] == "bash: permission denied"


def test_a_failed_check_is_named_by_what_did_not_fit():
    def check(field, was):
        mismatch = {"field": field, "expected": "a", "actual": was}
        return event("goal_check", passed=False, mismatches=[mismatch])

    one = signatures(user("Book"), say("Booked."), check("date", "2026-01-01"))["goal_mismatch"]
    same = signatures(user("Book"), say("Booked."), check("date", "2026-09-09"))["goal_mismatch"]
    other = signatures(user("Book"), say("Booked."), check("price", "12"))["goal_mismatch"]
    assert one == same != other


def test_a_broken_rule_is_named_by_the_rule():
    pay = call("pay_invoice", {"amount": 12})
    drop = call("delete_branch", {"name": "x"})
    one = signatures(user("Look, but do not pay the invoice."), pay)["forbidden_action"]
    other = signatures(user("Look, but do not delete the branch."), drop)["forbidden_action"]
    assert one != other
    assert "pay the invoice" in one


def test_payloads_of_any_shape_have_a_signature():
    odd = event("goal_check", passed=False, mismatches=[1, None, ["x", {"a": {"b": 2}}], {"expected": "z"}])
    assert signatures(user("Go"), say("Done."), odd)["goal_mismatch"]
