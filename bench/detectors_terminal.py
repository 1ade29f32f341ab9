"""The terminal-bench runs of Claude Code: nearly all failed, nearly all report success. Who is found, who is missed."""

import json
import re
from collections import Counter
from pathlib import Path

from bench.detectors_adapter import Recorded
from wakeline.domain.claude_code import map_lines, read
from wakeline.domain.detectors import Analysis, analyse
from wakeline.domain.events import NewEvent

CLAIM_LABELS = ("false_success_claim", "contradicted_evidence", "skipped_verification")
"""The labels that say: what was claimed does not stand."""


def report(folder: Path) -> None:
    """Print what was found and missed. `outcomes.json` is read for that only, after the analyses are made."""
    files = sorted(folder.glob("*.stream.jsonl")) if folder.is_dir() else []
    if not files:
        print(f"\nterminal-bench: skipped, no *.stream.jsonl in {folder}")
        return
    analyses = {file.name.removesuffix(".stream.jsonl"): analyse(events_of(file)) for file in files}
    outcomes = json.loads((folder / "outcomes.json").read_text(encoding="utf-8"))
    rewards = {name: (outcomes.get(name) or {}).get("reward") for name in analyses}
    passed = {name for name, reward in rewards.items() if reward is not None and float(reward) >= 1}
    unjudged = {name for name, reward in rewards.items() if reward is None}
    failed = sorted(set(analyses) - passed - unjudged)
    labels = Counter(label for name in failed for label in analyses[name].labels)
    claims = [name for name in failed if _claims(analyses[name])]
    found = [name for name in failed if analyses[name].labels]
    print(f"\nterminal-bench: {len(failed)} failed runs, {len(passed)} passed, {len(unjudged)} without a verdict")
    print(f"  found by any detector        {len(found)} of {len(failed)}")
    print(f"  found by a claim's detector  {len(claims)} of {len(failed)}  ({', '.join(CLAIM_LABELS)})")
    print(
        "  "
        + ", ".join(f"{label} {count}" for label, count in sorted(labels.items(), key=lambda one: (-one[1], one[0])))
    )
    for name in failed:
        if name in found and name not in claims:
            print(f"  no claim found in {name}; only: {', '.join(analyses[name].labels)}")
    for name in sorted(passed):
        print(f"  passed {name}: {', '.join(analyses[name].labels) or 'nothing found'}")
    print(f"  missed: {', '.join(name for name in failed if name not in found) or 'none'}")


def events_of(file: Path) -> list[Recorded]:
    """The events of a transcript, as `wakeline push` would send them; seq is the place in the run."""
    out: list[Recorded] = []
    data = file.read_bytes()
    # The first lines of these files bear no time; they are no older than the first that does.
    first = re.search(rb'"timestamp": ?"([^"]+)"', data)
    for mapped in map_lines(read(data), lambda *_: None, first[1].decode() if first else "2026-01-01T00:00:00.000Z"):
        for raw in mapped.events:
            event = NewEvent.read(raw)
            actor = event.actor_in("claude-code")
            out.append(Recorded(len(out), event.type, event.timestamp or "", actor, event.span_id, event.payload))
    return out


def _claims(analysis: Analysis) -> bool:
    return any(label in CLAIM_LABELS for label in analysis.labels)
