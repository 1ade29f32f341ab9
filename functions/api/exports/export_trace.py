"""GET /api/v1/traces/{trace_id}/export — one trace as a JSON file that verifies offline."""

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.download import download_entry
from wakeline.http.endpoint import endpoint
from wakeline.services.export_ports import Download
from wakeline.services.trace_export import export_one
from wakeline.wiring import evidence


@endpoint("GET /api/v1/traces/{trace_id}/export", scope="audit:export")
def export_trace(caller: Caller, trace_id: str) -> Download:
    """Every event with its integrity fields, the approvals, the digests that the trace is in and their proofs."""
    return export_one(
        wiring.ledger(),
        evidence.proofs(),
        evidence.digests(),
        evidence.signer(),
        wiring.env(),
        caller,
        trace_id,
    )


app = download_entry(export_trace)
