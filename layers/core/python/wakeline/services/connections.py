"""WebSocket clients: they come with filters, are brought up to the present again and again, and go."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Literal

from wakeline.domain.connections import Connection
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy

from .live_ports import ConnectionStore, FeedStore, Sockets
from .ports import LedgerStore
from .stream import Numbered, Reader, Recent, View

LEASE_S = 60
"""Seconds for which a pusher that died keeps others from a connection: longer than it may run."""
BUDGET = timedelta(seconds=20)
MOST = 2000
"""Messages to one client in one round; then it is the others' turn."""
LAZY = 500
"""How far the stored place of a client may lag behind, in events that do not concern it, before it is worth a write."""
MAX_MESSAGE = 128 * 1024
"""Bytes of one WebSocket message that API Gateway takes."""
MAX_STALLED = 5
AT_ONCE = 16
LOOKS = 3


def connect(
    feed: FeedStore,
    store: ConnectionStore,
    env: Env,
    connection_id: str,
    view: View,
    after: int | None,
) -> Connection:
    """Store a new client. It is sent everything behind number `after`, from the present on when that is None or still
    to come.
    """
    last = feed.last(view.workspace_id)
    connection = Connection(
        id=connection_id,
        workspace_id=view.workspace_id,
        project_id=view.project_id,
        session_id=view.session_id,
        sent=last if after is None else min(after, last),
        connected_at=int(env.now().timestamp()),
    )
    store.add(connection)
    return connection


def deliver(
    feed: FeedStore,
    ledger: LedgerStore,
    store: ConnectionStore,
    sockets: Sockets,
    env: Env,
    workspace_id: str,
    recent: Recent | None = None,
) -> None:
    """Send every client of a workspace what its feed holds by now and the client has not seen, in order. `recent`
    spares rendering again what the rounds before have sent.

    Raises `Busy` when a client could not be served just now: another round is at it, or the time was up.
    """
    if not store.of_workspace(workspace_id):
        return
    this_round = _Round(feed, ledger, store, sockets, env, feed.last(workspace_id), recent or Recent())
    for _ in range(LOOKS):
        waiting = [each for each in store.of_workspace(workspace_id) if each.sent < this_round.last]
        if not waiting:
            return
        with ThreadPoolExecutor(min(AT_ONCE, len(waiting))) as pool:
            outcomes = set(pool.map(this_round.serve, waiting))
        if "moved" not in outcomes:
            break
    if not outcomes <= {"done"}:
        raise Busy("a client is being served elsewhere")


class _Round:
    """Clients brought up to number `last`, as far as the budget goes."""

    def __init__(
        self,
        feed: FeedStore,
        ledger: LedgerStore,
        store: ConnectionStore,
        sockets: Sockets,
        env: Env,
        last: int,
        recent: Recent,
    ) -> None:
        self._feed, self._ledger, self._store, self._sockets = feed, ledger, store, sockets
        self._env, self.last, self._recent = env, last, recent
        self._deadline = env.now() + BUDGET

    def serve(self, connection: Connection) -> Literal["done", "moved", "busy"]:
        """This round's part for a client. `moved`: it is not as it was read; `busy`: no time, or another serves it."""
        view = View(connection.workspace_id, connection.project_id, connection.session_id)
        reader = Reader(self._feed, self._ledger, self._env, view, connection.sent, self._recent)
        events = self._next(reader)
        if not events and reader.position < self.last:
            return "busy"
        if not events and reader.position - connection.sent < LAZY:
            return "done"
        token = self._env.new_id("lse")
        leased = self._store.lease(connection, token, self._env.now(), LEASE_S)
        if leased != "mine":
            return "done" if leased == "gone" else leased
        sent, posted, outcome = connection.sent, 0, "sent"
        while outcome == "sent":
            for event in events:
                outcome = self._sockets.post(connection.id, message(event))
                if outcome != "sent":
                    break
                sent, posted = event.number, posted + 1
            else:
                sent = reader.position
                if sent >= self.last or posted >= MOST or self._env.now() >= self._deadline:
                    break
                events = self._next(reader)
        stalled = 0 if posted or outcome == "sent" else connection.stalled + 1
        young = connection.is_young(self._env.now())
        if (outcome == "gone" and not young) or (outcome == "slow" and stalled > MAX_STALLED):
            self._sockets.close(connection.id)
            self._store.remove(connection.id)
            return "done"
        if outcome != "sent":
            self._env.pause(stalled)
        self._store.release(connection, token, sent, behind=sent < self.last, stalled=stalled)
        return "done"

    def _next(self, reader: Reader) -> tuple[Numbered, ...]:
        """The next events that concern the client, none when there are none up to the present."""
        while reader.position < self.last and self._env.now() < self._deadline:
            position = reader.position
            batch = reader.next()
            if batch.events:
                return batch.events
            if batch.position == position:
                self._env.pause(4)
        return ()


def message(event: Numbered) -> bytes:
    """A WebSocket message. An event too long for one goes without payload and metadata, and says so."""
    said: dict[str, Any] = {
        "hook_event_name": event.hook_event_name,
        "session_id": event.trace_id,
        "timestamp": event.timestamp,
        "seq": event.number,
        "type": event.type,
    }
    head = json.dumps(said, ensure_ascii=False)[:-1].encode()
    whole = head + b', "event": ' + event.json + b"}"
    if len(whole) <= MAX_MESSAGE:
        return whole
    short = json.loads(event.json) | {"payload": None, "metadata": None}
    return json.dumps(said | {"truncated": True, "event": short}, ensure_ascii=False).encode()
