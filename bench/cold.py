"""Cold starts: a fresh process imports one handler and answers one request.

The process has what a Lambda has: the packages of the deps layer and our code, compiled, and no more. DynamoDB is a
loopback server that repeats what the embedded engine said to the same request, in about half a millisecond a call.
"""

import marshal
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import cold_site
from bench.cold_replay import Replay, Script, record
from bench.machine import table
from bench.requests import TRACE, Sample, prepare, samples
from bench.rig import Refused, Rig, rig
from local.engine import CREDENTIALS

ROUNDS = 9
CHILD = Path(__file__).with_name("cold_child.py")


@dataclass(frozen=True)
class Case:
    """A handler, the event it gets, and what DynamoDB says meanwhile."""

    name: str
    module: str
    event: dict[str, Any]
    script: Script


@dataclass(frozen=True)
class Taken:
    """Milliseconds of one run: of the import, of the first request, and of the processor for both."""

    imported: float
    answered: float
    cpu: float

    @property
    def total(self) -> float:
        """Import and first request."""
        return self.imported + self.answered


def main() -> None:
    """Print import and first request of each handler, and their ratio to the FastAPI handler's."""
    with rig() as running:
        cases = _cases(running)
        environment = dict(running.engine.environment)
    with tempfile.TemporaryDirectory(prefix="wakeline-bench-") as folder, Replay().running() as replay:
        runner = _Runner(Path(folder), environment, replay)
        for case in cases:
            runner.run(case)  # unmeasured: the files come into the page cache
        taken: dict[str, list[Taken]] = {case.name: [] for case in cases}
        for _ in range(ROUNDS):
            for case in cases:
                taken[case.name].append(runner.run(case))
    _print(cases, taken)


def _cases(running: Rig) -> list[Case]:
    doomed_key = prepare(running)
    plain = running.event("GET", f"/api/v1/traces/{TRACE}")
    # The FastAPI handler reads a trace as the real one does, so it hears the same answer.
    fastapi = record(running, plain)
    cases = [
        Case("bare def handler", "bench.cold_plain", plain, Script()),
        Case("bare FastAPI + Mangum + boto3", "bench.cold_fastapi", plain, fastapi),
    ]
    for sample in samples(running, doomed_key):
        module = running.engine.template.function(sample.name).handler.rpartition(".")[0]
        event = sample.event(running)
        try:
            cases.append(Case(_title(sample), module, event, record(running, event)))
        except Refused as refusal:
            print(f"not measured: {refusal}")
    return cases


def _title(sample: Sample) -> str:
    return f"{sample.name} ({sample.method})"


class _Runner:
    def __init__(self, folder: Path, environment: dict[str, str], replay: Replay) -> None:
        self._event, self._result = folder / "event", folder / "result"
        self._replay = replay
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.pathsep.join(cold_site.build(folder / "site")),
            "AWS_ENDPOINT_URL_DYNAMODB": replay.url,
            **CREDENTIALS,
            **environment,
        }

    def run(self, case: Case) -> Taken:
        """Run a case once, alone. Raises RuntimeError when the handler fails."""
        self._event.write_bytes(marshal.dumps(case.event))
        self._replay.play(case.script.answers)
        # -S: the site folder of this environment is not the Lambda's.
        command = [sys.executable, "-S", "-B", str(CHILD), case.module, str(self._event), str(self._result)]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{case.name}: {done.stderr[-2000:]}")
        imported, answered, used, status = marshal.loads(self._result.read_bytes())  # written by our child
        if status >= 400:
            raise RuntimeError(f"{case.name} answered {status}: {done.stdout[-2000:]}")
        return Taken(imported, answered, used)


def _print(cases: list[Case], taken: dict[str, list[Taken]]) -> None:
    rows = []
    yardstick = taken[cases[1].name]
    for case in cases:
        runs = taken[case.name]
        rows.append(
            (
                case.name,
                statistics.median(run.imported for run in runs),
                statistics.median(run.answered for run in runs),
                statistics.median(run.total for run in runs),
                statistics.median(run.total for run in runs) / statistics.median(run.total for run in yardstick),
                statistics.median(run.cpu for run in runs),
                statistics.median(run.cpu for run in runs) / statistics.median(run.cpu for run in yardstick),
            )
        )
    table(
        f"Cold start: fresh process, median of {ROUNDS}",
        ("handler", "import ms", "first request ms", "sum ms", "to FastAPI", "CPU ms", "to FastAPI"),
        rows,
        "The aim is a ratio of at most 250/315 = 0.79 for a typical endpoint. CPU time depends less on what else runs.",
    )
