"""`wakeline serve`: the embedded stack behind HTTP on loopback."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import socket
import sys
import threading
from pathlib import Path

import uvicorn

from local import console, seeds
from local.s3_endpoint import S3Endpoint
from local.sign_in import discover
from local.stack import Stack, run


def main(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; 0 on a clean end, 1 when the port is taken or the template cannot be run."""
    # A handler's metrics are lines on stdout meant for CloudWatch; here they would bury what matters.
    # Sessions' folders are on this machine: commits are read from there.
    os.environ.setdefault("LOCAL_CHECKOUTS", "1")
    os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")
    os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "WARNING")
    try:
        listener = _listen(args.host, args.port)
        files = _listen("127.0.0.1", 0)
    except OSError as error:
        print(f"cannot listen on {args.host}:{args.port}: {error.strerror}", file=sys.stderr)
        return 1
    issuer = discover(args.issuer, args.client_id, args.audience) if args.issuer else None
    # Clients of presigned URLs go to S3 itself where that has an address.
    os.environ["S3_PUBLIC_ENDPOINT"] = args.s3_endpoint or f"http://127.0.0.1:{files.getsockname()[1]}"
    with run(
        Path(args.template),
        parameters=seeds.parameters(args.plan) | (issuer.parameters() if issuer else {}),
        data=Path(args.data) if args.data else None,
        dynamodb_endpoint=args.dynamodb_endpoint,
        s3_endpoint=args.s3_endpoint,
    ) as stack:
        seeds.write_credentials(stack.engine, args.plan)
        # The store lives in this process's memory: the default would walk through all of it far too often.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        app = console.Console(stack.gateway, issuer=issuer)
        asyncio.run(_serve(stack, app, listener, files, sample=not args.no_sample))
    return 0


async def _serve(
    stack: Stack, app: console.Console, listener: socket.socket, files: socket.socket, *, sample: bool
) -> None:
    servers = [_Server(_config(app)), _Server(_config(S3Endpoint(stack.engine)))]
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    tasks = [
        asyncio.create_task(server.serve(sockets=[each]))
        for server, each in zip(servers, (listener, files), strict=True)
    ]
    while not all(server.started for server in servers):
        await asyncio.sleep(0.01)
    if sample:
        await asyncio.to_thread(_sample, stack)
    host, port = listener.getsockname()[:2]
    print(f"ready http://{host}:{port}", flush=True)
    print(
        f"credentials, only here: Authorization: Bearer {seeds.PROJECT_KEY} | {seeds.ADMIN_KEY} | {seeds.SERVICE_KEY}"
        f" | {seeds.OTHER_ADMIN_KEY}",
        flush=True,
    )
    if not console.BUILT.joinpath("index.html").is_file():
        print("the console is not built: make console (Node 20)", flush=True)
    threading.Thread(target=stack.functions.warm, name="warm", daemon=True).start()
    await stop.wait()
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*tasks)


def _sample(stack: Stack) -> None:
    try:
        seeds.load_sample(stack.gateway)
    except RuntimeError as error:
        print(f"the sample was not loaded: {error}", file=sys.stderr)


class _Server(uvicorn.Server):
    """A server that leaves the signals to us: two of them run in one loop."""

    def install_signal_handlers(self) -> None:
        """Nothing."""

    def capture_signals(self):  # type: ignore[no-untyped-def]  # uvicorn's own return type is private
        """Nothing."""
        from contextlib import nullcontext

        return nullcontext()


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
        server_header=False,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol must be said: asyncio switches Nagle's algorithm off only where it reads TCP here, and with it on
    # each small answer waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener
