"""The embedded stack put together: engine, functions, delivery, journal and gateway, from one template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

from local.delivery import Delivery
from local.engine import Engine
from local.functions import Functions
from local.gateway import Gateway
from local.journal import Journal
from local.stream_records import stream_record
from local.stream_source import StreamSource
from local.template import Template


@dataclass(frozen=True)
class Stack:
    """What runs. `journal` is there when the data is kept in a folder."""

    engine: Engine
    functions: Functions
    delivery: Delivery
    gateway: Gateway
    journal: Journal | None


@contextmanager
def run(
    template: Path,
    *,
    parameters: Mapping[str, str] | None = None,
    data: Path | None = None,
    dynamodb_endpoint: str | None = None,
    s3_endpoint: str | None = None,
    made: Callable[[Template], Functions] = Functions,
) -> Iterator[Stack]:
    """Run the stack of a template until the block ends; `data` is the folder that keeps what is stored.

    `made` runs the template's functions, for whoever wants to see each invocation.
    With `dynamodb_endpoint` the table lives there, and with `s3_endpoint` the buckets: `data` keeps neither. Changes of
    the table from now on are delivered; of files that come into such a bucket nobody hears.
    """
    with ExitStack() as closing:
        engine = closing.enter_context(
            Engine.start(template, parameters=parameters, dynamodb_endpoint=dynamodb_endpoint, s3_endpoint=s3_endpoint)
        )
        functions = made(engine.template)
        journal = Journal(data, engine) if data is not None else None
        delivery = Delivery(engine, functions, journal.acknowledge) if journal else Delivery(engine, functions)
        gateway = Gateway(engine.template, functions)
        engine.sockets, engine.post = gateway.websockets.manage, gateway.websockets.post
        if journal is not None:
            closing.callback(journal.stop)
            journal.start(delivery)
        elif delivery.streams:
            engine.on_change(_Numbered(delivery))
        closing.callback(delivery.stop)
        delivery.start()
        if dynamodb_endpoint:
            for table, arn in _streams(engine, delivery):
                source = StreamSource(
                    engine.client("dynamodb"), engine.client("dynamodbstreams"), table, arn, delivery.offer
                )
                closing.callback(source.stop)
                source.start()
        closing.callback(gateway.close)
        yield Stack(engine, functions, delivery, gateway, journal)


def _streams(engine: Engine, delivery: Delivery) -> list[tuple[str, str]]:
    """The tables whose streams have readers: name, and the stream's ARN as the template has it."""
    read = {stream.stream for stream in delivery.streams}
    tables = [table.name for table in engine.template.resources("AWS::DynamoDB::Table")]
    return [(table, arn) for table in tables for arn in read if f":table/{table}/stream/" in arn]


class _Numbered:
    """Numbers changes and hands them to the streams' readers; the journal does it where there is one."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery, self._sequence = delivery, 0

    def __call__(self, table: Table, old: Item | None, new: Item | None) -> None:
        self._sequence += 1
        record = stream_record(table, old, new, self._sequence)
        if record is not None:
            self._delivery.offer(record)
