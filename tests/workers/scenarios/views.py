"""What is made of traces: linked commits, the search index, memories."""

from typing import Any

from tests.factories import message
from tests.workers.world import World, scenario
from wakeline.domain.commits import Commit

from .runs import DONE


@scenario("OnGitSyncRequested")
def commits_of_a_session(world: World) -> Any:
    change = {"type": "file_change", "payload": {"path": "/home/ann/shop/src/cart.py", "action": "modified"}}
    at = {"timestamp": "2026-03-21T10:00:00.000Z"}
    world.workspace.trace("trc_1", [change | at, DONE | at], repo="org/shop", branch="main")
    for sha in "abc":
        said: dict[str, Any] = {"message": "Mend it", "author": "Ann", "committed_at": "2026-03-21T10:01:00.000Z"}
        counts: dict[str, Any] = {"files": ("src/cart.py",), "insertions": 3, "deletions": 1}
        world.commits.append(
            Commit(sha=sha * 40, url=f"https://github.com/org/shop/commit/{sha * 40}", **said, **counts)
        )
    world.call("POST", "/api/git-sync", {"session_id": "trc_1"})
    return world.event("git_sync.requested")


@scenario("MergeSearch")
def a_tier_that_is_full(world: World) -> Any:
    for number in range(8):
        world.workspace.trace(f"trc_{number}", [message(f"hello {number}")])
        world.read()
    return {"detail": {"object": {"key": "search/ws_1/part_x.sqlite"}}}


@scenario("ForgetTrace")
def a_trace_that_was_deleted(world: World) -> Any:
    for trace_id in ("trc_1", "trc_2"):
        world.workspace.trace(trace_id, [message(f"hello {trace_id}")])
        world.call(
            "POST", "/api/v1/memory", {"key": f"k-{trace_id}", "value": "v", "scope": "session", "session_id": trace_id}
        )
        world.read()
    world.call("DELETE", "/api/v1/traces/trc_1")
    return world.event("trace.deleted")


@scenario("RememberTrace")
def a_session_with_memories(world: World) -> Any:
    world.call("POST", "/api/config", {"memory": {"from_traces": True}})
    world.workspace.trace("trc_1", [message("Always use tabs."), message("No, use pnpm.")])
    world.call("POST", "/api/v1/memory", {"key": "k", "value": "v", "scope": "session", "session_id": "trc_1"})
    world.workspace.append("trc_1", [DONE])
    return world.event("trace.completed")
