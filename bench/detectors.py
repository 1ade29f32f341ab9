"""`python -m bench.detectors [folder]`: how well the detectors find failures, and the step that decided them.

A folder of files in the format of ../shared/data/failures. Labels and outcomes are read here and nowhere else; a
detector gets a run's steps. Files whose records bear `label` are failed runs: there the question is *where*. Files
whose records bear `outcome` 1 and 0: there the question is *whether*.
"""

import argparse
import json
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import detectors_terminal
from bench.detectors_adapter import PER_STEP, Recorded, events_of
from bench.detectors_score import SCORES, Guess, floors, score, wilson
from wakeline.domain.detectors import DETECTORS, analyse

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "failures"
LARGE = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 0 also where data is absent, with the reason."""
    parser = argparse.ArgumentParser(prog="python -m bench.detectors", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    folder: Path = parser.parse_args(arguments).folder
    files = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
    if not files:
        print(f"skipped: no *.jsonl in {folder}")
    for file in files:
        records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        labelled = [record for record in records if record.get("steps") and _has_step(record.get("label"))]
        judged = [record for record in records if record.get("steps") and record.get("outcome") is not None]
        if labelled:
            _where(file.stem, labelled)
        if any(record["outcome"] for record in judged):
            _whether(file.stem, judged)
    detectors_terminal.report(folder.parent / "claude-code" / "terminal-bench")
    _speed()
    return 0


def _has_step(label: Any) -> bool:
    return isinstance(label, dict) and isinstance(label.get("step"), int)


def _where(name: str, records: list[dict[str, Any]]) -> None:
    labels = [record["label"] for record in records]
    runs = [record["steps"] for record in records]
    guesses = [_guess(steps) for steps in runs]
    print(f"\n{name}: {len(records)} failed runs, hits in % [95 % Wilson interval]")
    print(f"  {'':26}" + "".join(f"{title:>20}" for title, _ in SCORES))
    rows = {"detectors": score(guesses, labels)}
    for half, title in ((0, "  even records only"), (1, "  odd records only")):
        if len(records) > 1:
            rows[title] = score(guesses[half::2], labels[half::2])
    for title, hits in rows.items():
        of = len(records) if title == "detectors" else len(records[int(title.startswith("  odd")) :: 2])
        print(f"  {title:26}" + "".join(f"{_share(one, of):>20}" for one in hits))
    for title, hits in floors(runs, labels).items():
        print(f"  {title:26}" + "".join(f"{_share(one, len(records)):>20}" for one in hits))


def _guess(steps: Sequence[dict[str, Any]]) -> Guess:
    # That the runs failed is the premise of the task, as in every published result on these files.
    analysis = analyse(events_of(steps), failed=True)
    seq = analysis.critical_step_seq
    return Guess(-1 if seq is None else seq // PER_STEP, analysis.critical_agent or "")


def _whether(name: str, records: list[dict[str, Any]]) -> None:
    found: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    of: Counter[bool] = Counter()
    for record in records:
        passed = float(record["outcome"]) >= 1.0
        labels = analyse(events_of(record["steps"])).labels
        of[passed] += 1
        found[passed].update([*labels, *(["any detector"] if labels else [])])
    print(f"\n{name}: {of[False]} failed and {of[True]} passed runs, flagged in % [95 % Wilson interval]")
    print(f"  {'':26}{'of the failed':>20}{'of the passed':>20}")
    for label in [*DETECTORS, "any detector"]:
        if found[False][label] or found[True][label]:
            print(f"  {label:26}{_share(found[False][label], of[False]):>20}{_share(found[True][label], of[True]):>20}")
    quiet = [label for label in DETECTORS if not found[False][label] and not found[True][label]]
    print(f"  never: {', '.join(quiet) or '–'}")


def _share(hits: float, of: int) -> str:
    low, high = wilson(hits, of)
    return f"{100 * hits / max(of, 1):5.1f} [{100 * low:4.1f}–{100 * high:5.1f}]"


def _speed() -> None:
    events = list(_large(LARGE))
    began, busy = time.perf_counter(), time.process_time()
    analyse(events)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    tracemalloc.start()
    analyse(events)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(
        f"\n{LARGE} events analysed in {seconds:.2f} s ({busy:.2f} s of processor time); "
        f"{peak / 2**20:.0f} MiB beside the events themselves"
    )


def _large(count: int) -> list[Recorded]:
    """A long run of one agent: a question, then calls with results, messages and model calls, one in 50 failing."""
    goal = {"content": "Mend the build. Do not delete the archive. 3 workers."}
    out = [Recorded(0, "user_message", "2026-01-01T00:00:00.000Z", {"name": "user", "type": "user"}, None, goal)]
    agent = {"name": "agent", "type": "agent"}
    for at in range(1, count):
        turn, part = divmod(at, 4)
        clock = f"2026-01-01T{turn // 3600 % 24:02d}:{turn // 60 % 60:02d}:{turn % 60:02d}.000Z"
        if part == 0:
            payload: dict[str, Any] = {"content": f"Step {turn}: I will look at src/module_{turn}.py next. " * 4}
            kind = "agent_message"
        elif part == 1:
            kind, payload = "llm_call", {"model": "m", "input_tokens": 900 + turn % 70, "output_tokens": 200}
        elif part == 2:
            kind = "tool_call"
            payload = {
                "tool_name": "Bash",
                "arguments": {"command": f"python3 -m pytest src/module_{turn}.py -k {turn}"},
            }
        else:
            kind, payload = "tool_result", {"result": f"line {turn} of /var/log/build-{turn}.log: ok\n" * 12}
            if turn % 50 == 0:
                payload["error"] = f"exit code 1: cannot open /srv/data/{turn}"
        out.append(Recorded(at, kind, clock, agent, f"s{turn}" if part > 1 else None, payload))
    return out


if __name__ == "__main__":
    sys.exit(main())
