"""Sends workloads to the whole stack and reads what each function used for them, its workers included."""

import json
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from unittest.mock import patch

from bench import mix
from bench.bill import scaled
from bench.hot import Partitions
from bench.mix import Ask
from bench.usage import Metered, Stored, Usage, stored
from local import seeds
from local.stack import Stack
from wakeline import wiring

RUNS_A_DAY = {"SweepArtifacts": 24, "SweepApprovals": 1440, "SealDigests": 24, "NightlyExports": 1}


@dataclass(frozen=True)
class Measured:
    """A workload: how many events it recorded, what each function used, and what it takes to keep."""

    events: float
    used: dict[str, Usage]
    kept: Stored
    written: dict[tuple[str, str], float]
    """Write units by index and partition key."""

    def of(self, events: float) -> "Measured":
        """The same for so many events; what was written to each partition stays as it was measured."""
        by = events / self.events
        return Measured(events, scaled(self.used, by), self.kept.times(by), self.written)


@dataclass(frozen=True)
class Clockwork:
    """What scheduled workers use: a day of it when nothing happens, and for each session more."""

    a_day: dict[str, Usage]
    a_session: dict[str, Usage]


class Meter:
    """Sends workloads to a stack and reads what they used."""

    def __init__(self, stack: Stack, functions: Metered) -> None:
        self._stack, self._functions = stack, functions
        self._partitions = Partitions(stack.engine)

    def warm(self) -> None:
        """Send each kind of request once: imports are no part of what is measured."""
        sessions = ways("warm", 1).values()
        asks = [*mix.governed(), *(ask for way in sessions for ask in way), mix.evaluate(0)]
        self.measure([*asks, *mix.sdk_session("warm-sdk", mix.BATCH)], alone=False)
        self.measure(mix.reads("warm-sdk"), alone=True)

    def measure(self, asks: Iterable[Ask], *, alone: bool) -> Measured:
        """Send them one after the other; `alone` lets the workers finish with each before the next."""
        self._stack.delivery.drain(600)
        self._functions.take()
        events, before = self._events(), stored(self._stack)
        self._functions.take()
        self._partitions.take()
        for ask in asks:
            self._send(ask)
            if alone:
                self._stack.delivery.drain(600)
        self._stack.delivery.drain(600)
        used = self._functions.take()
        more = stored(self._stack) + before.times(-1)
        # Merging parts of the index can leave less in use than there was: what is gone is superseded now.
        kept = Stored(more.table, max(0.0, more.objects), more.superseded + min(0.0, more.objects))
        used = {name: use for name, use in used.items() if not self._functions.is_scheduled(name)}
        written = self._partitions.take()
        return Measured(self._events() - events, used, kept, written)

    def clockwork(self) -> Clockwork:
        """Run the scheduled workers: where there is something to do, and again where there is not."""
        sessions = sum(1 for _ in self._traces())
        sweeps = {name: self._run(name) for name in ("SweepArtifacts", "SweepApprovals")}
        hour, day = timedelta(hours=1), timedelta(days=1)
        with _later(hour):
            sealing = self._run("SealDigests")
        with _later(2 * hour):
            empty = {"SealDigests": self._run("SealDigests")}
        with _later(day):
            exporting = self._run("NightlyExports")
        with _later(2 * day):
            empty["NightlyExports"] = self._run("NightlyExports")
        idle = sweeps | empty
        more = {"SealDigests": sealing, "NightlyExports": exporting}
        return Clockwork(
            {name: use.times(RUNS_A_DAY[name]) for name, use in idle.items()},
            {name: (use + empty[name].times(-1)).times(1 / sessions) for name, use in more.items()},
        )

    def _run(self, name: str) -> Usage:
        self._functions.take()
        self._functions.invoke(self._functions.all[name], {})
        return self._functions.take()[name]

    def _send(self, ask: Ask) -> bytes:
        answer = self._stack.gateway.call(ask.method, ask.path, ask.query, list(ask.headers.items()), ask.body)
        if answer.status >= 400:
            raise RuntimeError(f"{ask.method} {ask.path}: {answer.status} {answer.body[:300]!r}")
        return answer.body

    def _events(self) -> int:
        return sum(self._traces())

    def _traces(self) -> Iterator[int]:
        """How many events each trace has."""
        cursor: str | None = ""
        while cursor is not None:
            query = f"limit=100{'&cursor=' if cursor else ''}{cursor}"
            page = json.loads(self._send(Ask("", "GET", "/api/v1/traces", query=query, key=seeds.ADMIN_KEY)))
            yield from (trace["event_count"] for trace in page["data"])
            cursor = page["pagination"]["next_cursor"]


@contextmanager
def _later(shift: timedelta) -> Iterator[None]:
    """The clock so much ahead, so that an hour or a day is over."""
    real = wiring.env()
    ahead = replace(real, now=lambda: real.now() + shift)
    with patch.object(wiring, "env", lambda: ahead):
        yield


def ways(name: str, count: int) -> dict[str, Iterator[Ask]]:
    """Sessions recorded in each of the ways there are; `name` sets their ids apart."""
    chance = random.Random(name)
    numbers = range(count)
    return {
        "SDK, live": (ask for each in numbers for ask in mix.sdk_session(f"{name}-live-{each}")),
        "SDK, 100 at a time": (ask for each in numbers for ask in mix.sdk_session(f"{name}-sdk-{each}", mix.BATCH)),
        "transcript": (ask for each in numbers for ask in mix.pushed_session(f"{name}-push-{each}")),
        "OTLP": (ask for _ in range(3 * count) for ask in mix.otlp_sessions(chance)),
        "hooks": (ask for each in numbers for ask in mix.hook_session(f"{name}-hook-{each}", 100)),
    }
