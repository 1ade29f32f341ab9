"""`wakeline rebuild WORKSPACE`: build statistics and the search index anew from the ledgers.

Until it is done, statistics are read as they were, and searching finds what is rebuilt so far. Of a deployed stack it
needs AWS credentials, and time in proportion to the events there are.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import redirect_stdout
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
    parser.add_argument(
        "--embedding-model",
        default="amazon.titan-embed-text-v2:0",
        help="of a deployed stack, as its parameters have it",
    )
    parser.add_argument("--embedding-dimensions", type=int, default=256, help="likewise")
    parser.set_defaults(template=str(Path(__file__).resolve().parent.parent / "template.yaml"))


def main(args: argparse.Namespace) -> int:
    """Rebuild, and say how many traces there were."""
    if args.table:
        os.environ |= {"TABLE_NAME": args.table, "BUCKET_NAME": args.bucket or ""}
        os.environ |= {"EMBEDDING_MODEL": args.embedding_model, "EMBEDDING_DIMENSIONS": str(args.embedding_dimensions)}
        rebuild(args.workspace)
        return 0
    with run(Path(args.template), parameters=seeds.parameters("unlimited"), data=Path(args.data)) as stack:
        with redirect_stdout(sys.stderr):  # where functions' logs and metrics go, they are no answer
            stack.delivery.drain()
        rebuild(args.workspace)
    return 0


def rebuild(workspace_id: str) -> None:
    """Rebuild a workspace's statistics and search index in the stack of the environment, and print what was counted."""
    from wakeline import wiring
    from wakeline.services import rollups, search_rebuild
    from wakeline.wiring import find, stats

    counted = rollups.rebuild(
        stats.rollups(), wiring.ledger(), wiring.index(), wiring.price(), wiring.env(), workspace_id
    )
    print(f"{counted} traces counted")
    indexer = find.indexer(lambda error: print(f"without vectors: {error}", file=sys.stderr))
    documents, after = 0, None
    while True:
        step = search_rebuild.rebuild(indexer, wiring.index(), workspace_id, after)
        documents, after = documents + step.documents, step.after
        if after is None:
            break
    print(f"{documents} documents in the search index")
