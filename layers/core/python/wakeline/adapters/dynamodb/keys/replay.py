"""Keys of forks, tapes and regression runs."""


def fork_pk(workspace_id: str) -> str:
    """`FK#ws_1`: the forks of a workspace; their ids, which grow with time, are the sort keys."""
    return f"FK#{workspace_id}"


def fork_run_pk(workspace_id: str, fork_id: str) -> str:
    """`FR#ws_1#frk_9`: the replays of a fork; the digests of what was asked are the sort keys."""
    return f"FR#{workspace_id}#{fork_id}"


DRAFT = "DRAFT"
"""The substitutions that a fork was made with: it sorts among the digests, which are hex."""


def tape_pk(slug: str) -> str:
    """`TP#2vXk…`: one tape. A slug is a secret: whoever has it may read."""
    return f"TP#{slug}"


TAPE = "TAPE"


def tape_list_pk(workspace_id: str) -> str:
    """`TL#ws_1`: the tapes of a workspace; time and slug are the sort keys."""
    return f"TL#{workspace_id}"


def regression_pk(workspace_id: str, incident_id: str) -> str:
    """`RR#ws_1#inc_9`: the regression runs of an incident; their ids, which grow with time, are the sort keys."""
    return f"RR#{workspace_id}#{incident_id}"
