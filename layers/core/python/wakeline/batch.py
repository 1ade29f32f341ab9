"""The way into every worker that the table's stream starts: they share two readers of it (docs/decisions/030).

A worker says how a record is read and what is done with those that concern it, group by group. What fails is reported
by the first record it concerns: Lambda delivers from there again, and everything that was done before is found done.
"""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from wakeline.observability import logger

T = TypeVar("T")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def stream_entry(
    read: Callable[[dict[str, Any]], tuple[str, T] | None], act: Callable[[str, list[T]], Collection[int]]
) -> Handler:
    """The Lambda handler of a worker. `read` gives a record's group and content, or None for one that does not concern
    it.

    `act` handles one group and returns the places, within the list, of what is to be delivered again. When it raises,
    all of them are; the other groups go on.
    """

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        groups: dict[str, list[tuple[str, T]]] = {}
        again: list[str] = []
        for record in event["Records"]:
            number = record["dynamodb"]["SequenceNumber"]
            try:
                found = read(record)
            except Exception:
                logger().exception("a stream record cannot be read", extra={"sequence_number": number})
                again.append(number)
                continue
            if found is not None:
                groups.setdefault(found[0], []).append((number, found[1]))
        for group, held in groups.items():
            try:
                failed = act(group, [content for _, content in held])
            except Exception:
                logger().exception("stream records failed", extra={"group": group, "records": len(held)})
                failed = [0]
            again += [held[place][0] for place in failed]
        return _answer(again)

    return handler


def reader_entry(*workers: Handler, done: Callable[[list[dict[str, Any]]], None] | None = None) -> Handler:
    """The Lambda handler of several workers: each is given every record and takes those that concern it.

    One that fails stops no other, but what it wants delivered again comes to all: each finds its own done. `done` gets
    the records that are not delivered again; what it raises is logged and holds nothing up.
    """

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        answers = [worker(event, context) for worker in workers]
        again = [failure["itemIdentifier"] for answer in answers for failure in answer["batchItemFailures"]]
        if done is not None:
            end = min(map(int, again), default=None)
            try:
                done([each for each in event["Records"] if end is None or _number(each) < end])
            except Exception:
                logger().exception("records are worked off, and not counted")
        return _answer(again)

    return handler


def _number(record: dict[str, Any]) -> int:
    return int(record["dynamodb"]["SequenceNumber"])


def _answer(again: list[str]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": min(again, key=int)}] if again else []}
