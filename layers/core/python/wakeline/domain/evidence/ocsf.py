"""Events in the Open Cybersecurity Schema Framework, version 1.5.0: https://schema.ocsf.io/1.5.0

What an agent did is API Activity (6003). What the policy stopped or flagged is a Detection Finding (2004). Integrity
fields stand under `unmapped`, so a SIEM's copy can be held against the ledger.
"""

from typing import Any

from wakeline.domain import chain, times
from wakeline.domain.events import Event, error_text
from wakeline.domain.trace import Trace
from wakeline.domain.views.trace import event_view

VERSION = "1.5.0"

_CREATE, _READ, _UPDATE, _DELETE, _OTHER = 1, 2, 3, 4, 99
_ACTIVITIES = {
    "retrieval": _READ,
    "dom_snapshot": _READ,
    "screenshot": _READ,
    "file_change": _UPDATE,
    "commit": _CREATE,
    "session_start": _CREATE,
    "subagent_start": _CREATE,
    "trace_initiated": _CREATE,
    "approval_requested": _CREATE,
    "state_change": _UPDATE,
    "task_updated": _UPDATE,
}
_ACTIVITY_NAMES = {_CREATE: "Create", _READ: "Read", _UPDATE: "Update", _DELETE: "Delete", _OTHER: "Other"}
_FINDINGS = {
    "sensitive_operation_detected": "Sensitive operation",
    "operation_denied": "Operation denied by policy",
    "approval_denied": "Operation denied by a reviewer",
}
_INFORMATIONAL, _LOW, _MEDIUM, _HIGH = 1, 2, 3, 4
_SEVERITY_NAMES = {_INFORMATIONAL: "Informational", _LOW: "Low", _MEDIUM: "Medium", _HIGH: "High", 5: "Critical"}
_RISKS = {"low": _LOW, "medium": _MEDIUM, "high": _HIGH, "critical": 5}


def ocsf_event(event: Event, trace: Trace) -> dict[str, Any]:
    """One event as OCSF. Times are milliseconds since 1970."""
    view = event_view(event, trace.id)
    if event.type in _FINDINGS:
        return _finding(event, trace, view)
    return _activity(event, trace, view)


def _activity(event: Event, trace: Trace, view: dict[str, Any]) -> dict[str, Any]:
    activity = _ACTIVITIES.get(event.type, _OTHER)
    failed = event.type in ("error", "operation_failed") or error_text(event.body.get("error")) is not None
    severity = _MEDIUM if failed else _INFORMATIONAL
    said = _common(event, trace, view, 6003, "API Activity", 6, "Application Activity", activity, severity)
    return said | {
        "activity_name": event.type if activity == _OTHER else _ACTIVITY_NAMES[activity],
        "actor": _actor(event),
        "api": {"operation": _operation(event), "service": {"name": trace.tool or trace.agent or "agent"}},
        # Agents report by way of the API; where they ran is what their trace says of them.
        "src_endpoint": {"name": trace.agent or trace.agent_id or "agent", "uid": trace.agent_id or trace.id},
        "resources": [_resource(trace)],
        "status_id": 2 if failed else 1,
        "status": "Failure" if failed else "Success",
    }


def _finding(event: Event, trace: Trace, view: dict[str, Any]) -> dict[str, Any]:
    risk = str(event.body.get("risk_classification") or "").lower()
    severity = _RISKS.get(risk, _HIGH if event.type == "operation_denied" else _MEDIUM)
    said = _common(event, trace, view, 2004, "Detection Finding", 2, "Findings", _CREATE, severity)
    moment = said["time"]
    return said | {
        "activity_name": "Create",
        "finding_info": {
            "uid": event.id,
            "title": _FINDINGS[event.type],
            "desc": view["description"],
            "created_time": moment,
            "types": [event.type],
        },
        "resources": [_resource(trace)],
        "is_alert": True,
        "status_id": 1,
        "status": "New",
    }


def _common(
    event: Event,
    trace: Trace,
    view: dict[str, Any],
    class_uid: int,
    class_name: str,
    category_uid: int,
    category_name: str,
    activity: int,
    severity: int,
) -> dict[str, Any]:
    return {
        "class_uid": class_uid,
        "class_name": class_name,
        "category_uid": category_uid,
        "category_name": category_name,
        "activity_id": activity,
        "type_uid": class_uid * 100 + activity,
        "severity_id": severity,
        "severity": _SEVERITY_NAMES[severity],
        "time": _milliseconds(event.timestamp),
        "message": view["description"] or event.type,
        "metadata": {
            "version": VERSION,
            "uid": event.id,
            "event_code": event.type,
            "correlation_uid": trace.id,
            "sequence": event.index,
            "tenant_uid": trace.workspace_id,
            "logged_time": _milliseconds(event.envelope["received_at"]),
            "original_time": event.timestamp,
            "product": {"name": "Wakeline", "vendor_name": "Wakeline"},
        },
        "unmapped": {
            "project_id": trace.project_id,
            "policy_version": view["policy_version"],
            "payload_digest": chain.spell(event.payload_digest),
            "prev_hash": chain.spell(event.prev_hash),
            "integrity_hash": chain.spell(event.integrity_hash),
        },
    }


def _actor(event: Event) -> dict[str, Any]:
    actor = event.actor or {}
    name, kind = str(actor.get("name") or "unknown"), str(actor.get("type") or "agent")
    if kind in ("user", "human_reviewer"):
        return {"user": {"name": name, "uid": name}}
    return {"app_name": name, "invoked_by": kind}


def _operation(event: Event) -> str:
    said = event.body
    for field in ("tool_name", "operation", "model"):
        if isinstance(said.get(field), str) and said[field]:
            return str(said[field])
    return event.type


def _resource(trace: Trace) -> dict[str, Any]:
    return {"uid": trace.id, "name": trace.summary or trace.id, "type": "agent trace", "namespace": trace.workspace_id}


def _milliseconds(timestamp: str) -> int:
    return round(times.parse(timestamp).timestamp() * 1000)
