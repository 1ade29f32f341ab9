"""GET /api/stats/mcp — show how often each MCP server's tools were called."""

from typing import Annotated, TypedDict

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.stats import tools
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.stats import question
from wakeline.wiring import stats


class McpStats(TypedDict):
    servers: list[tools.Server]


@endpoint("GET /api/stats/mcp", scope="traces:read")
def get_mcp_stats(
    caller: Caller,
    project: str | None = None,
    project_id: Id | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> McpStats:
    """MCP servers with their tools, the one called most first."""
    reader = stats.reader(caller, question(caller, project, project_id, from_, to))
    return {"servers": tools.servers(reader.counts())}


handler = lambda_entry(get_mcp_stats)
