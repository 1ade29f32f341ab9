"""Runs of a worker in a world that is put back before each, and what they leave."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.breaking import Fault, Seen, breaking, deaths, faults
from tests.fakes.dying import Died
from tests.kept import Saved, contents, masked, waiting

from .world import Prepare, World

FOLLOWED_BY = {"SweepRetention": ("trace.deleted", "ForgetTrace")}
"""Workers whose work another one finishes, and by which event."""

ENDS_BY_ITSELF = {
    "OnForkRequested": "K#",  # the key that a dead run made for a runner
    "ReadLive": "CN#",  # where a client was that is gone
}
"""What a run that dies may leave behind, since it has an end."""

GIVES_UP = {"bedrock-runtime": '"status": "failed"'}
"""Services that are not asked forever: what was wanted of them ends so, with the reason, and people may ask again."""


class Again(Exception):
    """The worker says that something is to be delivered again."""


@dataclass
class Run:
    """One event of a worker, delivered as AWS does: what failed comes again, at the latest from the dead letters."""

    world: World
    worker: str
    event: Any
    handled: int = field(init=False)

    def __post_init__(self) -> None:
        self.handled = self.world.caught_up

    def deliver(self) -> None:
        """Once, or of a stream all there is. Raises what the worker raises, or `Again`."""
        workers = self.world.workers
        worker = workers.functions.all[self.worker]
        if any(each.kind == "DynamoDB" for each in worker.events):
            while left := self.world.unread(self.worker, self.handled):
                again = workers.run(self.worker, left)
                self.handled = int(again[0]) - 1 if again else int(left[-1]["dynamodb"]["SequenceNumber"])
                if again:
                    raise Again
            return
        answer = workers.functions.invoke(worker, self.event)
        if (answer or {}).get("statusCode", 200) >= 500:
            raise Again
        failed = {each["itemIdentifier"] for each in (answer or {}).get("batchItemFailures", [])}
        if failed:
            self.event = {"Records": [each for each in self.event["Records"] if each["messageId"] in failed]}
            raise Again


@dataclass
class Trials:
    """A scenario, made once; `run` makes each run in the same world."""

    world: World
    worker: str
    prepare: Prepare

    def __post_init__(self) -> None:
        self.event = self.prepare(self.world)
        self.saved = Saved.of(self.world.workers.engine)
        self.records = list(self.world.workers.records)
        self.caught_up = self.world.caught_up
        self.moment = self.world.clock.moment

    def fresh(self) -> Run:
        """The world as it was made, and the event."""
        self.saved.put_back(self.world.workers.engine)
        self.world.workers.records[:] = self.records
        self.world.caught_up = self.caught_up
        self.world.clock.moment = self.moment
        self.world.anew()
        return Run(self.world, self.worker, self.event)

    def clean(self) -> tuple[list[Seen], Counter[str]]:
        """The calls of a run in which nothing goes wrong, and what it leaves."""
        run = self.fresh()
        with breaking(self.world.workers.engine, None, self.world.services) as noted:
            run.deliver()
        return noted.seen, self.left()

    def broken(self, fault: Fault) -> tuple[bool, Counter[str], Counter[str]]:
        """A run with a fault, then the event again: whether the first took itself for done, what it left if it did, and
        what the second left.
        """
        run, engine = self.fresh(), self.world.workers.engine
        try:
            with breaking(engine, fault, self.world.services):
                run.deliver()
            done = True
        except (Exception, Died):
            done = False
        first = self.left() if done else Counter[str]()
        if done:
            run = Run(self.world, self.worker, self.event)
        self._until_done(run)
        return done, first, self.left()

    def _until_done(self, run: Run) -> None:
        """As often as it takes, and a minute later each time: a dead run may have had a lease on something."""
        for _ in range(4):
            try:
                if self.world.services:
                    with breaking(self.world.workers.engine, None, self.world.services):
                        return run.deliver()
                return run.deliver()  # by the short way
            except Again:
                self.world.clock.advance(minutes=1)
        return run.deliver()

    def left(self) -> Counter[str]:
        """What table, buckets and queues hold; what bus, sockets and the outside were told, once or more often."""
        if self.worker in FOLLOWED_BY:
            kind, worker = FOLLOWED_BY[self.worker]
            for event in self.world.events(kind):
                Run(self.world, worker, event).deliver()
        workers, told = self.world.workers, set(self.world.sent)
        told |= {f"bus {entry['DetailType']} {entry['Detail']}" for entry in workers.bus}
        told |= {f"to {name}: {each!r}" for name, sent in workers.posted.items() for each in sent}
        told |= {f"queue {body}" for body in waiting(workers.engine)}
        return contents(workers.engine) + Counter({masked(each) for each in told})


def judge(world: World, worker: str, prepare: Prepare) -> None:
    """Every AWS call goes wrong once, in each way that it can, and the event comes again. Fails unless a run that takes
    itself for done did it all, and in the end there is what one run leaves to which nothing happens.
    """
    trials = Trials(world, worker, prepare)
    seen, right = trials.clean()
    wrong = []
    for fault in [*faults(seen), *deaths(seen)]:
        done, first, second = trials.broken(fault)
        said, gives_up = f"{fault.kind} at {fault.at}, {seen[fault.at]}", GIVES_UP.get(seen[fault.at].service)
        if gives_up is not None and done:
            if first != second or not any(gives_up in each for each in first - right):
                wrong.append(f"{said}: does not say so\n{_difference(first, right)}")
            continue
        may_stay = ENDS_BY_ITSELF.get(worker, "\0")
        second -= Counter({each for each in second - right if each.startswith(may_stay) and "expires_at" in each})
        # Who finds another writer faster leaves the rest to it; here there is none, and the event comes again.
        if done and fault.kind != "conflict" and first != right:
            wrong.append(f"{said}: takes itself for done\n{_difference(first, right)}")
        elif second != right:
            wrong.append(f"{said}: and then again\n{_difference(second, right)}")
    if wrong:
        pytest.fail("\n".join(wrong))


def _difference(left: Counter[str], right: Counter[str]) -> str:
    """What is too much and what is too little."""
    signed = [("+", each) for each in (left - right).elements()] + [("-", each) for each in (right - left).elements()]
    return "\n".join(f"  {sign} {each[:300]}" for sign, each in signed)
