import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.domain.detectors.written import Written, bash, call, event, run_of, say, user
from tests.unit.domain.views.made import made
from wakeline.domain.detectors import DETECTOR_VERSION, DETECTORS, analyse
from wakeline.domain.payloads import PAYLOADS

CORE = Path(__file__).parents[4] / "layers" / "core" / "python"

FAILED_RUN = run_of(
    user("Mend the parser, but do not delete the archive."),
    *[bash(f"pytest -k {number}", f"{number} failed", "exit code 1") for number in range(1, 5)],
    call("delete_folder", {"name": "archive", "force": True}),
    event("file_change", path="parser.py"),
    say("All tests pass and the task is complete."),
    event("session_end", status="completed"),
)


def test_a_run_that_passes_has_no_labels_and_no_critical_step():
    run = run_of(user("Mend a.py."), event("file_change", path="a.py"), bash("pytest", "5 passed"), say("It is fixed."))
    analysis = analyse(run)
    assert analysis.to_json() == {
        "detector_version": DETECTOR_VERSION,
        "labels": [],
        "confidence": 0.0,
        "critical_step_seq": None,
        "critical_agent": None,
        "root_cause": None,
        "detections": [],
    }


def test_labels_come_surest_first_and_all_are_registered():
    analysis = analyse(FAILED_RUN)
    sure = [one.confidence for one in analysis.detections]
    assert sure == sorted(sure, reverse=True)
    assert analysis.confidence == sure[0]
    assert {"forbidden_action", "retry_loop", "false_success_claim", "contradicted_evidence"} <= set(analysis.labels)
    assert set(analysis.labels) <= set(DETECTORS)
    assert (analysis.critical_step_seq, analysis.critical_agent) == (100, "agent")


def test_every_label_the_product_names_is_registered():
    assert sorted(DETECTORS) == [
        "context_loss",
        "contradicted_evidence",
        "cost_spike",
        "destructive_action",
        "false_success_claim",
        "forbidden_action",
        "goal_mismatch",
        "ignored_warning",
        "invented_reference",
        "malformed_tool_call",
        "no_progress",
        "premature_end",
        "retry_loop",
        "skipped_verification",
        "stalled",
        "unhandled_error",
    ]
    assert all(detect.__doc__ for detect in DETECTORS.values())


def test_events_of_the_ledger_are_taken_as_they_are():
    events = made(
        {"type": "user_message", "payload": {"content": "Remove nothing."}},
        {"type": "tool_call", "span_id": "s", "payload": {"tool_name": "Bash", "arguments": "ls"}},
    )
    assert analyse(events).labels[0] == "malformed_tool_call"


SCRIPT = """
import json, sys
from types import SimpleNamespace
from wakeline.domain.detectors import analyse
events = [SimpleNamespace(**event) for event in json.load(sys.stdin)]
sys.stdout.write(json.dumps(analyse(events).to_json()))
"""


@pytest.mark.parametrize(("seed", "zone"), [("0", "UTC"), ("1", "Asia/Tokyo"), ("4242", "America/Lima")])
def test_any_process_says_the_same_byte_for_byte(seed, zone):
    here = json.dumps(analyse(FAILED_RUN).to_json())
    sent = json.dumps(
        [{name: getattr(one, name) for name in Written.__dataclass_fields__} for one in FAILED_RUN],
    )
    there = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=sent,
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C", "PYTHONPATH": str(CORE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout == here


NAMES = st.sampled_from(
    [
        "content",
        "tool_name",
        "arguments",
        "call_id",
        "result",
        "error",
        "to",
        "message",
        "status",
        "passed",
        "warnings",
        "selected_values",
        "is_meta",
        "phase",
        "path",
        "cost_usd",
        "input_tokens",
        "revision",
        "handled",
        "reason",
        "action",
        "target",
        "command",
        "name",
        "level",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=30)
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(NAMES, SCALARS, max_size=3)
EVENTS = st.lists(
    st.builds(
        Written,
        seq=st.just(0),
        type=st.sampled_from([*PAYLOADS, "custom.x"]),
        payload=st.none() | st.dictionaries(NAMES, VALUES, max_size=6),
        actor=st.none() | st.dictionaries(st.sampled_from(["type", "name"]), SCALARS, max_size=2),
        span_id=st.none() | st.sampled_from(["a", "b"]),
        timestamp=st.text(max_size=5) | st.just("2026-03-21T10:00:00.000Z"),
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(EVENTS)
def test_no_payload_makes_a_detector_fail_and_every_reference_is_an_event(events):
    events = [Written(place, *[getattr(one, name) for name in WITHOUT_SEQ]) for place, one in enumerate(events)]
    seqs = {one.seq for one in events}
    analysis = analyse(events, failed=True)
    assert (analysis.critical_step_seq is None) == (not events)
    for one in analysis.detections:
        assert one.critical_step_seq in one.evidence_refs
        assert set(one.evidence_refs) <= seqs
        assert 0 < one.confidence <= 1
    assert analyse(events, failed=True) == analysis
    json.dumps(analysis.to_json(), allow_nan=False)


WITHOUT_SEQ = [name for name in Written.__dataclass_fields__ if name != "seq"]
