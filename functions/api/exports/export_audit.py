"""GET /api/v1/audit/export — the events of a range of time, for a SIEM."""

from typing import Annotated, Literal

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.evidence.ranges import Range
from wakeline.http.download import download_entry
from wakeline.http.endpoint import endpoint
from wakeline.services.audit_export import export
from wakeline.services.export_ports import Download
from wakeline.wiring import evidence


@endpoint(
    "GET /api/v1/audit/export",
    scope="audit:export",
    media=("application/json", "text/csv", "application/x-ndjson"),
)
def export_audit(
    caller: Caller,
    start: Annotated[str, Field(alias="from")],
    end: Annotated[str, Field(alias="to")],
    format: Literal["json", "csv", "ndjson", "ocsf"] = "json",
) -> Download:
    """Events that happened from `from` to `to`, both included, by their own time, oldest first; at most 100 000."""
    return export(wiring.ledger(), evidence.spans(), caller, Range.of(start, end), format)


app = download_entry(export_audit)
