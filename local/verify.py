"""`wakeline verify EXPORT.json`: check an exported trace on any machine, without access to the service."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from pathlib import Path
from typing import Any

from wakeline.adapters.kms import is_signed
from wakeline.domain.evidence.check import check
from wakeline.domain.evidence.digest import Leaf
from wakeline.domain.evidence.report import Outside, Report, public_key_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `wakeline verify`."""
    parser.add_argument("export", metavar="EXPORT.json", help="an exported trace; - reads stdin")
    parser.add_argument(
        "--digest",
        metavar="FILE",
        action="append",
        default=[],
        help="a digest, or a list of them, from elsewhere: an answer of /api/v1/digests, an object of the archive",
    )
    parser.add_argument(
        "--leaves", metavar="FILE", action="append", default=[], help="leaves of a digest (JSON Lines, .gz or not)"
    )
    parser.add_argument("--public-key", metavar="PEM", help="the key that digests are signed with")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def main(args: argparse.Namespace) -> int:
    """0 when everything holds, 1 when something does not, 2 when a file cannot be used."""
    try:
        export = _json(args.export)
        outside = Outside(
            digests=tuple(digest for name in args.digest for digest in _digests(_json(name))),
            leaves={name: _leaves(name) for name in args.leaves},
            public_key=public_key_of(Path(args.public_key).read_text()) if args.public_key else None,
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        print(f"wakeline verify: {error}", file=sys.stderr)
        return 2
    report = check(export, is_signed, outside)
    print(json.dumps(_said(report), indent=2) if args.json else _told(report))
    return 0 if report.valid else 1


def _json(name: str) -> Any:
    text = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"{name} is not JSON: {error}") from error


def _digests(said: Any) -> list[dict[str, Any]]:
    """One digest, an answer that holds one, or an answer or file that holds many."""
    if isinstance(said, list):
        return said
    if not isinstance(said, dict):
        raise ValueError("a digest file holds an object or a list")
    if "digests" in said:
        return list(said["digests"])
    return [said.get("digest", said)]


def _leaves(name: str) -> tuple[Leaf, ...]:
    raw = Path(name).read_bytes()
    text = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    return tuple(Leaf.from_json(json.loads(line)) for line in text.splitlines() if line.strip())


def _said(report: Report) -> dict[str, Any]:
    return {
        "trace_id": report.trace_id,
        "valid": report.valid,
        "event_count": report.events,
        "erased": report.erased,
        "findings": [{"ok": each.ok, "what": each.what, "where": each.where} for each in report.findings],
        "warnings": report.warnings,
    }


def _told(report: Report) -> str:
    lines = [f"trace {report.trace_id}: {report.events} events" + (f", {report.erased} erased" * bool(report.erased))]
    for finding in report.findings:
        where = f"{finding.where}: " if finding.where else ""
        lines.append(f"  {'ok    ' if finding.ok else 'BROKEN'}  {where}{finding.what}")
    lines += [f"  note    {warning}" for warning in report.warnings]
    lines.append("VALID" if report.valid else "NOT VALID")
    return "\n".join(lines)
