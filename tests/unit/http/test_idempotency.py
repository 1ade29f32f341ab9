"""`Idempotency-Key`: done once, answered the same."""

import gzip
from typing import Any

import pytest
from pydantic import BaseModel

from wakeline import wiring
from wakeline.domain.errors import Conflict, Invalid
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.idempotency import MAX_KEPT

KEY = {"Idempotency-Key": "k1"}


class Body(BaseModel):
    n: int = 0


@pytest.fixture
def done():
    """What the endpoint did, in order."""
    return []


@pytest.fixture
def create(done):
    @endpoint("POST /api/v1/things", scope="traces:write", status=201)
    def create_thing(body: Body) -> dict[str, Any]:
        done.append(body.n)
        return {"n": body.n, "time": len(done)}

    return create_thing


def test_the_same_request_twice_is_done_once(ask, create, done):
    first, second = (ask(create, headers=KEY, body={"n": 1}) for _ in range(2))
    assert (first.status, first.json) == (second.status, second.json) == (201, {"n": 1, "time": 1})
    assert done == [1]
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Content-Type"] == "application/json"


def test_without_a_key_every_request_is_done(ask, create, done):
    for _ in range(2):
        ask(create, body={"n": 1})
    assert done == [1, 1]


def test_a_body_that_was_compressed_anew_is_the_same(ask, create, done):
    headers = KEY | {"Content-Encoding": "gzip"}
    first, second = (ask(create, headers=headers, body=gzip.compress(b'{"n": 1}', mtime=at)) for at in (1, 2))
    assert (first.json, second.json, done) == ({"n": 1, "time": 1}, first.json, [1])
    other = ask(create, headers=headers, body=gzip.compress(b'{"n": 2}', mtime=1))
    assert (other.status, done) == (422, [1])


def test_the_same_key_with_another_body_is_refused(ask, create, done):
    ask(create, headers=KEY, body={"n": 1})
    other = ask(create, path="/api/v1/things", headers=KEY, body={"n": 2})
    assert (other.status, other.fields) == (422, ["Idempotency-Key"])
    assert done == [1]


def test_the_same_key_with_another_body_is_422_under_api(ask, done):
    @endpoint("POST /api/things", scope="traces:write")
    def create_thing(body: Body) -> dict[str, Any]:
        return {}

    ask(create_thing, headers=KEY, body={"n": 1})
    assert ask(create_thing, headers=KEY, body={"n": 2}).status == 422


def test_a_key_belongs_to_its_caller_and_its_path(ask, create, done, keys):
    keys.add("other", "traces:write")
    keys.add("foreign", "traces:write", workspace_id="ws_2", id="key_1")
    for said in ({}, {"key": "other"}, {"key": "foreign"}, {"path": "/api/v1/things/2"}):
        assert ask(create, headers=KEY, body={"n": 1}, **said).status == 201
    assert done == [1, 1, 1, 1]


@pytest.mark.parametrize("key", ["", "x" * 257, "a\nb", "\x7f"])
def test_a_key_that_is_none_is_named(ask, create, done, key):
    answer = ask(create, headers={"Idempotency-Key": key}, body={})
    assert (answer.status, answer.fields, done) == (400, ["Idempotency-Key"], [])


def test_while_the_first_runs_the_second_is_a_conflict(ask, done):
    inner = []

    @endpoint("POST /api/things", scope="traces:write")
    def create_thing(body: Body) -> dict[str, Any]:
        done.append(body.n)
        if len(done) == 1:
            inner.append(ask(create_thing, headers=KEY, body={"n": 1}))
        return {}

    assert ask(create_thing, headers=KEY, body={"n": 1}).status == 200
    assert (inner[0].status, inner[0].error["code"]) == (409, "conflict")
    assert "still running" in inner[0].error["message"]
    assert done == [1]


@pytest.mark.parametrize("error", [Conflict("taken"), RuntimeError("broke")])
def test_a_request_that_fails_gives_its_key_back(ask, done, error):
    @endpoint("POST /api/things", scope="traces:write")
    def create_thing(body: Body) -> dict[str, Any]:
        done.append(body.n)
        if len(done) == 1:
            raise error
        return {"n": body.n}

    assert ask(create_thing, headers=KEY, body={"n": 1}).status in (409, 500)
    assert ask(create_thing, headers=KEY, body={"n": 2}).json == {"n": 2}


def test_a_body_that_does_not_fit_gives_its_key_back(ask, create, done):
    assert ask(create, headers=KEY, body={"n": "one"}).status == 400
    assert ask(create, headers=KEY, body={"n": 1}).status == 201


