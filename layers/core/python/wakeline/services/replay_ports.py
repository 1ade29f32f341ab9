"""What replaying needs of the outside: forks, language models, and runners of the caller's own."""

from collections.abc import Sequence
from typing import Protocol

from wakeline.domain.replay.engine import Converse, Said
from wakeline.domain.replay.fork import Fork, ForkRun
from wakeline.domain.replay.substitutions import Substitution


class ForkStore(Protocol):
    """Forks and their replays. Reads of one are strongly consistent."""

    def create(self, fork: Fork, substitutions: Sequence[Substitution]) -> None:
        """Store a new fork, with the substitutions that it was made with."""

    def get(self, workspace_id: str, fork_id: str) -> Fork | None:
        """One fork."""

    def page(
        self, workspace_id: str, project_id: str | None, trace_id: str | None, before: str | None, limit: int
    ) -> tuple[list[Fork], str | None]:
        """Forks of a project or a trace, newest first, older than the fork `before`; and the id to go on from."""

    def count(self, workspace_id: str, project_id: str | None, trace_id: str | None, most: int) -> tuple[int, bool]:
        """How many of those there are; False with it when more than `most` would have to be looked at."""

    def write(self, fork: Fork, read_version: int) -> bool:
        """Replace a fork if it still has the version that was read."""

    def draft(self, workspace_id: str, fork_id: str) -> tuple[Substitution, ...]:
        """The substitutions that a fork was made with."""

    def put_run(self, workspace_id: str, run: ForkRun) -> None:
        """Store what a replay is to do; the same one again changes nothing but the runner's secret."""

    def run(self, workspace_id: str, fork_id: str, digest: str) -> ForkRun | None:
        """What a replay is to do."""


class Models(Protocol):
    """Language models."""

    def converse(self, call: Converse) -> Said:
        """Ask once. Raises `EngineFailed` for what trying again in a while may mend, and what it may not."""


class Runners(Protocol):
    """Runners of the caller's own, reached by signed requests."""

    def send(self, url: str, secret: str, message_id: str, body: bytes) -> None:
        """Send a request signed by Standard Webhooks. Raises `EngineFailed` unless it is answered 2xx in time."""
