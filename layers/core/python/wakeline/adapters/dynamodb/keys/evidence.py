"""Keys of what proves and tells the record.

Index `by_time` holds two kinds of entries: of each trace the hour in which it changed last, and of each segment when
its events happened. Both are written with the item itself, so no call is spent on them.
"""

from zlib import crc32

from wakeline.domain import times

BY_TIME = "by_time"

CHANGE_SHARDS = 4
SPAN_SHARDS = 4
"""A key of an index takes 1 000 writes a second: neither all traces of an hour nor a busy workspace meet on one."""

LONG_S = 86_400
"""Segments whose events lie further apart stand in a partition of their own, so that a reader need look back no further
than this for those that reach into its range.
"""


def shard_of(text: str, shards: int) -> int:
    """The shard of a trace: the same for every writer."""
    return crc32(text.encode()) % shards


def changed_index(hour: str, shard: int) -> str:
    """`D#2026-03-21T10#3`: the traces, of all workspaces, that changed last in that hour of the server's clock."""
    return f"D#{hour}#{shard}"


def span_index(workspace_id: str, month: str, shard: int) -> str:
    """`H#ws_1#2026-03#2`: the segments whose first event, by its own time, lies in that month."""
    return f"H#{workspace_id}#{month}#{shard}"


LONG = "LONG"


def span_partition(workspace_id: str, trace_id: str, first_at: str, last_at: str) -> str:
    """Where in `by_time` a segment stands whose events happened between two times."""
    long = times.seconds_between(first_at, last_at) > LONG_S
    return span_index(workspace_id, LONG if long else first_at[:7], shard_of(trace_id, SPAN_SHARDS))


def span_sk(trace_id: str, first_index: int, first_at: str, last_at: str) -> str:
    """`2026-03-21T10:00:00.000000Z#2026-03-21T10:05:00.000000Z#trc_9#000000000120`: first and last event's time."""
    return f"{times.sortable(first_at)}#{times.sortable(last_at)}#{trace_id}#{first_index:012d}"


def proof_pk(workspace_id: str, trace_id: str) -> str:
    """`E#ws_1#trc_9`: the digests that a trace is in; sort keys are their hours."""
    return f"E#{workspace_id}#{trace_id}"


def digests_pk(deployment: str) -> str:
    """`DG#all`: the digests; sort keys are their ids, which rise with the hours."""
    return f"DG#{deployment}"


def exports_pk(deployment: str) -> str:
    """`XW#all`: the workspaces that are exported; sort keys are their ids."""
    return f"XW#{deployment}"


def exported_pk(workspace_id: str) -> str:
    """`XD#ws_1`: the days of a workspace that are exported; sort keys are the dates."""
    return f"XD#{workspace_id}"


def webhook_pk(workspace_id: str) -> str:
    """`HOOKS#ws_1`: the webhook subscriptions of a workspace; sort keys are their ids."""
    return f"HOOKS#{workspace_id}"


def delivery_pk(workspace_id: str, webhook_id: str) -> str:
    """`HD#ws_1#whk_9`: what was sent to a webhook; sort keys are the time of the event and the message's id."""
    return f"HD#{workspace_id}#{webhook_id}"
