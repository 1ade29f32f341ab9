"""Watching over HTTP while others write: all see the same, nobody what is not theirs. (Larger: bench stream.)"""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from bench.live_clients import Seen, Target, post, run_all, watch_sse, watch_websocket
from bench.stream import many, verdict
from bench.workload import made_up
from local import seeds
from tests.e2e.conftest import serving

EVENTS, BATCH, WRITERS, CLIENTS = 320, 8, 8, 4


def target(url: str, key: str = seeds.PROJECT_KEY) -> Target:
    place = urlsplit(url)
    assert place.hostname
    assert place.port
    return Target(place.hostname, place.port, key)


def test_all_see_the_same_though_they_are_cut_off(tmp_path):
    with serving(tmp_path, "--no-sample") as url:
        _, _, seen = asyncio.run(many(target(url), EVENTS, BATCH, WRITERS, CLIENTS, drop=0.02, seconds=120))
    assert {name: fault for name, one in seen.items() if (fault := verdict(one, EVENTS))} == {}
    assert len({tuple(one.events) for one in seen.values()}) == 1
    assert sum(one.connections for one in seen.values()) > len(seen)


def _at_least(wanted: int) -> Callable[[Seen], bool]:
    return lambda seen: len(seen.events) >= wanted


def test_filters_let_nothing_else_through(tmp_path):
    with serving(tmp_path, "--no-sample") as url:
        mine, admin, other = (target(url, key) for key in (seeds.PROJECT_KEY, seeds.ADMIN_KEY, seeds.OTHER_ADMIN_KEY))
        watched: dict[str, Seen] = {}
        expected = {
            "project key": {"t-project"},
            "one session": {"t-second"},
            "another project": {"t-second"},
            "another workspace": {"t-other"},
            "all": {"t-project", "t-second"},
        }

        async def story() -> None:
            jobs = []
            for kind, watch in (("sse", watch_sse), ("ws", watch_websocket)):
                for name, who, query in (
                    ("project key", mine, {}),
                    ("one session", admin, {"session_id": "t-second"}),
                    ("another project", admin, {"project_id": "proj_second"}),
                    ("another workspace", other, {}),
                    ("all", admin, {}),
                ):
                    one = watched[f"{kind} {name}"] = Seen()
                    wanted = 20 * len(expected[name])
                    jobs.append(watch(who, one, {"after_seq": 0, **query}, _at_least(wanted), 0.0))
            await run_all([*jobs, *(write(*each) for each in writers)], 60)

        async def write(who: Target, trace: str, project: str) -> None:
            await post(who, "/api/traces", {"id": trace, "project_id": project})
            for at in range(0, 20, 5):
                await post(who, f"/api/traces/{trace}/events", {"events": made_up(at, 5)})

        writers = [
            (mine, "t-project", seeds.PROJECT),
            (admin, "t-second", "proj_second"),
            (other, "t-other", "proj_other"),
        ]
        asyncio.run(story())
    for name, one in watched.items():
        assert {trace for _, trace, _ in one.events} == expected[name.split(" ", 1)[1]], name


def test_whoever_may_not_is_refused(tmp_path):
    with serving(tmp_path, "--no-sample") as url:
        assert httpx.get(f"{url}/api/stream").status_code == 401

        async def knock(query: str) -> int:
            try:
                async with connect(f"ws://{url.removeprefix('http://')}/ws{query}"):
                    return 101
            except InvalidStatus as refused:
                return refused.response.status_code

        assert asyncio.run(knock("")) == 401
        assert asyncio.run(knock("?token=wl_live_nobody")) == 401
        assert asyncio.run(knock(f"?token={seeds.PROJECT_KEY}&project_id=proj_other")) == 404
        assert asyncio.run(knock(f"?token={seeds.PROJECT_KEY}")) == 101


def test_a_stack_ends_while_people_watch(tmp_path):
    headers = {"x-retrace-key": seeds.PROJECT_KEY}
    with httpx.Client(headers=headers) as client, serving(tmp_path, "--no-sample") as url:
        answer = client.send(client.build_request("GET", f"{url}/api/stream"), stream=True)
        assert next(answer.iter_text()).startswith("retry: 2000\n")
    # The server has ended in good order, and with it the stream that was open until then.
    answer.close()
