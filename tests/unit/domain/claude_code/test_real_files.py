"""The public transcripts beside the repository: exact totals, and everything goes in."""

from collections import Counter

import pytest

from wakeline.domain.claude_code import read

from .written import REAL, kinds, mapped, only, totals

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real transcripts are not beside the repository")

SESSIONS = [*sorted(REAL.glob("projects/episodic-*.jsonl")), *sorted(REAL.glob("projects/sniffly-*.jsonl"))]
RUNS = sorted(REAL.glob("terminal-bench/*.stream.jsonl"))


def events(path):
    return [event for one in mapped(path.read_bytes()) for event in one.events]


def test_the_nine_sessions_count_exactly():
    assert len(SESSIONS) == 9
    sums: Counter[str] = Counter()
    for path in SESSIONS:
        sums += totals(events(path))
        assert read(path.read_bytes()).bad == []
    assert sums == {
        "input_tokens": 2676,
        "output_tokens": 45_968,
        "cache_write_tokens": 3_732_099,
        "cache_read_tokens": 76_212_163,
        "responses": 335,
    }


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("edge-edge_cases", [10, 11, 13, 14, 15, 16]),
        ("edge-representative_messages", []),
        ("edge-session_b", []),
        ("edge-todowrite_examples", []),
    ],
)
def test_the_edge_files_go_in_with_their_bad_lines_reported(name, bad):
    path = REAL / "projects" / f"{name}.jsonl"
    assert [line.number for line in read(path.read_bytes()).bad] == bad
    assert events(path)


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.name.split("__")[0])
def test_a_stream_json_run_counts_what_its_last_result_reports(path):
    transcript = read(path.read_bytes())
    assert transcript.bad == []
    assert transcript.meta["format"] == "stream-json"
    mapped_events = events(path)
    assert "session_start" in kinds(mapped_events)
    results = [line.value for line in transcript.lines if line.value and line.value["type"] == "result"]
    if not results:
        assert "session_end" not in kinds(mapped_events)
        return
    (reported,) = results[-1]["modelUsage"].values()
    sums = totals(mapped_events)
    assert sums["input_tokens"] == reported["inputTokens"]
    assert sums["output_tokens"] == reported["outputTokens"]
    assert sums["cache_read_tokens"] == reported["cacheReadInputTokens"]
    assert sums["cache_write_tokens"] == reported["cacheCreationInputTokens"]


def test_all_runs_are_there():
    assert len(RUNS) == 45


def test_a_run_ends_with_what_was_reported():
    (path,) = [path for path in RUNS if path.name.startswith("fix-git__")]
    assert only(events(path), "session_end")["payload"]["reported_cost_usd"] == 1.139785
