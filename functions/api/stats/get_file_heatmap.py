"""GET /api/stats/file-heatmap — show which files of a project are read and changed most."""

from typing import Annotated

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.rollups.walk import FILE
from wakeline.domain.stats import tools
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.stats import question
from wakeline.wiring import stats


@endpoint("GET /api/stats/file-heatmap", scope="traces:read")
def get_file_heatmap(
    caller: Caller,
    project: str,
    project_id: Id | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> tools.Heatmap:
    """The 50 files and 20 folders used most, with reads, writes and edits."""
    reader = stats.reader(caller, question(caller, project, project_id, from_, to))
    return tools.heatmap(reader.counts(FILE))


handler = lambda_entry(get_file_heatmap)
