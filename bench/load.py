"""A bounded load of everything at once on the local stack: rates, latencies, and what each kind of request used.

    python -m bench load                              # 400 requests from 4 clients, at most 60 seconds
    python -m bench.load --requests 2000 --clients 8 --seconds 300

It starts a stack of its own on a free port of 127.0.0.1 and speaks to no other address. The functions run one at a
time, so that each call to AWS can be told to the function that made it; rates are those of this machine, not of AWS.
"""

import argparse
import http.client
import itertools
import random
import statistics
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench import mix
from bench.endpoints import served
from bench.machine import describe, table
from bench.mix import Ask
from bench.usage import Metered, Usage, metered

WEIGHTS = {"sdk": 4, "push": 1, "otlp": 2, "hook": 3, "read": 4, "evaluate": 2}
"""How often each kind of client comes up, out of their sum."""
HOOKS = 10
READABLE = "load-readable"


class Answered(NamedTuple):
    """One request's answer."""

    kind: str
    status: int
    milliseconds: float


def main(arguments: Sequence[str] = ()) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__.split("\n")[0])
    parser.add_argument("--requests", type=int, default=400, help="how many in all (400; at most 100 000)")
    parser.add_argument("--clients", type=int, default=4, help="how many at once (4; at most 32)")
    parser.add_argument("--seconds", type=float, default=60, help="when to stop if not done by then (60; at most 3600)")
    given = parser.parse_args(arguments)
    requests, clients = min(given.requests, 100_000), max(1, min(given.clients, 32))
    with metered() as (stack, functions), served(stack.gateway) as port:
        prepared = [*mix.governed(), *mix.sdk_session(READABLE, mix.BATCH), mix.evaluate(0), *mix.reads(READABLE)]
        for ask in prepared:  # imports, connections and first prices are not measured
            _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=60), ask)
        stack.delivery.drain(120)
        functions.take()
        asks = itertools.islice(_asks(random.Random(1)), requests)
        answered, seconds = _send(port, asks, clients, min(given.seconds, 3600))
        began = time.perf_counter()
        stack.delivery.drain(600)
        behind = time.perf_counter() - began
        used = functions.take()
    _print_kinds(answered, seconds, clients, behind)
    _print_usage(used, functions)


def _asks(chance: random.Random) -> Iterator[Ask]:
    """Sessions and questions in turn by weight, as long as anybody wants them."""
    kinds, weights = list(WEIGHTS), list(WEIGHTS.values())
    sessions: Iterator[Ask] = iter(())
    reading = itertools.cycle(mix.reads(READABLE))
    for number in itertools.count():
        match chance.choices(kinds, weights)[0]:
            case "sdk":
                ask = next(sessions, None)
                if ask is None:
                    sessions = mix.sdk_session(f"load-sdk-{number}")
                    ask = next(sessions)
                yield ask
            case "push":
                yield from mix.pushed_session(f"load-push-{number}")
            case "otlp":
                yield from mix.otlp_sessions(chance)
            case "hook":
                yield from mix.hook_session(f"load-hook-{number}", HOOKS)
            case "read":
                yield next(reading)
            case _:
                yield mix.evaluate(number)


def _send(port: int, asks: Iterator[Ask], clients: int, limit: float) -> tuple[list[Answered], float]:
    answered: list[Answered] = []
    turn = threading.Lock()
    began = time.perf_counter()

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.perf_counter() - began < limit:
            # Appends of one session may overtake each other here, as they may anywhere.
            with turn:
                ask = next(asks, None)
            if ask is None:
                break
            answered.append(_ask(connection, ask))
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answered, time.perf_counter() - began


def _ask(connection: http.client.HTTPConnection, ask: Ask) -> Answered:
    began = time.perf_counter()
    path = f"{ask.path}?{ask.query}" if ask.query else ask.path
    connection.request(ask.method, path, ask.body or None, ask.headers)
    answer = connection.getresponse()
    answer.read()
    return Answered(ask.kind, answer.status, (time.perf_counter() - began) * 1000)


def _print_kinds(answered: list[Answered], seconds: float, clients: int, behind: float) -> None:
    kinds: dict[str, list[Answered]] = defaultdict(list)
    for each in answered:
        kinds[each.kind].append(each)
    rows = []
    for kind, answers in sorted(kinds.items()):
        taken = sorted(each.milliseconds for each in answers)
        failed = sum(1 for each in answers if each.status >= 400)
        worst = taken[min(len(taken) - 1, len(taken) * 99 // 100)]
        rows.append((kind, len(answers), failed, len(answers) / seconds, statistics.median(taken), worst))
    table(
        f"Load: {len(answered):,} requests of {clients} clients in {seconds:.0f} s",
        ("request", "count", "refused", "a second", "p50 ms", "p99 ms"),
        rows,
        f"{len(answered) / seconds:.0f} requests a second; the views were {behind:.1f} s behind at the end.",
    )


def _print_usage(used: dict[str, Usage], functions: Metered) -> None:
    table(
        "Load: what one invocation used, on average",
        ("function", "is", "invocations", "calls", "RCU", "WCU", "S3 writes", "S3 reads", "bus events", "CPU ms"),
        [
            (
                name,
                "endpoint" if functions.serves_http(name) else "worker",
                int(use.invocations),
                *(
                    total / use.invocations
                    for total in (
                        use.dynamodb,
                        use.rcu,
                        use.wcu,
                        use.s3_writes,
                        use.s3_reads,
                        use.bus_events,
                        use.cpu_ms,
                    )
                ),
            )
            for name, use in sorted(used.items(), key=lambda pair: (not functions.serves_http(pair[0]), pair[0]))
        ],
        "Calls are DynamoDB's. CPU is the handler's own, botocore included and the embedded engine not.",
    )


if __name__ == "__main__":
    print(describe(), flush=True)
    main(sys.argv[1:])
