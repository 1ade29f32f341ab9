"""Dead letters in the journal: what waits in a queue that no function reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.sqs.models import sqs_backends

from local.engine import Engine
from local.journal_file import Entry
from local.template import ACCOUNT


class Letters:
    """Knows which letters are written down. Use it under the engine's lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        functions = engine.template.functions()
        read = {str(event.properties["Queue"]) for each in functions for event in each.events if event.kind == "SQS"}
        queues = engine.template.resources("AWS::SQS::Queue")
        self._queues = [queue.name for queue in queues if queue.arn not in read]
        self._written: dict[str, tuple[str, str]] = {}

    def changes(self) -> Iterator[Entry]:
        """Entries of what came and went since the last look."""
        waiting = self._waiting()
        # In this order: after a restart a letter has another id, and is not to be lost in between.
        for letter in waiting.keys() - self._written.keys():
            yield _entry(letter, *waiting[letter])
        for letter in self._written.keys() - waiting.keys():
            yield {"l": letter, "gone": True}, b""
        self._written = waiting

    def state(self) -> Iterator[Entry]:
        """Entries of all that wait."""
        yield from (_entry(letter, *each) for letter, each in self._waiting().items())

    def read(self, meta: dict[str, Any], raw: bytes) -> None:
        """Take up an entry."""
        if meta.get("gone"):
            self._written.pop(meta["l"], None)
        else:
            self._written[meta["l"]] = (meta["to"], raw.decode())

    def restore(self) -> Iterator[Entry]:
        """Put the letters that were read into their queues. They have other ids there: entries that say so."""
        sqs = self._engine.client("sqs")
        for queue, body in self._written.values():
            if queue in self._queues:  # the template still has it
                sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"], MessageBody=body)
        yield from self.changes()

    def _waiting(self) -> dict[str, tuple[str, str]]:
        queues = sqs_backends[ACCOUNT][self._engine.template.region].queues
        return {message.id: (name, message.body) for name in self._queues for message in queues[name]._messages}


def _entry(letter: str, queue: str, body: str) -> Entry:
    return {"l": letter, "to": queue}, body.encode()
