"""The `wakeline` command. Each subcommand's module is imported only when it is the one that runs."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"
_COMMANDS = {
    "push": "push Claude Code transcripts to a Wakeline",
    "verify": "check an exported trace, offline",
    "bootstrap": "make the first admin key of a deployed stack's workspace",
    "rebuild": "build statistics and the search index anew from the ledgers",
    "redrive": "bring dead letters back to their workers",
    "restore-plan": "what a stack needs to be made anew around a restored table",
}
"""Subcommands whose modules declare their own arguments."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand; its exit status."""
    given = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="wakeline", description="A flight recorder for AI agents.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="run the whole stack on this machine"))
    _add_invoke(commands.add_parser("invoke", help="run one function of the template"))
    for name, says in _COMMANDS.items():
        command = commands.add_parser(name, help=says)
        if given[:1] == [name]:
            _module(name).add_arguments(command)
    args = parser.parse_args(given)
    try:
        status: int | None = _module(args.command).main(args)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(f"wakeline {args.command}: {error}", file=sys.stderr)
        return 1
    return status or 0


def _module(command: str) -> ModuleType:
    return importlib.import_module(f"local.{command.replace('-', '_')}")


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
