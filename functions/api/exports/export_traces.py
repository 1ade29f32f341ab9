"""GET /api/v1/traces/export — the traces of a range of time as CSV."""

from typing import Annotated, Literal

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.evidence.ranges import Range
from wakeline.http.download import download_entry
from wakeline.http.endpoint import endpoint
from wakeline.services.export_ports import Download
from wakeline.services.trace_export import export_many
from wakeline.wiring import evidence


@endpoint("GET /api/v1/traces/export", scope="audit:export", media="text/csv")
def export_traces(
    caller: Caller,
    format: Literal["csv"],  # noqa: ARG001 — there is one
    start: Annotated[str, Field(alias="from")],
    end: Annotated[str, Field(alias="to")],
    agent_id: Annotated[str | None, Field(max_length=1024)] = None,
) -> Download:
    """Traces that began from `from` to `to`, both included, oldest first; at most 100 000."""
    return export_many(wiring.ledger(), evidence.trace_range(), wiring.env(), caller, Range.of(start, end), agent_id)


app = download_entry(export_traces)
