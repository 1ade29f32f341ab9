"""`wakeline rebuild WORKSPACE`: build the rows of statistics anew from the ledgers.

Until it is done, statistics are read as they were. Of a deployed stack it needs AWS credentials, and time in proportion
to the events there are.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from local import seeds
from local.stack import run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("workspace", metavar="WORKSPACE", help="its id, ws_local for one")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--data", metavar="DIR", help="the folder of `wakeline serve --data`, while that is not running")
    where.add_argument("--table", metavar="NAME", help="the table of a deployed stack (with --bucket)")
    parser.add_argument("--bucket", metavar="NAME", help="the bucket of a deployed stack")
    parser.set_defaults(template=str(Path(__file__).resolve().parent.parent / "template.yaml"))


def main(args: argparse.Namespace) -> int:
    """Rebuild, and say how many traces there were."""
    if args.table:
        os.environ |= {"TABLE_NAME": args.table, "BUCKET_NAME": args.bucket or ""}
        print(f"{_rebuild(args.workspace)} traces counted")
        return 0
    with run(Path(args.template), parameters=seeds.parameters("unlimited"), data=Path(args.data)) as stack:
        stack.delivery.drain()
        print(f"{_rebuild(args.workspace)} traces counted")
    return 0


def _rebuild(workspace_id: str) -> int:
    from wakeline import wiring
    from wakeline.services import rollups
    from wakeline.wiring import stats

    return rollups.rebuild(stats.rollups(), wiring.ledger(), wiring.index(), wiring.price(), wiring.env(), workspace_id)
