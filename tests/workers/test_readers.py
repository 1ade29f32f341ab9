"""A reader of the stream runs its workers side by side: one that fails neither stops nor loses what the others do."""

from wakeline.batch import reader_entry, stream_entry


def record(number: int) -> dict:
    return {"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(number)}}


def worker(done: list, *bad: int):
    """A worker that fails on the records of these numbers, each a group of its own."""

    def act(group: str, _held: list[int]) -> tuple[int, ...]:
        if int(group) in bad:
            raise RuntimeError("no")
        done.append(int(group))
        return ()

    return stream_entry(lambda each: (each["dynamodb"]["SequenceNumber"], 0), act)


def test_each_worker_gets_every_record():
    first: list[int] = []
    second: list[int] = []
    read = reader_entry(worker(first), worker(second))
    assert read({"Records": [record(1), record(2)]}, None) == {"batchItemFailures": []}
    assert first == second == [1, 2]


def test_delivered_again_is_from_the_first_that_failed_for_any():
    first: list[int] = []
    second: list[int] = []
    read = reader_entry(worker(first, 10), worker(second, 9, 11))
    answer = read({"Records": [record(number) for number in (8, 9, 10, 11)]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "9"}]}
    assert (first, second) == ([8, 9, 11], [8, 10])


def test_done_are_those_that_do_not_come_again():
    told: list[list[str]] = []

    def done(records: list[dict]) -> None:
        told.append([each["dynamodb"]["SequenceNumber"] for each in records])
        raise RuntimeError("nobody counts")

    batch = {"Records": [record(number) for number in (8, 9, 10)]}
    assert reader_entry(worker([]), done=done)(batch, None) == {"batchItemFailures": []}
    assert reader_entry(worker([], 10), worker([], 9), done=done)(batch, None) == {
        "batchItemFailures": [{"itemIdentifier": "9"}]
    }
    assert told == [["8", "9", "10"], ["8"]]
