"""Who answers a replay beside the record: a language model, or a runner of the caller's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic_core import to_json

from wakeline.domain import times
from wakeline.domain.api_keys import PREFIX, SHOWN, ApiKey, digest_of
from wakeline.domain.env import Env
from wakeline.domain.events import Event
from wakeline.domain.replay import Cassette, Step, steps_of
from wakeline.domain.replay.conversation import conversation, parameters
from wakeline.domain.replay.engine import Converse, EngineFailed
from wakeline.domain.replay.fork import Fork, ForkRun
from wakeline.domain.replay.walk import fork_step
from wakeline.domain.trace import Trace

from .ports import KeyStore
from .replay_ports import Models, Runners

KEY_LIFE = timedelta(hours=1)
MAX_REQUEST = 10 * 1024 * 1024


def ask_models(models: Models, step: Step, request: dict[str, Any], model: str | None) -> dict[str, Any]:
    """Ask a language model what a step asks. Raises `EngineFailed`."""
    if model is None:
        raise EngineFailed(f"the record does not say which model {step.id} asked; substitute one")
    system, messages = conversation(request)
    said = models.converse(Converse(model, system, messages, parameters(step, request)))
    return {
        "output": said.text,
        "input_tokens": said.input_tokens,
        "output_tokens": said.output_tokens,
        "latency_ms": said.latency_ms,
        "stop_reason": said.stop_reason,
    }


@dataclass(frozen=True, slots=True)
class RunnerDispatch:
    """Sends a replay to the caller's runner, with a key that records for an hour, in the fork's project alone."""

    runners: Runners
    keys: KeyStore
    env: Env
    new_secret: Callable[[str], str]

    def __call__(self, fork: Fork, run: ForkRun, origin: Trace, events: Sequence[Event]) -> None:
        """Send it. The key is revoked when that fails. Raises `EngineFailed`."""
        if run.runner_url is None or run.runner_secret is None:
            raise EngineFailed("there is no runner_url to send the replay to")
        secret = self.new_secret(PREFIX)
        now = self.env.now()
        key = ApiKey(
            # A worker that is started again gives the same one out, anew.
            id=f"key_{fork.id.removeprefix('frk_')}_{fork.requests}",
            workspace_id=fork.workspace_id,
            project_id=fork.project_id,
            name=f"replay of {fork.id}",
            scopes=("traces:read", "traces:write"),
            plan=None,
            kind="key",
            prefix=secret[:SHOWN],
            created_at=times.render(now),
            created_by=run.requested_by,
            expires_at=times.render(now + KEY_LIFE),
        )
        body = to_json(self._request(fork, run, origin, events) | {"api_key": secret, "expires_at": key.expires_at})
        if len(body) > MAX_REQUEST:
            raise EngineFailed(f"the cassette is over {MAX_REQUEST // 1024**2} MB, too large for a runner")
        self.keys.put(digest_of(secret), key)
        try:
            self.runners.send(run.runner_url, run.runner_secret, f"{fork.id}.{fork.requests}", body)
        except BaseException:
            self.keys.revoke(fork.workspace_id, digest_of(secret), now)
            raise

    @staticmethod
    def _request(fork: Fork, run: ForkRun, origin: Trace, events: Sequence[Event]) -> dict[str, Any]:
        steps = steps_of(events)
        at = fork_step(steps, fork.span_id)
        return {
            "type": "fork.replay",
            "fork_id": fork.id,
            "trace_id": origin.id,
            "fork_trace_id": run.trace_id,
            "fork_point": {
                "span_id": fork.span_id,
                "index": fork.fork_point_index,
                "position": at.position if at else None,
            },
            "user_goal": origin.user_goal,
            "substitutions": [one.to_json() for one in run.substitutions],
            "cassette": Cassette(steps).to_json(),
        }
