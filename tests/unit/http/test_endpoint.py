"""Where an endpoint's parameters come from, and what is said of those that do not fit."""

import base64
import gzip
import json
import random
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, Request, endpoint


class Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: str = "nobody"
    count: Annotated[int, Field(ge=0)] = 0
    parts: list[dict[str, int]] = Field(default_factory=list)


@endpoint("GET /api/v1/things/{thing_id}", "GET /api/things/{thing_id}", scope="traces:read")
def get_thing(
    caller: Caller,
    request: Request,
    thing_id: str,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
    from_: Annotated[str | None, Field(alias="from", max_length=10)] = None,
    exact: bool = False,
) -> dict[str, Any]:
    return {
        "who": caller.principal,
        "path": request.path,
        "thing_id": thing_id,
        "limit": limit,
        "from": from_,
        "exact": exact,
    }


@endpoint("GET /api/v1/needs", scope=None)
def needs_query(q: str) -> dict[str, Any]:
    return {"q": q}


@endpoint("POST /api/things", "POST /api/v1/things", scope="traces:write", status=201, max_body=1000)
def create_thing(body: Body) -> dict[str, Any]:
    return body.model_dump()


def get(ask, thing_id="t1", **said):
    path = f"/api/v1/things/{thing_id}"
    return ask(get_thing, path=path, path_parameters={"thing_id": thing_id}, **said)


def test_parameters_come_from_caller_request_path_and_query(ask):
    answer = get(ask, "a%20b", query={"limit": ["7"], "from": ["2026"], "exact": ["true"]})
    assert answer.status == 200
    assert answer.json == {
        "who": "key_1",
        "path": "/api/v1/things/a b",
        "thing_id": "a b",
        "limit": 7,
        "from": "2026",
        "exact": True,
    }


def test_absent_and_empty_parameters_have_their_defaults(ask):
    plain = get(ask).json
    assert (plain["limit"], plain["from"], plain["exact"]) == (20, None, False)
    assert get(ask, query={"limit": [""], "from": [""]}).json == plain


def test_the_last_of_a_repeated_parameter_counts(ask):
    assert get(ask, query={"limit": ["3", "4"]}).json["limit"] == 4
    assert get(ask, query={"limit": ["3", ""]}).json["limit"] == 20


