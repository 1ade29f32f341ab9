"""What goes with a deleted trace beside its ledger: its files, its analysis, its places in incidents."""

from wakeline.domain.env import Env
from wakeline.domain.trace import Trace

from . import analyses, artifacts, ledger
from .artifact_ports import ArtifactStore, FileStore


def forget(store: ArtifactStore, files: FileStore, stores: analyses.Stores, env: Env, trace: Trace) -> int:
    """Delete it; how much there was. Goes on where an earlier call died."""
    count = artifacts.erase(store, files, trace.workspace_id, trace.id)
    return count + analyses.forget(stores, env, trace.workspace_id, trace.id)


def finish(
    store: ArtifactStore, files: FileStore, stores: analyses.Stores, env: Env, workspace_id: str, trace_id: str
) -> int:
    """Delete what whoever deleted a trace left, if he died over it; how much there was beside the ledger."""
    trace = stores.ledger.head(workspace_id, trace_id)
    if trace is None or trace.deleted is None:
        return 0
    ledger.erase(stores.ledger, env, trace, trace.deleted["by"])
    return forget(store, files, stores, env, trace)
