"""The whole stack as a client of the API sees it: template, routes, Lambda handlers, the embedded engine beneath."""

import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any
from urllib.parse import urlencode

from local.engine import Engine
from local.functions import Functions
from local.gateway import Gateway
from tests.factories import batch
from wakeline import settings, wiring
from wakeline.domain.api_keys import ApiKey, digest_of
from wakeline.domain.caller import PROJECT_KEY_SCOPES
from wakeline.domain.ids import require_id
from wakeline.domain.trace import Trace, new_trace
from wakeline.services import ledger

_numbers = count(1)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; header names are lower-case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @cached_property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The `error` object of a failure."""
        return self.json["error"]


@dataclass
class Stack:
    """`call` sends a request through API Gateway's routing, as a proxy event, to the function the template names."""

    engine: Engine
    gateway: Gateway

    @classmethod
    def on(cls, engine: Engine) -> "Stack":
        return cls(engine, Gateway(engine.template, Functions(engine.template)))

    def call(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> Answer:
        """One request. `body` is sent as JSON unless it is bytes; `query` values that are None are left out.

        `from_=…` is the parameter `from`; a list gives the parameter several times.
        """
        sent = dict(headers or {})
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        given = {name.rstrip("_"): value for name, value in query.items() if value is not None}
        path, _, written = path.partition("?")
        asked = "&".join(filter(None, (written, urlencode(given, doseq=True))))
        answer = self.gateway.call(method, path, asked, list(sent.items()), body or b"")
        found = {name.lower(): value for name, value in answer.headers}
        return Answer(answer.status, found, answer.body)


@dataclass
class Workspace:
    """A workspace that no other test knows, with what tests put into it."""

    stack: Stack
    id: str

    @classmethod
    def fresh(cls, stack: Stack) -> "Workspace":
        return cls(stack, f"ws_test_{next(_numbers)}")

    def key(
        self,
        *scopes: str,
        project: str | None = None,
        plan: str | None = "unlimited",
        kind: Any = "key",
        expires_at: str | None = None,
    ) -> str:
        """The secret of a new API key, by default with a project key's scopes for the whole workspace."""
        number = next(_numbers)
        secret = f"wl_live_{number:043d}"
        key = ApiKey(
            id=f"key_{number}",
            workspace_id=self.id,
            project_id=project,
            name=None,
            scopes=scopes or PROJECT_KEY_SCOPES,
            plan=plan,
            kind=kind,
            prefix=secret[:12],
            created_at="2026-01-01T00:00:00.000Z",
            created_by="tests",
            expires_at=expires_at,
        )
        wiring.keys().put(digest_of(secret), key)
        return secret

    @cached_property
    def reader(self) -> str:
        """A key that may read."""
        return self.key("traces:read")

    @cached_property
    def writer(self) -> str:
        """A key that may write and not read."""
        return self.key("traces:write")

    def trace(self, trace_id: str | None = None, events: Iterable[dict[str, Any]] = (), **facts: Any) -> Trace:
        """A trace of these facts with these events, put into the store without the API. Returns HEAD after that."""
        said = {
            "project_id": "proj_1",
            "created_at": "2026-03-21T10:00:00.000Z",
            "created_by": "tests",
            "started_at": "2026-03-21T10:00:00.000Z",
            **facts,
        }
        trace = new_trace(self.id, require_id(trace_id or f"trc_{next(_numbers)}", "id"), **said)
        assert wiring.ledger().create(trace), f"{trace.id} exists"
        return self.append(trace.id, list(events)) if events else trace

    def append(self, trace_id: str, events: Sequence[dict[str, Any]], size: int = 500) -> Trace:
        """Append events in segments of `size`. Fails on an event that is rejected."""
        trace: Trace | None = None
        for at in range(0, len(events), size):
            part = batch(*events[at : at + size])
            appended = ledger.append(wiring.ledger(), wiring.env(), self.id, trace_id, part)
            assert appended.rejected == []
            trace = appended.trace
        assert trace is not None
        return trace

    def stored(self) -> dict[str, Any]:
        """What table and bucket hold of this workspace but its keys: to see that a request changed nothing."""
        mine = re.compile(rf"(?:[TCILA]|INC)#{re.escape(self.id)}(#|$)")
        with self.stack.engine.lock:
            partitions = self.stack.engine.tables()[settings.table_name()].items
            held: dict[str, Any] = {
                f"{pk.value} {sk.value}": item.to_json()
                for pk, items in partitions.items()
                if mine.match(pk.value)
                for sk, item in items.items()
            }
        objects = self.stack.engine.client("s3").list_objects_v2(Bucket=settings.bucket_name())
        return held | {each["Key"]: each["ETag"] for each in objects.get("Contents", []) if self.id in each["Key"]}


def within_a_minute(seconds: float = 3) -> None:
    """Wait, if the running minute ends in less than `seconds`: for what counts requests by the minute."""
    left = 60 - time.time() % 60
    if left < seconds:
        time.sleep(left)


def pages(fetch: Callable[[str | None], Answer], name: str) -> list[Any]:
    """Every item of a list, page by page; `fetch` takes a cursor. Fails on an answer but 200, or without end."""
    found: list[Any] = []
    cursor: str | None = None
    for _ in range(100):
        answer = fetch(cursor)
        assert answer.status == 200, answer.body
        found += answer.json[name]
        cursor = answer.json["next_cursor"]
        if cursor is None:
            return found
    raise AssertionError("a hundred pages and no end")
