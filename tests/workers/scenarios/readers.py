"""What the readers of the table's stream and the WebSockets meet."""

from typing import Any

from tests.endpoints.governing import Governed
from tests.factories import llm_call, message
from tests.workers.world import World, scenario

from .runs import DONE, MENDED, ended, incident


@scenario("ReadChanges")
def runs_that_end(world: World) -> None:
    """One with a cost that reaches a budget, one of another project, one that goes on after its end."""
    world.call("POST", "/api/budgets", {"name": "b", "amount": 5, "period": "daily"})
    ended(world, "trc_1", message("Deploy"), llm_call(cost_usd=6) | {"timestamp": "2026-03-21T10:00:00.000Z"})
    ended(world, "trc_2", project_id="proj_2")
    world.workspace.append("trc_2", [message("one more thing"), DONE])


@scenario("ReadChanges")
def what_is_counted_already(world: World) -> None:
    """One trace is deleted, of another an event is erased."""
    for trace_id in ("trc_1", "trc_2"):
        ended(world, trace_id, message("Deploy"), llm_call())
    world.read()
    world.call("DELETE", "/api/v1/traces/trc_1")
    event_id = world.call("GET", "/api/traces/trc_2/events").json["events"][0]["id"]
    world.call("PATCH", "/api/v1/traces/trc_2", {"erase": {"event_ids": [event_id]}})


@scenario("ReadChanges")
def transitions_of_other_items(world: World) -> None:
    """An incident, an approval, a policy, a fork, a regression run."""
    governed = Governed(world.workspace.stack, world.workspace).ready()
    assert governed.ask().status < 300
    incident_id = incident(world)
    world.call("POST", f"/api/incidents/{incident_id}/regression-runs", {"substitutions": [MENDED]})
    world.call("PATCH", f"/api/incidents/{incident_id}", {"status": "triaged"})
    fork_id = world.call("POST", "/api/v1/forks", {"trace_id": "trc_1", "span_id": "s1"}).json["id"]
    world.call("POST", f"/api/v1/forks/{fork_id}/replay", {"engine": "recorded"})


@scenario("ReadLive")
def clients_that_watch(world: World) -> None:
    """One sees everything, one its session, one has gone without a word."""
    for name, query in (("c1", {}), ("c2", {"session_id": ["trc_1"]}), ("c3", {})):
        answer = world.invoke("Connect", hello(world, name, **query))
        assert answer["statusCode"] == 200
    world.workers.gone.add("c3")
    world.clock.advance(minutes=1)  # one that is not there in its first seconds may be about to come
    for trace_id in ("trc_1", "trc_2"):
        world.workspace.trace(trace_id, [message(), DONE])


def hello(world: World, name: str, **query: Any) -> dict[str, Any]:
    """What API Gateway says of a client that opens /ws."""
    return {
        "requestContext": {"routeKey": "$connect", "connectionId": name, "requestId": "r-1", "identity": {}},
        "headers": {"Authorization": f"Bearer {world.workspace.reader}"},
        "multiValueQueryStringParameters": query or None,
    }


@scenario("Connect")
def a_client(world: World) -> Any:
    return hello(world, "c1", session_id=["trc_1"])


@scenario("Disconnect")
def a_client_that_leaves(world: World) -> Any:
    world.invoke("Connect", hello(world, "c1"))
    return {"requestContext": {"connectionId": "c1"}}


@scenario("Default")
def a_ping(_world: World) -> Any:
    return {"requestContext": {"connectionId": "c1"}, "body": "ping"}
