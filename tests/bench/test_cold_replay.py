"""What a cold start is measured with: the answers of every call that the request makes."""

from bench.cold_replay import record
from bench.requests import TRACE, prepare
from bench.rig import rig


def test_every_call_is_recorded():
    with rig() as running:
        prepare(running)
        script = record(running, running.event("GET", f"/api/v1/traces/{TRACE}"))
    assert {operation: len(answers) for operation, answers in script.answers.items()} == {
        "UpdateItem": 1,
        "GetItem": 1,
        "Query": 1,
    }
