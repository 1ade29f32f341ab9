"""A ledger with a trace, stores of artifacts in memory, and calls that die."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from tests.factories import make_trace
from tests.fakes.artifacts import MemoryArtifacts, MemoryFiles
from tests.fakes.audit import audit_log
from tests.fakes.env import Clock, fixed_env
from tests.fakes.ledger import MemoryLedger
from tests.files import PNG
from wakeline.domain.artifacts.artifact import Artifact, wanted
from wakeline.domain.artifacts.media_types import media_type
from wakeline.domain.caller import Caller
from wakeline.services import artifacts, traces

CALLER = Caller("ws_1", None, "key_1", "key", frozenset({"admin"}), "free")
MEDIA = media_type("image/png")
DIGEST = sha256(PNG).hexdigest()


class Died(Exception):
    """The process is gone."""


@dataclass
class World:
    """A ledger with a trace, and the stores of artifacts."""

    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    files: MemoryFiles = field(default_factory=MemoryFiles)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.store = MemoryArtifacts(self.ledger)
        self.ledger.create(make_trace())
        self.env = fixed_env(self.clock)

    def create(self, content: bytes | None = PNG, artifact_id: str = "art_1", **said: Any) -> artifacts.Created:
        trace = traces.require(self.ledger, CALLER, "trc_1")
        facts: dict[str, Any] = {"size_bytes": len(PNG), "filename": "a.png", **said}
        announced = wanted(facts.pop("media", MEDIA), **facts)
        return artifacts.create(self.store, self.files, self.env, CALLER, trace, artifact_id, announced, content)

    def arrived(self, artifact: Artifact) -> Artifact | None:
        return artifacts.arrived(self.store, self.files, artifact.storage_path)

    def get(self, artifact_id: str = "art_1", caller: Caller = CALLER) -> Artifact:
        return artifacts.get(self.store, self.ledger, caller, artifact_id)

    def sweep(self, now: datetime) -> tuple[int, int]:
        failures: list[Exception] = []
        done = artifacts.sweep(self.store, self.files, now, lambda _, error: failures.append(error))
        assert failures == []
        return done

    def delete(self) -> None:
        def forget(trace):
            return artifacts.erase(self.store, self.files, trace.workspace_id, trace.id)

        traces.delete(self.ledger, self.env, audit_log(), CALLER, "trc_1", forget)


def dying(store: Any, name: str, when: str) -> None:
    """Make one call of a fake die, before or after it took effect."""
    real = getattr(store, name)

    def call(*given: Any) -> Any:
        if when == "after":
            real(*given)
        raise Died

    setattr(store, name, call)
