"""A run recorded, read, verified and analysed by functions in processes of their own, as Lambda runs them."""

from local import seeds
from tests.endpoints.failing import denied

KEY = seeds.ADMIN_KEY
EVENTS = [{**event, "idempotency_key": f"e{n}"} for n, event in enumerate(denied())]


def test_a_run_from_its_first_event_to_its_analysis(stack, emulated):
    made = stack.call("POST", "/api/traces", key=KEY, body={"id": "trc_real", "name": "Deploy"})
    assert made.status == 201, made.body
    assert stack.call("POST", "/api/traces", key=KEY, body={"id": "trc_real", "name": "Deploy"}).status == 200
    for _ in range(2):
        sent = stack.call("POST", "/api/traces/trc_real/events", key=KEY, body={"events": EVENTS})
        assert sent.json == {"accepted": len(EVENTS), "rejected": []}
    read = stack.call("GET", "/api/traces/trc_real/events", key=KEY)
    assert [event["type"] for event in read.json["events"]] == [event["type"] for event in EVENTS]
    proved = stack.call("GET", "/api/v1/traces/trc_real/verify", key=KEY).json
    assert (proved["valid"], proved["event_count"]) == (True, len(EVENTS))
    listed = stack.call("GET", "/api/v1/traces", key=KEY).json
    assert "trc_real" in str(listed)
    assert stack.call("GET", "/api/v1/traces/trc_real", key=seeds.OTHER_ADMIN_KEY).status == 404
    assert stack.call("GET", "/api/v1/traces/trc_real").status == 401

    worker = emulated.all["OnTraceCompleted"]
    detail = {"workspace_id": seeds.WORKSPACE, "trace_id": "trc_real"}
    emulated.invoke(worker, {"detail-type": "trace.completed", "source": "wakeline", "detail": detail})
    analysed = stack.call("GET", "/api/traces/trc_real/analysis", key=KEY)
    assert analysed.status == 200, analysed.body

    for name in emulated.pids:
        function = emulated.all[name]
        assert emulated.peak(function) < function.memory, name
