"""The evidence bundle: what a fix is made from. Redacted, and bounded however long the run was."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wakeline.domain.events import Event
from wakeline.domain.incidents.incident import Incident
from wakeline.domain.trace import Trace

from .redacted import redacted

AROUND = 3
"""Events before and after the critical step."""
MAX_EVENT = 2_000
MAX_FILES = 60_000
"""Characters of all files together that a model is shown."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An incident, the run that represents it and the files that may be changed. `files` are as they are; the rest is
    redacted.
    """

    incident: Incident
    goal: str
    events: tuple[dict[str, Any], ...]
    files: Mapping[str, str]
    instructions: str | None = None
    tool: str = ""
    """The tool that was called at the critical step, if one was."""

    @property
    def seqs(self) -> list[int]:
        """The events it rests on."""
        return sorted({*(event["seq"] for event in self.events), *self.incident.representative.evidence_refs})

    def spelled(self) -> str:
        """The bundle as a model reads it."""
        incident = self.incident
        said = {
            "incident": {
                "label": incident.label,
                "labels": list(incident.labels),
                "agent": incident.agent,
                "signature": incident.signature,
                "runs": incident.session_count,
                "critical_step_seq": incident.representative.critical_step_seq,
                "root_cause": redacted(incident.representative.root_cause),
            },
            "user_goal": self.goal,
            "events": list(self.events),
            "files": _shown(self.files),
            "instructions": self.instructions,
        }
        return json.dumps(said, ensure_ascii=False, indent=1)


def _shown(files: Mapping[str, str]) -> dict[str, str]:
    shown: dict[str, str] = {}
    room = MAX_FILES
    for path in sorted(files):
        if len(files[path]) <= room:
            shown[path] = redacted(files[path])
            room -= len(files[path])
    return shown


def evidence_of(
    incident: Incident, trace: Trace, events: Sequence[Event], files: Mapping[str, str], instructions: str | None
) -> Evidence:
    """The bundle of an incident, from its representative run and the events around its critical step."""
    return Evidence(
        incident=incident,
        goal=redacted((trace.user_goal or trace.prompt or trace.title or "")[:MAX_EVENT]),
        events=tuple(_brief(event) for event in events),
        files=files,
        instructions=redacted(instructions) if instructions else None,
        tool=_tool(incident, events),
    )


def _tool(incident: Incident, events: Sequence[Event]) -> str:
    critical = next((event for event in events if event.seq == incident.representative.critical_step_seq), None)
    name = critical.body.get("tool_name", critical.body.get("action")) if critical is not None else None
    return name[:128] if isinstance(name, str) else ""


def _brief(event: Event) -> dict[str, Any]:
    payload = redacted(json.dumps(event.body, ensure_ascii=False, sort_keys=True, default=str))
    if len(payload) > MAX_EVENT:
        payload = f"{payload[: MAX_EVENT // 2]} … {payload[-MAX_EVENT // 2 :]}"
    return {"seq": event.seq, "type": event.type, "actor": event.actor, "payload": payload}
