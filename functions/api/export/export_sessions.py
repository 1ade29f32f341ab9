"""GET /api/export — sessions as JSON, as a ZIP of CSVs, or as a report to read."""

from typing import Annotated

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.http.download import download_entry
from wakeline.http.endpoint import endpoint
from wakeline.services import reports
from wakeline.services.export_ports import Download
from wakeline.services.reports import Format, Wanted
from wakeline.services.stats import Reader, question
from wakeline.wiring import stats


@endpoint("GET /api/export", scope="traces:read", media=("application/json", "application/zip", "text/html"))
def export_sessions(
    caller: Caller,
    format: Format = "json",
    project: Annotated[str | None, Field(max_length=1024)] = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
    session_id: Id | None = None,
) -> Download:
    """Sessions that began from `from` to `to`, both included, newest first; or the one of `session_id`.

    404 where there are none, 413 for more than 10 000 (a report: 1 000).
    """
    question(caller, project, None, from_, to)
    wanted = Wanted(format, project, from_, to, session_id)

    def numbers(of: str) -> Reader:
        if session_id is not None:
            return stats.session_reader(caller, session_id)
        return stats.reader(caller, question(caller, of or None, None, from_, to))

    return reports.export(wiring.ledger(), wiring.index(), wiring.env(), caller, wanted, numbers)


app = download_entry(export_sessions)
