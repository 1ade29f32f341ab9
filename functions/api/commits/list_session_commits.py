"""GET /api/sessions/{session_id}/commits — list the commits that were made in a session."""

from typing import TypedDict

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.commits import CommitView
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import commits
from wakeline.wiring import stats


class Commits(TypedDict):
    commits: list[CommitView]


@endpoint("GET /api/sessions/{session_id}/commits", scope="traces:read")
def list_session_commits(caller: Caller, session_id: str) -> Commits:
    """Commits that were linked to the session or that its events name, oldest first."""
    found = commits.of_session(stats.commits(), wiring.ledger(), caller, session_id)
    return {"commits": [commit.to_json() for commit in found]}


handler = lambda_entry(list_session_commits)
