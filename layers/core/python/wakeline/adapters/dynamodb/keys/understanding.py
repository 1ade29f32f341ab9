"""Keys of analyses and incidents."""

ANALYSIS = "ANALYSIS"
"""Beside a trace's HEAD: its analysis."""

IN_INCIDENTS_FROM = "INC#"
IN_INCIDENTS_TO = "INC$"


def in_incident_sk(incident_id: str) -> str:
    """`INC#inc_9`: beside a trace's HEAD, that it is in the incident."""
    return f"INC#{incident_id}"


def incident_pk(workspace_id: str, incident_id: str) -> str:
    """`INC#ws_1#inc_9`: one incident, its runs and its fix."""
    return f"INC#{workspace_id}#{incident_id}"


INCIDENT = "INCIDENT"
FIX = "FIX"
RUNS_FROM = "RUN#"
RUNS_TO = "RUN$"


def incident_run_sk(trace_id: str) -> str:
    """`RUN#trc_9`: a run of the incident."""
    return f"RUN#{trace_id}"


def incidents_index(workspace_id: str) -> str:
    """`INC#ws_1`: the incidents of a workspace, in index `by_workspace`."""
    return f"INC#{workspace_id}"


def project_incidents_index(workspace_id: str, project_id: str) -> str:
    """`INC#ws_1#proj_2`: the incidents of a project, in index `by_project`."""
    return f"INC#{workspace_id}#{project_id}"


def seen_sk(last_seen: str, incident_id: str) -> str:
    """`2026-03-21T10:00:00.000000Z#inc_9`: place in both indexes; `last_seen` padded to microseconds."""
    return f"{last_seen}#{incident_id}"
