"""What lists of traces are narrowed by."""

import pytest

from wakeline.domain.errors import Invalid
from wakeline.domain.trace_filter import TraceFilter, last_component, since_and_until
from wakeline.domain.trace_index import IndexEntry

ENTRY = IndexEntry(
    trace_id="trc_1",
    project_id="p",
    started_at="2026-03-21T10:00:00.000Z",
    status="running",
    outcome="in_progress",
    summary="Fix the LOGIN",
    agent_id="agent_1",
    author="alice",
    repo="api",
    cwd="/home/alice/Api-Server/",
    models=("m-2",),
    tags=("slow", "Nightly"),
    model="m-1",
)


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"status": "running"},
        {"status": "stale"},
        {"agent_id": "agent_1"},
        {"outcome": "in_progress"},
        {"outcome": "pending"},
        {"author": "alice"},
        {"repo": "api"},
        {"project": "/home/alice/Api-Server"},
        {"project": "/home/alice/Api-Server/"},
        {"project": "Api-Server"},
        {"project": "api"},
        {"model": "m-1"},
        {"model": "m-2"},
        {"search": "login"},
        {"search": "TRC_"},
        {"search": "nightly"},
        {"search": "api-s"},
        {"tag": "slow"},
        {"tag": "slow", "author": "alice"},
    ],
)
def test_admitted(wanted):
    assert TraceFilter(**wanted).admits(ENTRY)


@pytest.mark.parametrize(
    "wanted",
    [
        {"status": "completed"},
        {"agent_id": "agent"},
        {"outcome": "executed"},
        {"author": "Alice"},
        {"repo": "ap"},
        {"project": "Server"},
        {"project": "/home/alice"},
        {"project": "alice"},
        {"model": "m"},
        {"search": "logout"},
        {"search": "in_progress"},
        {"tag": "nightly"},
        {"tag": "slow", "author": "bob"},
    ],
)
def test_not_admitted(wanted):
    assert not TraceFilter(**wanted).admits(ENTRY)


def test_the_latest_lower_bound_counts():
    assert since_and_until("2026-03-02", "2026-03-01T10:00:00Z", None) == ("2026-03-02T00:00:00.000Z", None)
    assert (
        since_and_until("2026-03-02T00:00:00Z", "2026-03-02T00:00:00.000001Z", None)[0] == "2026-03-02T00:00:00.000001Z"
    )


def test_a_bare_date_as_upper_bound_is_that_whole_day():
    assert since_and_until(None, None, "2026-03-02") == (None, "2026-03-02T23:59:59.999999Z")
    assert since_and_until(None, None, "2026-03-02T10:00:00+02:00")[1] == "2026-03-02T08:00:00.000Z"


@pytest.mark.parametrize("name", ["since", "from", "to"])
def test_a_broken_time_is_named(name):
    given = {"since": None, "from": None, "to": None} | {name: "soon"}
    with pytest.raises(Invalid) as refused:
        since_and_until(*given.values())
    assert refused.value.field == name


@pytest.mark.parametrize(
    ("path", "last"), [("/a/b", "b"), ("/a/b/", "b"), ("b", "b"), ("C:\\work\\b", "b"), ("/", ""), ("", "")]
)
def test_the_last_component(path, last):
    assert last_component(path) == last
