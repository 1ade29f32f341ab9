"""POST /api/v1/forks/{fork_id}/replay — run a fork again with something changed."""

from api.forks import _models
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.replay import read_substitutions
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import forks
from wakeline.wiring import govern, replay


@endpoint("POST /api/v1/forks/{fork_id}/replay", scope="traces:write", status=202, errors=(404, 409, 413))
def replay_fork(caller: Caller, fork_id: str, body: _models.ReplayBody) -> Reply:
    """Start the replay; the fork's status goes from `replaying` to `completed`, `diverged` or `failed`.

    For `webhook` without a `runner_secret`, one is made and shown in this answer alone.
    """
    store = replay.forks()
    asked = body.changes()
    changes = None if asked is None else tuple(read_substitutions(asked))
    secret = body.runner_secret
    made = replay.new_signing_secret() if body.engine == "webhook" and secret is None else None
    wanted = forks.Wanted(body.engine, changes, body.runner_url, secret or made)
    fork = forks.request_replay(store, wiring.ledger(), govern.audit_log(), caller, fork_id, wanted)
    answer = _models.with_changes(fork, forks.changes(store, fork))
    return Reply({**answer, "runner_secret": made} if made else answer, 202, remember=made is None)


handler = lambda_entry(replay_fork)
