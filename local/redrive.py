"""`wakeline redrive`: bring what workers gave up on (dead letters) back to them, when its cause is mended.

Of a deployed stack it needs AWS credentials that may describe the stack, invoke its functions, use its queues and read
its table's stream.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local import seeds
from local.dead_letters import DeadLetters, Forgotten, NotDone
from local.deployed import Refused, describe
from local.functions import Functions
from local.stack import run

LONGEST_RUN = 910
"""Seconds a function may take, and a little."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--stack", metavar="NAME", help="the stack that `sam deploy` made")
    where.add_argument("--data", metavar="DIR", help="the folder of `wakeline serve --data`, while that is not running")
    parser.add_argument("--region", help="the stack's region (as the environment or the profile has it)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="only say what there is")
    what.add_argument("--discard", action="store_true", help="delete those that the table's stream has forgotten")
    parser.set_defaults(template=str(Path(__file__).resolve().parent.parent / "template.yaml"))


def main(args: argparse.Namespace) -> int:
    """Re-drive each letter and say what became of it; 1 when some are left."""
    if args.region:
        os.environ["AWS_DEFAULT_REGION"] = args.region
    # What functions log goes to stdout, as Lambda wants it; here, stdout is for what becomes of the letters.
    say = partial(print, file=sys.stdout)
    try:
        with redirect_stdout(sys.stderr), _here(args) if args.data else _deployed(args) as letters:
            say(f"{letters.count()} dead letters")
            if args.list:
                for letter in letters.each(at_once=10):
                    say(letter)
                return 0
            return redrive(letters, say, discard=args.discard)
    except (Refused, BotoCoreError, ClientError) as error:
        print(f"wakeline redrive: {error}", file=sys.stderr)
        return 1


def redrive(letters: DeadLetters, say: Callable[[str], None], *, discard: bool) -> int:
    """Bring all of them back, one after the other, and say what became of each. 0 when none is left."""
    kept = 0
    for letter in letters.each():
        try:
            letters.redrive(letter)
            say(f"done       {letter}")
        except NotDone as why:
            if discard and isinstance(why, Forgotten):
                letters.delete(letter)
                say(f"discarded  {letter}")
                continue
            kept += 1
            say(f"kept       {letter}: {why}")
    return 1 if kept else 0


@contextmanager
def _deployed(args: argparse.Namespace) -> Iterator[DeadLetters]:
    from wakeline.adapters import aws

    outputs, _ = describe(aws.client("cloudformation"), args.stack, "DeadLettersArn")
    yield DeadLetters(outputs["DeadLettersArn"], aws.client, functions_client())


def functions_client() -> Any:
    """A client of Lambda that waits as long as a function may take, and does not start it twice."""
    from botocore.config import Config

    from wakeline.adapters import aws

    patient = Config(read_timeout=LONGEST_RUN, retries={"total_max_attempts": 1}, tcp_keepalive=True)
    return aws.session().create_client("lambda", config=patient)


@contextmanager
def _here(args: argparse.Namespace) -> Iterator[DeadLetters]:
    with run(Path(args.template), parameters=seeds.parameters("unlimited"), data=Path(args.data)) as stack:
        queue = stack.engine.template.outputs()["DeadLettersArn"]
        yield DeadLetters(queue, stack.engine.client, InProcess(stack.functions))
        stack.delivery.drain()


class InProcess:
    """The functions of this process, as Lambda's client invokes them."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        """Run one to its end."""
        function = self._functions.by_arn(FunctionName)
        if function is None:
            raise NotDone("the template has no such function")
        try:
            answer = self._functions.invoke(function, json.loads(Payload))
        except Exception as error:
            traceback.print_exc()
            told = {"errorMessage": str(error), "errorType": type(error).__name__}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(told).encode())}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}
