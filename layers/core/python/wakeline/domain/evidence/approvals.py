"""Approval requests as a trace's own events tell them: what an export shows, and a verifier can derive again."""

from typing import Any

from wakeline.domain.events import Event

_DECIDED = {"approval_granted": "approved", "approval_denied": "denied", "approval_expired": "expired"}


class Approvals:
    """Feed it a trace's events in order; `requests` are then SidClaw's, oldest first."""

    def __init__(self) -> None:
        self._by_id: dict[str, dict[str, Any]] = {}

    @property
    def requests(self) -> list[dict[str, Any]]:
        return list(self._by_id.values())

    def take(self, event: Event) -> None:
        """Note what an event says of an approval, if anything."""
        said = event.body
        request_id = said.get("approval_request_id")
        if not isinstance(request_id, str):
            return
        if event.type == "approval_requested":
            self._by_id[request_id] = {
                "id": request_id,
                "status": "pending",
                "flag_reason": said.get("flag_reason") or said.get("reason"),
                "approver_name": None,
                "decision_note": None,
                "requested_at": event.timestamp,
                "decided_at": None,
            }
        elif event.type in _DECIDED and request_id in self._by_id:
            by = (event.actor or {}).get("name") if event.type != "approval_expired" else None
            self._by_id[request_id] |= {
                "status": _DECIDED[event.type],
                "approver_name": said.get("approver_name") or by,
                "decision_note": said.get("decision_note") or said.get("note"),
                "decided_at": event.timestamp,
            }
