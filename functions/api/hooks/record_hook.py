"""POST /api/hooks/claude-code — record one hook of Claude Code as it sends it."""

from typing import Required, TypedDict

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import hooks

MAX_HOOK = 2 * 1024 * 1024


class Hook(TypedDict, total=False):
    """A hook as Claude Code sends it; every field is kept. Each kind of hook has more fields of its own."""

    session_id: Required[str]
    hook_event_name: Required[str]
    transcript_path: str
    cwd: str


@endpoint(
    "POST /api/hooks/claude-code",
    scope="traces:write",
    status=202,
    max_body=MAX_HOOK,
    takes={"application/json": Hook},
)
def record_hook(caller: Caller, request: Request) -> dict[str, str]:
    """Append the hook to its session's trace. The answer is empty: we watch, and decide nothing."""
    hooks.record(wiring.ledger(), wiring.env(), caller, request.body(MAX_HOOK))
    return {}


handler = lambda_entry(record_hook)
