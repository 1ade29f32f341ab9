"""Findings of a run, gathered by what they rest on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.domain.detectors.written import bash, event, run_of, say, user
from wakeline.domain.detectors import analyse_run, prepare
from wakeline.domain.detectors.detection import Analysis, found
from wakeline.domain.incidents.fault import Fault, faults_of


def of(*parts):
    run = prepare(run_of(*parts))
    return faults_of(run, analyse_run(run))


def test_a_wrong_deed_and_the_claim_that_it_was_right_are_one_fault():
    (fault,) = of(
        user("Book it"), bash("book"), event("goal_check", passed=False, mismatches=["date"]), say("Done, booked.")
    )
    assert fault.label == "goal_mismatch"
    assert set(fault.labels) >= {"goal_mismatch", "false_success_claim"}
    assert fault.labels[0] == fault.label
    assert fault.agent == "agent"


def test_a_run_in_which_all_went_well_has_none():
    assert of(user("Say hello"), say("Hello!")) == []


def test_findings_that_share_nothing_are_two():
    run = prepare(run_of(user("Go"), bash("a"), bash("b"), say("x")))
    apart = [found("stalled", 0.6, 20, [30], "Nothing."), found("cost_spike", 0.6, 50, [], "Dear.")]
    assert len(faults_of(run, analysis(*apart))) == 2
    joined = [*apart, found("retry_loop", 0.8, 30, [50], "Again.")]
    (one,) = faults_of(run, analysis(*joined))
    assert (one.label, one.confidence, one.evidence_refs) == ("stalled", 0.8, (20, 30, 50))


def analysis(*found):
    return Analysis("1", tuple(one.label for one in found), 0.6, 20, "agent", "x", tuple(found))


def test_the_id_of_an_incident_follows_from_the_fault_alone():
    fault = Fault("retry_loop", ("retry_loop",), "agent", "bash: denied", 0.8, 5, (5,), "x")
    same = Fault("retry_loop", ("retry_loop", "stalled"), "agent", "bash: denied", 0.6, 9, (9,), "y")
    assert fault.incident_id("ws", "p") == same.incident_id("ws", "p")
    others = {
        fault.incident_id("ws_2", "p"),
        fault.incident_id("ws", "p_2"),
        Fault("stalled", ("stalled",), "agent", "bash: denied", 0.8, 5, (5,), "x").incident_id("ws", "p"),
        Fault("retry_loop", ("retry_loop",), "reviewer", "bash: denied", 0.8, 5, (5,), "x").incident_id("ws", "p"),
        Fault("retry_loop", ("retry_loop",), "agent", "bash: refused", 0.8, 5, (5,), "x").incident_id("ws", "p"),
    }
    assert len(others | {fault.incident_id("ws", "p")}) == 6


def test_there_and_back():
    (fault,) = of(user("Book it"), bash("book"), event("goal_check", passed=False), say("Done, booked."))
    assert Fault.from_json(fault.to_json()) == fault


SCRIPT = """
from tests.unit.domain.incidents.test_fault import SEVERAL, of
for fault in of(*SEVERAL):
    print(fault.to_json(), fault.incident_id("ws", "p"))
"""
SEVERAL = (
    user("Book it, but do not pay the invoice."),
    bash("book", "denied: order-1f2e", "denied: order-1f2e"),
    bash("pay the invoice"),
    event("goal_check", passed=False, mismatches=["date", {"field": "price"}]),
    say("Done, booked."),
)


@pytest.mark.parametrize(("seed", "zone"), [("0", "UTC"), ("77", "Asia/Tokyo")])
def test_any_process_names_the_same_incidents(seed, zone):
    root = Path(__file__).parents[4]
    path = os.pathsep.join((str(root), str(root / "layers" / "core" / "python")))
    there = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    here = [f"{fault.to_json()} {fault.incident_id('ws', 'p')}" for fault in of(*SEVERAL)]
    assert there.stdout.splitlines() == here != []
