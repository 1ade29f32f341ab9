"""The background: takes what waits, sends it, waits when it must, and writes to disk what would not fit.

One batch is on its way at a time, in the order of recording. So a batch whose answer was lost is sent again before
anything that follows it, and the server, which knows the keys of a trace's last events, takes it once.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import random
import threading
import time
import urllib.parse
from collections import Counter
from pathlib import Path

from .config import Config
from .encode import encode, stamp
from .outbox import ARTIFACT, EVENT, TRACE, Item, Outbox
from .spool import Spool
from .transport import Refused, Transport, Unavailable, events_body, read

log = logging.getLogger("wakeline_sdk")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
ADOPT_EVERY = 60.0


class Sender:
    """Delivers an outbox until it is closed. `counts`: sent, rejected, spooled, lost (at the end), retries."""

    def __init__(self, config: Config, outbox: Outbox, transport: Transport) -> None:
        self._config = config
        self._outbox = outbox
        self._transport = transport
        self._spool = Spool(config.spool_dir, config.spool_bytes) if config.spool_dir is not None else None
        self._adopted = 0.0
        self._disk_failed_at = float("-inf")
        self._failures = 0
        self._stop = threading.Event()
        self._idle = threading.Event()
        self._deadline = float("inf")
        self._in_flight: list[Item] = []
        self.counts: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._run, name="wakeline-sender", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def flush(self, timeout: float) -> bool:
        """Send all that was recorded so far. False when that took longer than `timeout` seconds."""
        until = time.monotonic() + timeout
        while time.monotonic() < until and self._thread.is_alive():
            self._idle.clear()
            self._outbox.hurry()
            if self._idle.wait(min(0.2, max(0.0, until - time.monotonic()))) and not self._waiting:
                return True
        return not self._waiting

    def close(self, timeout: float) -> None:
        """Send what there is for `timeout` seconds; what is left then goes to disk, or is counted as dropped."""
        self._deadline = time.monotonic() + timeout
        self._stop.set()
        self._outbox.hurry()
        self._thread.join(timeout + 1)
        if self._thread.is_alive():
            # It hangs in a request and dies with the process: that request's items are sent again from disk, which
            # does no harm.
            self._outbox.give_back(self._in_flight)
            self._spool = Spool(self._config.spool_dir, self._config.spool_bytes) if self._config.spool_dir else None
            self._leave()
        else:
            self._transport.close()

    @property
    def _waiting(self) -> bool:
        return bool(len(self._outbox) or self._in_flight or self._spool)

    def _run(self) -> None:
        while not (self._stop.is_set() and (not self._waiting or time.monotonic() >= self._deadline)):
            try:
                self._turn()
            except Unavailable as error:
                self._away(error)
            except Exception:
                # The agent must not notice; whoever reads its log will.
                log.exception("wakeline: the sender failed and goes on")
                self._stop.wait(FIRST_PAUSE)
        self._leave()

    def _turn(self) -> None:
        config = self._config
        self._adopt()
        if self._spool and (waiting := self._spool.oldest()):
            path, items = waiting
            self._deliver(items)
            self._spool.done(path)
            return
        if not self._waiting:
            self._idle.set()
        pause = 0 if self._stop.is_set() else config.flush_interval
        self._outbox.wait(pause, config.batch_events, config.batch_bytes)
        self._in_flight = self._outbox.take(config.batch_events, config.batch_bytes)
        try:
            self._deliver(self._in_flight)
        except BaseException:
            self._outbox.give_back(self._in_flight)
            raise
        finally:
            self._in_flight = []

    def _adopt(self) -> None:
        if self._spool is not None and not self._stop.is_set() and time.monotonic() - self._adopted > ADOPT_EVERY:
            self._adopted = time.monotonic()
            self._spool.adopt()

    # -- Delivery

    def _deliver(self, items: list[Item]) -> None:
        """Send a batch, trace by trace. Raises `Unavailable`: some may be stored, all is to be sent again."""
        tally: Counter[str] = Counter()
        for trace_id, part in _by_trace(items).items():
            self._deliver_trace(trace_id, part, tally)
        self.counts.update(tally)
        self._failures = 0

    def _deliver_trace(self, trace_id: str, items: list[Item], tally: Counter[str]) -> None:
        events: list[bytes] = []
        for item in items:
            if item.kind == EVENT:
                events.append(item.data)
                continue
            # A trace is there before its events, a file after what came before it.
            self._send_events(trace_id, events, tally)
            events = []
            try:
                if item.kind == TRACE:
                    self._create(item)
                elif item.kind == ARTIFACT:
                    self._upload(item, tally)
            except Refused as error:
                self._refused(trace_id, 1, error, tally)
        self._send_events(trace_id, events, tally)

    def _create(self, item: Item) -> None:
        try:
            self._transport.post("/api/traces", item.data)
        except Refused as error:
            # 409: it is there, made by another process or with other words; its events belong to it all the same.
            if error.status in (400, 422):
                log.warning("wakeline: the trace %s is created without its description: %s", item.trace_id, error)
                self._transport.post("/api/traces", encode({"id": item.trace_id}))
            elif error.status != 409:
                raise

    def _send_events(self, trace_id: str, events: list[bytes], tally: Counter[str]) -> None:
        if not events:
            return
        dropped = self._outbox.take_drops(trace_id)
        try:
            said = self._transport.post(_path(trace_id), events_body([*events, *_confession(dropped)]))
        except Refused as error:
            if error.status == 413 and len(events) > 1:
                half = len(events) // 2
                self._outbox.put_drops(trace_id, dropped)
                self._send_events(trace_id, events[:half], tally)
                self._send_events(trace_id, events[half:], tally)
                return
            self._refused(trace_id, len(events), error, tally)
            return
        except Unavailable:
            self._outbox.put_drops(trace_id, dropped)
            raise
        rejected = said.get("rejected") or []
        tally["sent"] += len(events) - len(rejected)
        tally["rejected"] += len(rejected)
        if rejected:
            log.warning(
                "wakeline: %d events of %s were rejected: %s", len(rejected), trace_id, rejected[0].get("reason")
            )

    def _upload(self, item: Item, tally: Counter[str]) -> None:
        """Announce a file, send it where the answer says, and record the event that it belongs to."""
        said = read(item.data)
        content = base64.b64decode(said["data"]) if "data" in said else _file(said["path"])
        if content is None:
            raise Refused(0, f"the file {said['path']} is gone")
        body = {**said["artifact"], "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        answer = self._transport.post(f"/api/traces/{item.trace_id}/artifacts", encode(body))
        if upload := answer.get("upload"):
            self._transport.upload(upload, content)
        stored = {name: answer["artifact"].get(name) for name in ("artifact_id", "storage_path", "artifact_type")}
        payload = {**stored, "size_bytes": len(content), "sha256": body["sha256"], **said["event"]["payload"]}
        self._send_events(item.trace_id, [encode({**said["event"], "payload": payload})], tally)

    @staticmethod
    def _refused(trace_id: str, count: int, error: Refused, tally: Counter[str]) -> None:
        tally["rejected"] += count
        log.warning("wakeline: the server refused %d items of %s: %s", count, trace_id, error)

    # -- Waiting

    def _away(self, error: Unavailable) -> None:
        """Wait as long as the server asked, else longer each time; meanwhile memory stays bounded."""
        self._failures += 1
        self.counts["retries"] += 1
        if self._failures in (1, 10) or self._failures % 100 == 0:
            log.warning("wakeline: %s; %d items wait in memory", error, len(self._outbox))
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures, 10))
        # A fleet of agents that lost its server together should not come back together.
        jitter = random.uniform(0.5, 1)  # noqa: S311
        seconds = longest * jitter if error.retry_after is None else error.retry_after + jitter / 2
        until = time.monotonic() + seconds
        while (left := min(until, self._deadline) - time.monotonic()) > 0:
            self._make_room()
            if self._stop.is_set():
                time.sleep(min(0.1, left))
            else:
                self._stop.wait(min(0.1, left))

    def _make_room(self) -> None:
        """While the server is away, what is recorded goes to disk, oldest first: at once when it stays away."""
        bound = self._config.memory_bytes // 2 if self._failures < 2 else 0
        while self._outbox.bytes > bound and self._disk_works and self._to_disk():
            pass

    @property
    def _disk_works(self) -> bool:
        return self._spool is not None and time.monotonic() - self._disk_failed_at > 10

    def _to_disk(self) -> bool:
        """Move the outbox's oldest items to disk. False when they stay in memory."""
        items = self._outbox.take(self._config.batch_events, self._config.batch_bytes)
        try:
            kept = bool(items and self._spool is not None and self._spool.write(items))
        except OSError as error:
            kept = False
            log.warning("wakeline: cannot write to the spool: %s", error)
        if kept:
            self.counts["spooled"] += len(items)
        else:
            self._outbox.give_back(items)
            self._disk_failed_at = time.monotonic()
        return kept

    def _leave(self) -> None:
        """At the end: to disk with what is left, or into the count of what was lost."""
        while len(self._outbox) and self._to_disk():
            pass
        if lost := len(self._outbox):
            self.counts["lost"] += lost
            log.warning("wakeline: %d items could neither be sent nor kept", lost)
        if self._spool is not None:
            self._spool.close()
        self._idle.set()


def _by_trace(items: list[Item]) -> dict[str, list[Item]]:
    """Items by trace, each trace's in order."""
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.trace_id, []).append(item)
    return found


def _path(trace_id: str) -> str:
    return f"/api/traces/{urllib.parse.quote(trace_id, safe='')}/events"


def _confession(dropped: int) -> list[bytes]:
    """The record says itself where it is not whole."""
    if not dropped:
        return []
    payload = {"name": "wakeline_sdk.dropped_events", "value": dropped, "unit": "events"}
    return [encode({"type": "metric", "timestamp": stamp(), "payload": payload})]


def _file(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None
