"""Workers on an engine: the changes of a real table's stream, and what bus and sockets are told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from local.dynamodb_dispatch import body_of
from local.engine import Engine
from local.functions import Functions
from local.stream_delivery import StreamDelivery
from local.stream_records import stream_record
from tests.factories import batch, make_trace, message
from wakeline import wiring
from wakeline.services import ledger


class Workers:
    """The table's changes, and a way to hand them to a function as Lambda would: filtered, in batches."""

    def __init__(self, engine: Engine, functions: Functions | None = None) -> None:
        self.engine, self.functions = engine, functions or Functions(engine.template)
        self.records: list[Any] = []
        self.bus: list[dict[str, Any]] = []
        self.posted: dict[str, list[bytes]] = {}
        self.gone: set[str] = set()

    def trace(self, trace_id: str, **facts: Any) -> None:
        assert wiring.ledger().create(make_trace(trace_id, **facts))

    def append(self, trace_id: str, *events: dict[str, Any]) -> None:
        sent = batch(*(events or (message("hello"),)))
        ledger.append(wiring.ledger(), wiring.env(), "ws_1", trace_id, sent)

    def wanted(self, name: str, after: int = 0) -> list[dict[str, Any]]:
        """The records so far, behind number `after`, that a function's filters let through."""
        function = self.functions.all[name]
        (event,) = function.events
        delivery = StreamDelivery(self.functions, function, event, lambda *_: None, lambda *_: None)
        for record in self.records[after:]:
            delivery.offer(record)
        return delivery.pending()

    def run(self, name: str, records: list[dict[str, Any]] | None = None) -> list[str]:
        """Invoke a worker; the sequence numbers it wants again."""
        given = self.wanted(name) if records is None else records
        answer = self.functions.invoke(self.functions.all[name], {"Records": given})
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


@contextmanager
def working(engine: Engine, functions: Functions | None = None) -> Iterator[Workers]:
    """The workers of an engine, on an empty store. Clients are there, but for those that a test says are gone."""
    engine.clear()
    made = Workers(engine, functions)
    engine.on_change(lambda table, old, new: made.records.append(stream_record(table, old, new, len(made.records) + 1)))

    def watch(service: str, operation: str, request: Any, _answer: Any) -> None:
        if (service, operation) == ("eventbridge", "PutEvents"):
            made.bus += json.loads(body_of(request))["Entries"]

    def post(operation: str, request: Any) -> tuple[int, dict[str, str], bytes]:
        connection = unquote(request.url.rsplit("/", 1)[-1])
        if connection in made.gone:
            return 410, {"x-amzn-errortype": "GoneException"}, b"{}"
        if operation == "PostToConnection":
            made.posted.setdefault(connection, []).append(body_of(request))
        return 200, {}, b""

    engine.after_call.append(watch)
    engine.sockets = post
    yield made
    engine.sockets = None
    engine.after_call.remove(watch)
    engine.on_change(None)  # type: ignore[arg-type]
