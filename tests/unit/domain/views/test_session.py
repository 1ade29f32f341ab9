"""A trace as a session."""

from datetime import UTC, datetime

from tests.factories import make_trace
from wakeline.domain.views.session import duration_of, session_view

NOW = datetime(2026, 3, 21, 12, 10, tzinfo=UTC)
LATER = datetime(2026, 3, 21, 13, 0, tzinfo=UTC)


def test_one_that_runs_has_no_end_and_one_that_fell_silent_ended_when_it_last_spoke():
    trace = make_trace(last_at="2026-03-21T12:05:30.500Z")
    running, stale = session_view(trace, NOW), session_view(trace, LATER)
    assert (running["status"], running["ended_at"], running["duration_secs"]) == ("running", None, 330)
    assert (stale["status"], stale["ended_at"], stale["duration_secs"]) == ("stale", "2026-03-21T12:05:30.500Z", 330)


def test_no_event_no_duration():
    assert duration_of(make_trace()) == 0.0


def test_the_project_is_where_it_ran_or_else_its_repository():
    ran = session_view(make_trace(cwd="/srv/api", repo="mono"), NOW)
    assert (ran["project"], ran["project_name"]) == ("/srv/api", "api")
    pushed = session_view(make_trace(repo="org/mono"), NOW)
    assert (pushed["project"], pushed["project_name"]) == ("org/mono", "mono")
