"""Keeping the rollups: what a trace's ledger says is brought into the rows, once, whatever the stream delivers.

A record only says that something happened to a trace. What is to be added follows from the ledger and from the mark
beside the trace's HEAD, which is written in one transaction with the rows. So a record that comes twice, late, out of
order or after a crash finds everything done. A deleted trace wants nothing in the rows, and what it had is taken out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wakeline.domain.env import Env
from wakeline.domain.errors import Busy
from wakeline.domain.prices import Price
from wakeline.domain.rollups.counts import Counts, add
from wakeline.domain.rollups.mark import Generations, Mark, Row
from wakeline.domain.rollups.snapshot import Place, Rows, Snapshot, difference, empty, group_of, steps
from wakeline.domain.rollups.walk import Walk
from wakeline.domain.segments import Damaged, Segment
from wakeline.domain.trace import Trace

from .ports import LedgerStore, TraceIndex
from .rollup_ports import RollupStore

MOST = 90
"""Items of one transaction; DynamoDB takes 100."""
ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class _Move:
    """A mark's next state, and what that adds to rows."""

    before: Mark | None
    after: Mark
    added: Rows


def roll(
    store: RollupStore, ledger: LedgerStore, price: Price, env: Env, workspace_id: str, trace_ids: Sequence[str]
) -> set[str]:
    """Bring the rows up to the ledgers of these traces. Returns those of them that are deleted.

    Raises `Busy` when other writers win every time; what was written until then is in, once.
    """
    waiting = list(dict.fromkeys(trace_ids))
    gone: set[str] = set()
    for attempt in range(ATTEMPTS):
        generation = store.generations(workspace_id).write
        marks = store.marks(workspace_id, waiting)
        again: list[str] = []
        moves: list[_Move] = []
        for trace_id in waiting:
            trace = ledger.head(workspace_id, trace_id)
            if trace is None or trace.is_hidden:
                continue
            if trace.deleted is not None:
                gone.add(trace_id)
            planned = list(_plan(ledger, price, trace, marks.get(trace_id), generation))
            if len(planned) == 1:
                moves += planned
            elif not _write_each(store, env, workspace_id, generation, planned):
                again.append(trace_id)
        for together in _bundles(moves):
            if not _write(store, env, workspace_id, generation, together):
                again += [move.after.trace_id for move in together]
        if not again:
            return gone
        waiting = again
        env.pause(attempt)
    raise Busy("too many writers on the statistics at once; try again")


def rebuild(
    store: RollupStore, ledger: LedgerStore, index: TraceIndex, price: Price, env: Env, workspace_id: str
) -> int:
    """Build all rows of a workspace from its ledgers anew; how many traces there were.

    Until it is done, readers see the rows as they were; whatever happens meanwhile goes to the new ones. A rebuild
    that died is done again from the start.
    """
    before = store.generations(workspace_id)
    building = Generations(before.read, max(before.read, before.write) + 1)
    if not store.set_generations(workspace_id, before, building):
        raise Busy("another rebuild began at this moment; try again")
    count = 0
    after: str | None = None
    while True:
        entries, after = index.entries(workspace_id, None, after=after, limit=100)
        roll(store, ledger, price, env, workspace_id, [entry.trace_id for entry in entries])
        count += len(entries)
        if after is None:
            break
    if not store.set_generations(workspace_id, building, Generations(building.write, building.write)):
        raise Busy("another rebuild began meanwhile; its rows will count")
    for generation in {before.read, before.write}:
        store.drop(workspace_id, generation)
    return count


def _plan(ledger: LedgerStore, price: Price, trace: Trace, mark: Mark | None, generation: int) -> Iterator[_Move]:
    """The moves that bring a trace's rows up to date, usually one, none when they are."""
    stale = mark is None or mark.generation != generation
    want = _wanted(ledger, price, trace, None if stale else mark)
    have = empty(want.want.group) if stale or mark is None else mark.have
    goal = replace(want, generation=generation, have=want.want)
    if not stale and mark is not None and replace(goal, token=mark.token) == mark:
        return
    before, at = mark, have
    for step in steps(have, goal.want, MOST - 1):
        after = replace(goal, have=step)
        yield _Move(before, after, difference(at, step))
        before, at = after, step


def _write_each(store: RollupStore, env: Env, workspace_id: str, generation: int, moves: Sequence[_Move]) -> bool:
    """Write the moves of one trace, each in a transaction: it finds the mark as the one before left it."""
    before = moves[0].before if moves else None
    for move in moves:
        after = replace(move.after, token=env.new_id("rol"))
        if not _write(store, env, workspace_id, generation, [_Move(before, after, move.added)]):
            return False
        before = after
    return True


def _wanted(ledger: LedgerStore, price: Price, trace: Trace, mark: Mark | None) -> Mark:
    """The mark of a trace when all of its ledger is counted, its rows being another matter."""
    group = group_of(trace)
    if trace.deleted is not None:
        gone = empty(group)
        return Mark(trace.id, 0, 0, gone, gone)
    walk = Walk(price)
    next_index = 0
    if mark is not None:
        walk = Walk(price, {key: dict(counts) for key, counts in mark.want.days.items()}, dict(mark.open))
        next_index = mark.next_index
    # A segment may be in the ledger a moment before HEAD says what it tells of the start.
    start = min(filter(None, (trace.started_at[:10], mark.want.start if mark is not None else None)))
    for segment in ledger.segments(trace.workspace_id, trace.id, next_index):
        start = min(start, (segment.delta.started_at or start)[:10])
        _count(walk, segment)
        next_index = max(next_index, segment.last_index + 1)
    want = Snapshot(group, start, walk.days)
    return Mark(trace.id, 0, next_index, want, want, walk.open)


def _count(walk: Walk, segment: Segment) -> None:
    try:
        events = list(segment.events())
    except Damaged:
        # What was tampered with is for verify to report.
        return
    for event in events:
        walk.feed(event)


def _bundles(moves: Sequence[_Move]) -> Iterator[list[_Move]]:
    """Moves that fit into one transaction together: a mark each, and the rows that they share."""
    together: list[_Move] = []
    places: set[Place] = set()
    for move in moves:
        if together and len(together) + 1 + len(places | move.added.keys()) > MOST:
            yield together
            together, places = [], set()
        together.append(move)
        places |= move.added.keys()
    if together:
        yield together


def _write(store: RollupStore, env: Env, workspace_id: str, generation: int, moves: Sequence[_Move]) -> bool:
    added: Rows = {}
    for move in moves:
        for place, counts in move.added.items():
            add(added.setdefault(place, {}), counts)
    found = store.rows(workspace_id, generation, added.keys()) if added else {}
    rows: dict[Place, tuple[Row | None, Counts]] = {}
    for place, counts in added.items():
        row = found.get(place)
        total = dict(row.counts) if row is not None else {}
        add(total, counts)
        rows[place] = (row, total)
    token = env.new_id("rol")
    marks = [
        (move.before.token if move.before else None, replace(move.after, token=move.after.token or token))
        for move in moves
    ]
    return store.write(workspace_id, generation, marks, rows, token)
