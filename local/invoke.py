"""`wakeline invoke NAME [EVENT.json]`: run one function of the template against the embedded stack."""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from local import seeds
from local.intrinsics import TemplateError
from local.stack import run


def main(args: argparse.Namespace) -> int:
    """Print the function's answer as JSON; 0, or 1 when the function raised, 2 when there is no such function or
    event.
    """
    try:
        event: Any = _event(args.event)
    except (OSError, ValueError) as error:
        print(f"{args.event}: {error}", file=sys.stderr)
        return 2
    data = Path(args.data) if args.data else None
    with run(Path(args.template), parameters=seeds.parameters("unlimited"), data=data) as stack:
        try:
            function = stack.engine.template.function(args.name)
        except TemplateError as error:
            print(f"{error}; there are: {', '.join(sorted(stack.functions.all))}", file=sys.stderr)
            return 2
        seeds.write_credentials(stack.engine, "unlimited")
        # What functions log goes to stdout, as Lambda wants it; here, stdout is for the answer.
        with redirect_stdout(sys.stderr):
            try:
                answer = stack.functions.invoke(function, event)
            except Exception:
                traceback.print_exc()
                return 1
            stack.delivery.drain()
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    return 0


def _event(path: str | None) -> Any:
    if path is None:
        return {}
    return json.loads(sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8"))
