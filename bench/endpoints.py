"""What each endpoint costs in DynamoDB, and how fast the local stack answers with 20 000 items in its table."""

import http.client
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn

from bench.full_table import fill
from bench.machine import milliseconds, table
from bench.requests import Sample, prepare, samples
from bench.rig import Refused, Rig, rig
from local.engine import record_calls
from local.gateway import Gateway

ITEMS = 20_000
REQUESTS = 40


def main() -> None:
    """Print calls and capacity units of every endpoint, then latencies over HTTP."""
    with rig() as running:
        _costs(running)
    with rig() as running:
        _latencies(running)


def _costs(running: Rig) -> None:
    doomed_key = prepare(running)
    rows, refused = [], []
    for sample in samples(running, doomed_key):
        event = sample.event(running)
        try:
            with record_calls() as calls:
                running.invoke(event)
        except Refused:
            refused.append(sample.name)
            continue
        counted = {name: calls.operations.count(name) for name in dict.fromkeys(calls.operations)}
        spelled = ", ".join(f"{name} × {count}" if count > 1 else name for name, count in counted.items())
        rows.append((sample.name, sample.method, len(calls.dynamodb), calls.rcu, calls.wcu, spelled))
    table(
        "Endpoints: DynamoDB calls and capacity units of one request",
        ("endpoint", "method", "calls", "RCU", "WCU", "what"),
        rows,
        "A trace of 100 events of 0.4 KB in one segment; 10 events are appended; lists of at most 20. The first call"
        f" of each authenticates the key and counts. Not measured, for they want more than that: {', '.join(refused)}.",
    )


def _latencies(running: Rig) -> None:
    doomed_key = prepare(running)
    fill(running, ITEMS)
    items = sum(len(each) for partition in running.engine.tables().values() for each in partition.items.values())
    rows = []
    with served(Gateway(running.engine.template, running.functions)) as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for sample in samples(running, doomed_key):
            if sample.method == "GET" and _ask(client, sample) < 400:
                taken = sorted(milliseconds(partial(_ask, client, sample), REQUESTS))
                rows.append((sample.name, statistics.median(taken), taken[int(len(taken) * 0.95)], taken[-1]))
        client.close()
    table(
        f"Endpoints: latency through the local HTTP gateway, {items:,} items in the table",
        ("endpoint", "p50 ms", "p95 ms", "worst ms"),
        rows,
        f"{REQUESTS} requests each, one after the other. The aim is a p50 under 50 ms.",
    )


def _ask(client: http.client.HTTPConnection, sample: Sample) -> int:
    path = f"{sample.path}?{sample.query}" if sample.query else sample.path
    client.request(sample.method, path, headers={"Authorization": f"Bearer {sample.key}"})
    answer = client.getresponse()
    answer.read()
    return answer.status


@contextmanager
def served(gateway: Gateway) -> Iterator[int]:
    """The gateway on a free loopback port, in a thread of its own, until the block ends and it is closed."""
    # As `wakeline serve` makes it: only where it reads TCP does asyncio switch Nagle's algorithm off.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    config = uvicorn.Config(gateway, log_level="warning", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
        gateway.close()
        listener.close()