def test_unknown_parameters_are_passed_over(ask):
    assert (
        get(ask, query={"utm_source": ["x"], "from_": ["y"], "caller": ["z"], "thing_id": ["w"]}).json == get(ask).json
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "abc"),
        ("limit", "1.5"),
        ("limit", "9" * 5000),
        ("limit", "\x00"),
        ("from", "x" * 11),
        ("exact", "maybe"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named_and_its_value_not_repeated(ask, name, value):
    answer = get(ask, query={name: [value]})
    assert answer.status == 400
    assert answer.error["code"] == "validation_error"
    assert answer.error["message"].startswith(f"{name}: ")
    assert answer.fields == [name]
    assert len(answer.text) < 400


def test_every_parameter_that_does_not_fit_is_named(ask):
    assert sorted(get(ask, query={"limit": ["0"], "exact": ["?"]}).fields) == ["exact", "limit"]


def test_a_missing_parameter_is_named(ask):
    answer = ask(needs_query, key=None)
    assert (answer.status, answer.fields) == (400, ["q"])


def test_a_body_is_read_and_checked(ask):
    answer = ask(create_thing, body={"name": "n", "count": 2, "parts": [{"a": 1}]})
    assert (answer.status, answer.json) == (201, {"name": "n", "count": 2, "parts": [{"a": 1}]})


@pytest.mark.parametrize("body", [None, b"", b"  \n", b"{}"])
def test_an_empty_body_is_an_empty_object(ask, body):
    assert ask(create_thing, body=body).json == {"name": "nobody", "count": 0, "parts": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"count": "1"}, "count"),
        ({"count": -1}, "count"),
        ({"count": 1.5}, "count"),
        ({"count": True}, "count"),
        ({"name": None}, "name"),
        ({"parts": [{"a": 1}, {"a": "b"}]}, "parts.1.a"),
        ({"parts": {}}, "parts"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_body_that_does_not_fit_names_the_field(ask, body, field):
    answer = ask(create_thing, body=body)
    assert (answer.status, answer.error["code"], answer.fields) == (422, "validation_error", [field])
    assert answer.error["message"].startswith(f"{field}: ")
    assert ask(create_thing, path="/api/v1/things", body=body).status == 400


def test_all_fields_that_do_not_fit_are_named_up_to_twenty(ask):
    assert ask(create_thing, body={"count": -1, "name": 3}).fields == ["name", "count"]
    assert len(ask(create_thing, body={"parts": [{"a": "b"}] * 30}).fields) == 20


@pytest.mark.parametrize("body", [b"[]", b"3", b'"text"', b"null", b"true", b"[{}]"])
def test_a_body_that_is_no_object_is_refused_in_our_own_words(ask, body):
    answer = ask(create_thing, body=body)
    assert (answer.status, answer.error["code"], answer.fields) == (422, "validation_error", ["body"])
    assert answer.error["message"] == "body: must be a JSON object"


@pytest.mark.parametrize(
    "body", [b"{", b"{'a': 1}", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": "\\ud800"}', b"\xff\xfe", b'{"a": "\xff"}']
)
def test_a_body_that_is_no_json_is_malformed(ask, body):
    answer = ask(create_thing, body=body)
    assert (answer.status, answer.error["code"]) == (400, "bad_request")
    assert "JSON" in answer.error["message"]


def test_a_body_nested_too_deep_is_refused(ask):
    deep: Any = 1
    for _ in range(70):
        deep = [deep]
    assert ask(create_thing, body={"parts": deep}).error["message"].startswith("body is nested")
    assert ask(create_thing, body=b"[" * 900).status in (400, 422)
    assert ask(create_thing, body=b'{"a":' * 150).status in (400, 422)


def test_a_body_over_the_endpoints_limit_is_too_large(ask):
    answer = ask(create_thing, body={"name": "x" * 1000})
    assert (answer.status, answer.error["code"]) == (413, "payload_too_large")


def test_a_reply_says_status_headers_and_type(ask):
    @endpoint("GET /api/v1/csv", scope=None)
    def get_csv() -> Reply:
        return Reply("a,b\n", 202, {"X-Total-Count": "1"}, "text/csv")

    answer = ask(get_csv, key=None)
    assert (answer.status, answer.text) == (202, "a,b\n")
    assert answer.headers["X-Total-Count"] == "1"
    assert answer.headers["Content-Type"] == "text/csv"


def test_an_answer_without_content_has_no_body_and_no_type(ask):
    @endpoint("DELETE /api/v1/things/{thing_id}", scope=None)
    def delete_thing(thing_id: str) -> Reply:
        return Reply(status=204)

    answer = ask(delete_thing, key=None, path_parameters={"thing_id": "t"})
    assert (answer.status, answer.text) == (204, "")
    assert "Content-Type" not in answer.headers


def test_models_and_bytes_are_answers_too(ask):
    @endpoint("GET /api/v1/model", scope=None)
    def get_model() -> Body:
        return Body(name="n")

    @endpoint("GET /api/v1/bytes", scope=None)
    def get_bytes() -> Reply:
        return Reply(b'{"made": "already"}')

    assert ask(get_model, key=None).json["name"] == "n"
    assert ask(get_bytes, key=None).json == {"made": "already"}


def long_text(text):
    @endpoint("GET /api/v1/long", scope=None)
    def get_long() -> dict[str, str]:
        return {"text": text}

    return get_long


def test_an_answer_that_is_too_long_for_a_lambda_goes_as_gzip(ask):
    assert not ask(long_text("x" * 6_000_000), key=None).headers.get("Content-Encoding")
    packed = ask(long_text("x" * 6_300_000), key=None, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(base64.b64decode(packed.text)))["text"]) == 6_300_000
    # Quotes grow when the runtime puts the body into its own JSON.
    assert ask(long_text('"' * 1_600_000), key=None).status == 413


def test_an_answer_that_is_too_long_whatever_one_does_says_so(ask):
    answer = ask(long_text("x" * 6_300_000), key=None)
    assert (answer.status, answer.error["code"]) == (413, "payload_too_large")
    assert "Accept-Encoding: gzip" in answer.error["message"]
    noise = random.Random(1).randbytes(5_000_000).hex()
    assert ask(long_text(noise), key=None, headers={"Accept-Encoding": "gzip"}).status == 413


def test_reads_and_writes_count_against_their_own_limit():
    assert not get_thing.writes
    assert create_thing.writes
    assert not endpoint("POST /api/v1/search", scope="traces:read")(needs_query.function).writes
    assert endpoint("DELETE /x", scope="traces:write")(needs_query.function).writes
