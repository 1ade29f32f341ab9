"""POST /api/git-sync — begin to link commits to sessions."""

from typing import Literal, TypedDict

from pydantic import BaseModel, ConfigDict

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import commits
from wakeline.wiring import stats


class SyncBody(BaseModel):
    """Which session; the parameter of that name says the same."""

    model_config = ConfigDict(extra="forbid", strict=True)

    session_id: Id | None = None


class Syncing(TypedDict):
    status: Literal["syncing"]


@endpoint("POST /api/git-sync", scope="traces:write", status=202)
def sync_commits(caller: Caller, body: SyncBody, session_id: Id | None = None) -> Syncing:
    """Answer at once; a worker links the commits of the session, or of the newest sessions of the last 30 days."""
    commits.request(stats.commits(), wiring.ledger(), wiring.env(), caller, body.session_id or session_id)
    return {"status": "syncing"}


handler = lambda_entry(sync_commits)
