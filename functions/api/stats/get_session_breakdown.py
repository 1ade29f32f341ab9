"""GET /api/stats/session-breakdown — show what a session used."""

from wakeline.domain.caller import Caller
from wakeline.domain.stats import tools
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.wiring import stats


@endpoint("GET /api/stats/session-breakdown", scope="traces:read")
def get_session_breakdown(caller: Caller, session_id: str) -> tools.Breakdown:
    """Tools, skills, MCP servers and sub-agents of a session."""
    return tools.breakdown(stats.session_reader(caller, session_id).counts())


handler = lambda_entry(get_session_breakdown)
