"""The `wakeline` command. Each subcommand's module is imported only when it is the one that runs."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand; its exit status."""
    given = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="wakeline", description="A flight recorder for AI agents.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="run the whole stack on this machine"))
    _add_invoke(commands.add_parser("invoke", help="run one function of the template"))
    push = commands.add_parser("push", help="push Claude Code transcripts to a Wakeline")
    if given[:1] == ["push"]:
        importlib.import_module("local.push").add_arguments(push)
    verify = commands.add_parser("verify", help="check an exported trace, offline")
    if given[:1] == ["verify"]:
        importlib.import_module("local.verify").add_arguments(verify)
    bootstrap = commands.add_parser("bootstrap", help="make the first admin key of a deployed stack's workspace")
    if given[:1] == ["bootstrap"]:
        importlib.import_module("local.bootstrap").add_arguments(bootstrap)
    rebuild = commands.add_parser("rebuild", help="build statistics and the search index anew from the ledgers")
    if given[:1] == ["rebuild"]:
        importlib.import_module("local.rebuild").add_arguments(rebuild)
    redrive = commands.add_parser("redrive", help="bring dead letters back to their workers")
    if given[:1] == ["redrive"]:
        importlib.import_module("local.redrive").add_arguments(redrive)
    plan = commands.add_parser("restore-plan", help="what a stack needs to be made anew around a restored table")
    if given[:1] == ["restore-plan"]:
        importlib.import_module("local.restore_plan").add_arguments(plan)
    args = parser.parse_args(given)
    try:
        status: int | None = importlib.import_module(f"local.{args.command.replace('-', '_')}").main(args)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(f"wakeline {args.command}: {error}", file=sys.stderr)
        return 1
    return status or 0


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=4318, help="port to listen on (4318); 0 takes a free one")
    parser.add_argument("--no-sample", action="store_true", help="start empty")
    parser.add_argument("--plan", choices=("free", "standard", "pro", "unlimited"), default="unlimited")
    parser.add_argument("--issuer", metavar="URL", help="the OpenID Connect issuer that people sign in at")
    parser.add_argument("--client-id", metavar="ID", default="wakeline", help="the console's client there (wakeline)")
    parser.add_argument("--audience", metavar="AUD", help="whom its access tokens are for; else ID tokens are taken")
    parser.add_argument("--data", metavar="DIR", help="keep what is stored in this folder")
    parser.add_argument("--dynamodb-endpoint", metavar="URL", help="use this DynamoDB instead of the embedded one")
    parser.add_argument("--s3-endpoint", metavar="URL", help="use this S3 instead of the embedded one")
    parser.add_argument("--template", default=str(TEMPLATE), help=argparse.SUPPRESS)


def _add_invoke(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the function's logical id in template.yaml")
    parser.add_argument("event", nargs="?", metavar="EVENT.json", help="its event (default {}); - reads stdin")
    parser.add_argument(
        "--data", metavar="DIR", help="the folder of `wakeline serve --data` (while that is not running)"
    )
    parser.add_argument("--template", default=str(TEMPLATE), help=argparse.SUPPRESS)


if __name__ == "__main__":
    raise SystemExit(main())
