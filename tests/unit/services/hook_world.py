"""What tests of hooks share: a ledger, a clock, and someone who sends hooks and pushes transcripts."""

import json
from typing import Any

from tests.checking import sound
from tests.fakes.env import Clock, fixed_env
from tests.fakes.ledger import MemoryLedger
from tests.unit.domain.claude_code.hook_samples import hook
from wakeline.domain.caller import Caller
from wakeline.services import hooks
from wakeline.services.push import Push, push

CALLER = Caller("ws_1", "proj_1", "key_1", "key", frozenset({"traces:write"}), "free")
SESSION = str(hook("Stop")["session_id"])


class World:
    """A ledger, a clock, and someone who sends hooks."""

    def __init__(self, store: Any = None) -> None:
        self.store = store or MemoryLedger()
        self.clock = Clock()
        self.env = fixed_env(self.clock)

    def send(self, name: str, caller: Caller = CALLER, **said: Any) -> Any:
        return hooks.record(self.store, self.env, caller, json.dumps(hook(name, **said)).encode())

    def push(self, *lines: dict[str, Any], **facts: Any) -> None:
        data = "".join(json.dumps(line) + "\n" for line in lines)
        pushed = push(self.store, self.env, lambda *_: None, CALLER, [Push(SESSION, data, facts)])
        assert (pushed.accepted, pushed.errors) == (1, [])

    def kinds(self) -> list[str]:
        return [event.type for event in sound(self.store, SESSION)[1]]
