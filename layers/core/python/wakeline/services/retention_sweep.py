"""The nightly sweep: what has outlived its workspace's policy or settings goes, as by a deletion, and is noted."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from wakeline.domain import times
from wakeline.domain.env import Env
from wakeline.domain.trace import Trace

from .config_ports import ConfigStore
from .govern_ports import PolicyStore
from .ports import LedgerStore, TraceIndex
from .retention import days_of

_PAGE = 100


def sweep(
    ledger: LedgerStore,
    index: TraceIndex,
    policies: PolicyStore,
    config: ConfigStore,
    env: Env,
    workspace_ids: Iterable[str],
    delete: Callable[[Trace], None],
    go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Delete what has outlived its time, while `go_on` says so; how many. A next run goes on with what is left.

    Policy and settings are read anew for every hundred traces: whoever wants more kept need not wait for the end.
    """
    gone = 0
    now = env.now()
    for workspace_id in workspace_ids:
        after: str | None = None
        while go_on():
            kept = days_of(policies, config, workspace_id)
            if kept.fewest is None:
                break
            began_before = times.render(now - timedelta(days=kept.fewest))
            entries, behind = index.entries(workspace_id, None, started_to=began_before, after=after, limit=_PAGE)
            heads = ledger.heads(workspace_id, [entry.trace_id for entry in entries])
            for trace in heads.values():
                over = kept.over_at(trace)
                if trace.deleted is None and not trace.is_hidden and over is not None and over <= now:
                    delete(trace)
                    gone += 1
            if behind is None:
                break
            after = behind
    return gone