def test_an_answer_with_a_secret_is_not_kept(ask, answers, done):
    @endpoint("POST /api/things", scope="traces:write", status=201, remember=False)
    def create_key(body: Body) -> dict[str, Any]:
        done.append(body.n)
        return {"key": "wl_live_secret"}

    assert ask(create_key, headers=KEY, body={}).json == {"key": "wl_live_secret"}
    again = ask(create_key, headers=KEY, body={})
    assert (again.status, again.error["code"]) == (409, "conflict")
    assert "already done" in again.error["message"]
    assert done == [0]
    assert "wl_live_secret" not in str(answers.stored)


def test_what_is_stored_names_neither_caller_nor_key(ask, create, answers):
    ask(create, headers={"Idempotency-Key": "my-order-7"}, body={"n": 1})
    ((workspace, place),) = answers.stored
    assert workspace == "ws_1"
    assert "my-order-7" not in place


def test_a_claim_of_a_function_that_died_is_taken_over(ask, create, answers, clock, done):
    assert ask(create, headers=KEY, body={"n": 1}).status == 201
    ((place, claim),) = answers.stored.items()
    answers.stored[place] = {"digest": claim["digest"], "begun": claim["begun"]}
    clock.advance(seconds=30)
    assert ask(create, headers=KEY, body={"n": 1}).status == 409
    clock.advance(seconds=31)
    assert ask(create, headers=KEY, body={"n": 1}).status == 201
    assert done == [1, 1]


def test_an_answer_that_is_too_long_to_keep_is_given_and_not_kept(ask, answers, done):
    @endpoint("POST /api/things", scope="traces:write")
    def create_thing(body: Body) -> dict[str, Any]:
        done.append(body.n)
        return {"text": "x" * MAX_KEPT}

    assert len(ask(create_thing, headers=KEY, body={}).json["text"]) == MAX_KEPT
    assert ["body" in kept for kept in answers.stored.values()] == [False]
    assert ask(create_thing, headers=KEY, body={}).status == 200
    assert done == [0, 0]


def test_an_answer_without_content_is_repeated_without_content(ask, done):
    @endpoint("POST /api/things", scope="traces:write")
    def close_thing(body: Body) -> Reply:
        done.append(body.n)
        return Reply(status=204)

    for _ in range(2):
        answer = ask(close_thing, headers=KEY, body={})
        assert (answer.status, answer.text) == (204, "")
    assert done == [0]


def test_status_headers_and_type_of_the_first_answer_are_repeated(ask, done):
    @endpoint("POST /api/things", scope="traces:write")
    def export_thing(body: Body) -> Reply:
        done.append(body.n)
        return Reply("a,b\n", 202, {"X-Total-Count": "1"}, "text/csv")

    first, second = (ask(export_thing, headers=KEY, body={}) for _ in range(2))
    assert (second.status, second.text) == (first.status, first.text) == (202, "a,b\n")
    assert second.headers["X-Total-Count"] == "1"
    assert second.headers["Content-Type"] == "text/csv"


def test_only_posts_are_remembered(ask, answers, done):
    @endpoint("GET /api/v1/things", scope="traces:read")
    def get_things() -> dict[str, Any]:
        done.append(0)
        return {}

    for _ in range(2):
        ask(get_things, headers=KEY)
    assert (done, answers.stored) == ([0, 0], {})


def test_another_attempt_makes_the_same_ids(ask, done):
    """What the first one stored before it failed is so found, and not made again."""

    @endpoint("POST /api/things", scope="traces:write")
    def create_thing(body: Body) -> dict[str, Any]:
        done.append([wiring.env().new_id(kind) for kind in ("thg", "thg", "evt")])
        if len(done) == 1:
            raise RuntimeError("the store is gone")
        return {}

    assert ask(create_thing, headers=KEY, body={"n": 1}).status == 500
    assert ask(create_thing, headers=KEY, body={"n": 1}).status == 200
    first, again = done
    assert first[:2] == again[:2]
    assert first[0] != first[1]
    # An event is one of its attempt.
    assert first[2] != again[2]
    assert ask(create_thing, headers={"Idempotency-Key": "k2"}, body={"n": 1}).status == 200
    assert done[2][0] not in first


def test_another_body_under_a_key_that_failed_makes_other_ids(ask, done):
    @endpoint("POST /api/things", scope="traces:write")
    def create_thing(body: Body) -> dict[str, Any]:
        done.append(wiring.env().new_id("thg"))
        raise Invalid("no")

    ask(create_thing, headers=KEY, body={"n": 1})
    ask(create_thing, headers=KEY, body={"n": 2})
    assert done[0] != done[1]


def test_an_answer_that_cannot_be_kept_is_given(ask, create, answers, done, monkeypatch):
    """What was asked for is done: to say otherwise would be a lie."""

    def broken(*_: Any) -> None:
        raise RuntimeError("the store is gone")

    monkeypatch.setattr(answers, "finish", broken)
    assert ask(create, headers=KEY, body={"n": 1}).status == 201
    assert ask(create, headers=KEY, body={"n": 1}).error["retry"] == "backoff"
    assert done == [1]
