"""Every key of the table, one function each: here those of the record, each further area's in a module beside this one.

Parts of a key that a caller chooses are ids (`A-Za-z0-9._:-`), so `#` separates them for certain.
"""

from hashlib import sha256
from zlib import crc32

COUNT_SHARDS = 8


def trace_pk(workspace_id: str, trace_id: str) -> str:
    """`T#ws_1#trc_9`: one trace, its HEAD and segments."""
    return f"T#{workspace_id}#{trace_id}"


HEAD = "HEAD"
SEGMENTS_FROM = "SEG#"
SEGMENTS_TO = "SEG$"
"""`$` follows `#`: every segment's key lies between the two."""


def segment_sk(first_index: int) -> str:
    """`SEG#000000000120`: the segment that begins at index 120."""
    return f"SEG#{first_index:012d}"


def workspace_index(workspace_id: str) -> str:
    """`W#ws_1`: the traces of a workspace, in index `by_workspace`."""
    return f"W#{workspace_id}"


def project_index(workspace_id: str, project_id: str) -> str:
    """`P#ws_1#proj_2`: the traces of a project, in index `by_project`."""
    return f"P#{workspace_id}#{project_id}"


def started_sk(started_at: str, trace_id: str) -> str:
    """`2026-03-21T10:00:00.000000Z#trc_9`: place in both indexes; `started_at` padded to microseconds."""
    return f"{started_at}#{trace_id}"


def trace_count_pk(workspace_id: str, project_id: str | None = None) -> str:
    """`C#ws_1` or `C#ws_1#proj_2`: how many traces there are."""
    return f"C#{workspace_id}" if project_id is None else f"C#{workspace_id}#{project_id}"


def trace_count_sk(trace_id: str) -> str:
    """`TRACES#3`: one of the shards that a count is spread over, so that many creations at once do not meet on one
    item.
    """
    return f"TRACES#{crc32(trace_id.encode()) % COUNT_SHARDS}"


def lineage_pk(workspace_id: str, root: str) -> str:
    """`L#ws_1#<sha256 hex of a uuid>`: the transcripts that begin with the line of that uuid."""
    return f"L#{workspace_id}#{sha256(root.encode()).hexdigest()}"


LINEAGE = "COPIES"
MAX_LINEAGE = 200
"""How many sessions that resume one another are told apart; the item stays far below DynamoDB's limit."""


def api_key_pk(digest: str) -> str:
    """`K#<sha256 hex of the key>`."""
    return f"K#{digest}"


API_KEY = "KEY"


def key_list_pk(workspace_id: str) -> str:
    """`KEYS#ws_1`: the keys of a workspace, newest last."""
    return f"KEYS#{workspace_id}"


def user_window_pk(workspace_id: str, subject_digest: str) -> str:
    """`J#ws_1#<sha256 hex of the JWT's subject>`: the rate window of a signed-in person."""
    return f"J#{workspace_id}#{subject_digest}"


USER_WINDOW = "WINDOW"


def idempotency_pk(workspace_id: str, key_digest: str) -> str:
    """`I#ws_1#<sha256 hex of principal, route and Idempotency-Key>`."""
    return f"I#{workspace_id}#{key_digest}"


IDEMPOTENCY = "ANSWER"


def feed_pk(workspace_id: str) -> str:
    """`F#ws_1`: the live feed of a workspace."""
    return f"F#{workspace_id}"


FEED_LAST = "LAST"
"""Sorts behind every entry, as digits come before letters."""
FEED_END = ":"
"""`:` follows the digits."""


def feed_sk(first_number: int) -> str:
    """`000000000000101`: the feed entry whose first event bears number 101."""
    return f"{first_number:015d}"


FED = "FED"
"""Beside a trace's HEAD: up to which index its events are in the feed."""


def connections_pk(workspace_id: str) -> str:
    """`WS#ws_1`: the WebSocket connections of a workspace; their ids are the sort keys."""
    return f"WS#{workspace_id}"


def connection_place_pk(connection_id: str) -> str:
    """`CN#L0SM9cOFvHcCIhw=`: which workspace a connection belongs to; API Gateway names nothing but the connection."""
    return f"CN#{connection_id}"


CONNECTION_PLACE = "PLACE"


def artifact_pk(workspace_id: str, artifact_id: str) -> str:
    """`A#ws_1#art_9`: one artifact."""
    return f"A#{workspace_id}#{artifact_id}"


ARTIFACT = "ARTIFACT"
ARTIFACTS_FROM = "ART#"
ARTIFACTS_TO = "ART$"


def trace_artifact_sk(artifact_id: str) -> str:
    """`ART#art_9`: beside a trace's HEAD, that the artifact is one of its own."""
    return f"ART#{artifact_id}"


def unfinished_index(day: str) -> str:
    """`U#2026-11-21`: uploads announced on that day that are not stored, of all workspaces, in index `by_workspace`."""
    return f"U#{day}"
