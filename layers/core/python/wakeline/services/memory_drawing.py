"""Drawing memories from a trace that is over, in workspaces that turned it on.

A statement has one key however it was spelled, so the same news again, or the same words in another trace of the
project, find their memory there and leave it as it is, with what people made of it since.
"""

from wakeline.domain.drawn import Drawn, drawn
from wakeline.domain.env import Env
from wakeline.domain.errors import NotFound
from wakeline.domain.memory import memory_id
from wakeline.domain.outbox.traces import fork_of
from wakeline.domain.trace import Trace

from . import ledger
from .audit import system
from .config_ports import ConfigStore
from .memories import Note, end_session, forget_drawn, remember
from .memory_ports import MemoryStore
from .ports import LedgerStore
from .search_ports import Embedder


def draw(
    config: ConfigStore,
    store: MemoryStore,
    traces: LedgerStore,
    env: Env,
    embedder: Embedder,
    workspace_id: str,
    trace_id: str,
) -> int:
    """Keep what people said in a trace for next time; how many memories are new: none where it is not turned on.

    A replay draws nothing, as it repeats another trace. One deleted meanwhile leaves nothing behind, nor does an event
    that was erased meanwhile.
    """
    memory = config.current(workspace_id).settings.get("memory") or {}
    if memory.get("from_traces") is not True:
        return 0
    trace = traces.head(workspace_id, trace_id)
    if trace is None or trace.deleted is not None or fork_of(trace):
        return 0
    found = list(drawn(ledger.read_events(traces, trace)))
    new = 0
    try:
        for each in found:
            new += _keep(store, traces, env, embedder, trace, each)
        if found:
            trace = ledger.living(traces.head(workspace_id, trace_id))
        if new:
            lasting = {each.index for each in drawn(ledger.read_events(traces, trace))}
            erased = {each.index for each in found} - lasting
            new -= forget_drawn(store, workspace_id, {trace_id: erased}) if erased else 0
    except NotFound:
        end_session(store, workspace_id, trace_id, deleted=True)
        return 0
    return new


def _keep(store: MemoryStore, traces: LedgerStore, env: Env, embedder: Embedder, trace: Trace, said: Drawn) -> bool:
    """Write a statement down unless it is there. Whether it is new."""
    if store.get(trace.workspace_id, memory_id(trace.workspace_id, "project", trace.project_id, None, said.key)):
        return False
    note = Note(
        key=said.key,
        value=said.value,
        category=said.category,
        confidence=said.confidence,
        session_id=trace.id,
        project_id=trace.project_id,
        metadata={"trace_id": trace.id, "event_id": said.event_id, "index": said.index, "rule": said.rule},
        source="trace",
    )
    return remember(store, traces, env, system(trace.workspace_id, "memory"), note, embedder)[1]
