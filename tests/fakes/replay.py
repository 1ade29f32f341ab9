"""Forks, tapes and regression runs in memory, and engines that answer as a test says."""

from collections.abc import Callable, Sequence

from wakeline.domain.replay.engine import Converse, EngineFailed, Said
from wakeline.domain.replay.fork import Fork, ForkRun
from wakeline.domain.replay.regression import RegressionRun
from wakeline.domain.replay.substitutions import Substitution
from wakeline.domain.tape import Tape


class MemoryForks:
    """The `ForkStore` port."""

    def __init__(self) -> None:
        self.forks: dict[tuple[str, str], Fork] = {}
        self.drafts: dict[tuple[str, str], tuple[Substitution, ...]] = {}
        self.runs: dict[tuple[str, str, str], ForkRun] = {}

    def create(self, fork: Fork, substitutions: Sequence[Substitution]) -> None:
        self.drafts[fork.workspace_id, fork.id] = tuple(substitutions)
        self.forks[fork.workspace_id, fork.id] = fork

    def get(self, workspace_id: str, fork_id: str) -> Fork | None:
        return self.forks.get((workspace_id, fork_id))

    def _fitting(self, workspace_id: str, project_id: str | None, trace_id: str | None) -> list[Fork]:
        mine = sorted((fork for (owner, _), fork in self.forks.items() if owner == workspace_id), key=lambda f: f.id)
        return [f for f in mine[::-1] if project_id in (None, f.project_id) and trace_id in (None, f.trace_id)]

    def page(
        self, workspace_id: str, project_id: str | None, trace_id: str | None, before: str | None, limit: int
    ) -> tuple[list[Fork], str | None]:
        fitting = [f for f in self._fitting(workspace_id, project_id, trace_id) if before is None or f.id < before]
        found = fitting[:limit]
        return found, found[-1].id if len(fitting) > limit else None

    def count(self, workspace_id: str, project_id: str | None, trace_id: str | None, most: int) -> tuple[int, bool]:
        every = self._fitting(workspace_id, None, None)
        if len(every) < most:
            return len(self._fitting(workspace_id, project_id, trace_id)), True
        looked_at = every[::-1][:most]
        fitting = set(self._fitting(workspace_id, project_id, trace_id))
        return sum(fork in fitting for fork in looked_at), False

    def write(self, fork: Fork, read_version: int) -> bool:
        stands = self.forks.get((fork.workspace_id, fork.id))
        if stands is None or stands.version != read_version:
            return False
        self.forks[fork.workspace_id, fork.id] = fork
        return True

    def draft(self, workspace_id: str, fork_id: str) -> tuple[Substitution, ...]:
        return self.drafts.get((workspace_id, fork_id), ())

    def put_run(self, workspace_id: str, run: ForkRun) -> None:
        self.runs[workspace_id, run.fork_id, run.digest] = run

    def run(self, workspace_id: str, fork_id: str, digest: str) -> ForkRun | None:
        return self.runs.get((workspace_id, fork_id, digest))


class SaidModels:
    """The `Models` port: answers are taken from a list, and an exception among them is raised."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.calls: list[Converse] = []

    def converse(self, call: Converse) -> Said:
        self.calls.append(call)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Said(answer, 7, 3, 120.0, "end_turn")


class NotedRunners:
    """The `Runners` port: keeps what was sent; fails with `reason` if there is one. `then` runs while it is sent."""

    def __init__(self, reason: str | None = None, then: Callable[[], object] | None = None) -> None:
        self.sent: list[tuple[str, str, str, bytes]] = []
        self.reason = reason
        self.then = then

    def send(self, url: str, secret: str, message_id: str, body: bytes) -> None:
        self.sent.append((url, secret, message_id, body))
        if self.then is not None:
            self.then()
        if self.reason is not None:
            raise EngineFailed(self.reason)


class MemoryTapes:
    """The `TapeStore` port."""

    def __init__(self) -> None:
        self.tapes: dict[str, Tape] = {}
        self.contents: dict[str, bytes] = {}

    def put(self, tape: Tape, content: bytes) -> None:
        self.contents[tape.slug] = content
        self.tapes[tape.slug] = tape

    def get(self, slug: str) -> Tape | None:
        return self.tapes.get(slug)

    def content(self, slug: str) -> bytes | None:
        return self.contents.get(slug)

    def url(self, slug: str, seconds: int) -> str:
        return f"https://bucket.example/tapes/{slug}?for={seconds}"

    def page(
        self, workspace_id: str, project_id: str | None, before: str | None, limit: int
    ) -> tuple[list[Tape], str | None]:
        mine = [
            (f"{tape.created_at}#{tape.slug}", tape)
            for tape in self.tapes.values()
            if tape.workspace_id == workspace_id and project_id in (None, tape.project_id)
        ]
        fitting = [
            (at, tape) for at, tape in sorted(mine, key=lambda one: one[0])[::-1] if before is None or at < before
        ]
        found = fitting[:limit]
        return [tape for _, tape in found], found[-1][0] if len(fitting) > limit else None

    def delete(self, tape: Tape) -> None:
        self.tapes.pop(tape.slug, None)
        self.contents.pop(tape.slug, None)


class MemoryRegressions:
    """The `RegressionStore` port."""

    def __init__(self) -> None:
        self.runs: dict[tuple[str, str, str], RegressionRun] = {}

    def put(self, run: RegressionRun, read_version: int | None = None) -> bool:
        place = run.workspace_id, run.incident_id, run.id
        stands = self.runs.get(place)
        if (None if stands is None else stands.version) != read_version:
            return False
        self.runs[place] = run
        return True

    def get(self, workspace_id: str, incident_id: str, run_id: str) -> RegressionRun | None:
        return self.runs.get((workspace_id, incident_id, run_id))

    def page(
        self, workspace_id: str, incident_id: str, before: str | None, limit: int
    ) -> tuple[list[RegressionRun], str | None]:
        fitting = sorted(
            (
                run
                for (workspace, incident, run_id), run in self.runs.items()
                if (workspace, incident) == (workspace_id, incident_id) and (before is None or run_id < before)
            ),
            key=lambda run: run.id,
        )[::-1]
        found = fitting[:limit]
        return found, found[-1].id if len(fitting) > limit else None
