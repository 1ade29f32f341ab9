"""Kinds of failure as HTTP answers, in both forms."""

import json
import logging

import pytest

from wakeline.domain import errors
from wakeline.http.endpoint import endpoint
from wakeline.http.errors import answer

KINDS = [
    (errors.Malformed("m"), 400, "bad_request", "after_fix"),
    (errors.KeyReused("m"), 422, "validation_error", "after_fix"),
    (errors.Unauthenticated("m"), 401, "unauthorized", "after_fix"),
    (errors.Forbidden("m"), 403, "forbidden", "after_fix"),
    (errors.NotFound("m"), 404, "not_found", "after_fix"),
    (errors.Conflict("m"), 409, "conflict", "conditional"),
    (errors.Busy("m"), 409, "conflict", "backoff"),
    (errors.TooLarge("m"), 413, "payload_too_large", "after_fix"),
    (errors.UnsupportedMedia("m"), 415, "unsupported_media_type", "after_fix"),
    (errors.ExportTooLarge("m"), 413, "export_too_large", "after_fix"),
    (errors.Unavailable("m"), 503, "unavailable", "backoff"),
    (errors.BillingNotConfigured("m"), 503, "billing_not_configured", "after_fix"),
    (errors.RateLimited("m", retry_after=7), 429, "rate_limited", "backoff"),
]
PATHS = ["/api/v1/traces", "/api/traces", "/api/v1/sessions/s", "/artifacts/a"]


def said(error, path, flat=False):
    status, body, headers = answer(error, path, "req-1", flat=flat)
    return status, json.loads(body), headers


def test_every_kind_of_failure_is_in_the_table():
    def kinds(of):
        return {each for sub in of.__subclasses__() for each in {sub, *kinds(sub)}}

    own = {kind for kind in kinds(errors.WakelineError) if kind.__module__ == "wakeline.domain.errors"}
    assert own == {type(error) for error, *_ in KINDS} | {errors.Invalid}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("error", "status", "code", "retry"), KINDS, ids=lambda value: str(value))
def test_a_kind_has_one_status_code_and_advice(error, status, code, retry, path):
    expected = {"error": {"code": code, "message": "m", "retry": retry, "request_id": "req-1"}}
    assert said(error, path)[:2] == (status, expected)
    assert said(error, path, flat=True)[:2] == (status, {"error": "m"})


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/traces", 422, "validation_error"),
        ("/api/sessions/s", 422, "validation_error"),
        ("/api/v1/traces", 400, "validation_error"),
        ("/api/v1/api-keys", 400, "validation_error"),
        ("/api/v1/sessions", 400, "bad_request"),
        ("/api/v1/sessions/s", 400, "bad_request"),
        ("/api/v1/policy", 400, "bad_request"),
        ("/api/v1/sessionsandmore", 400, "validation_error"),
    ],
)
def test_what_fails_validation_is_answered_as_its_api_does(path, status, code):
    found, body, _ = said(errors.Invalid("name: too long", field="name"), path)
    assert (found, body["error"]["code"]) == (status, code)
    assert body["error"]["details"] == [{"field": "name", "message": "name: too long"}]


def test_details_stand_for_themselves():
    details = [{"field": "a", "message": "x"}, {"field": "b", "message": "y"}]
    assert said(errors.Invalid("a: x", field="a", details=details), "/api/x")[1]["error"]["details"] == details


def test_headers_go_with_some():
    assert said(errors.RateLimited("m", retry_after=7), "/api/x")[2] == {"Retry-After": "7"}
    assert said(errors.Unauthenticated("m"), "/api/x")[2] == {"WWW-Authenticate": "Bearer"}
    assert said(errors.NotFound("m"), "/api/x")[2] == {}


def test_a_subclass_is_answered_as_its_kind():
    class Worse(errors.Conflict):
        pass

    assert said(Worse("m"), "/api/x")[0] == 409


@pytest.mark.parametrize("error", [RuntimeError("table wl_secret"), KeyError("sk_live"), errors.WakelineError("odd")])
@pytest.mark.parametrize("flat", [False, True])
def test_an_unexpected_failure_says_nothing_of_its_inside(error, flat):
    status, body, headers = said(error, "/api/v1/traces", flat)
    assert status == 500
    assert headers == {}
    if flat:
        assert body == {"error": "an internal error occurred"}
    else:
        assert body["error"]["code"] == "internal_error"
        assert body["error"]["retry"] == "backoff"
        assert body["error"]["message"] == "an internal error occurred"
        assert "details" not in body["error"]


def failing(error):
    @endpoint("GET /api/v1/fails", scope="traces:read")
    def fail() -> None:
        raise error

    return fail


def test_an_unexpected_failure_is_logged_and_answered_with_the_request_id(ask, monkeypatch):
    logged = []
    monkeypatch.setattr(logging.Logger, "exception", lambda self, *said, **more: logged.append(more), raising=True)
    monkeypatch.setattr("wakeline.http.entry.logger", lambda: logging.getLogger("test"))
    answered = ask(failing(RuntimeError("inside")))
    assert answered.status == 500
    assert answered.headers["x-request-id"] == "req-1"
    assert "X-RateLimit-Limit" in answered.headers
    assert "inside" not in answered.text
    assert [more["extra"]["request_id"] for more in logged] == ["req-1"]


def test_an_answer_that_cannot_be_rendered_is_an_internal_error(ask):
    @endpoint("GET /api/v1/odd", scope=None)
    def get_odd() -> object:
        return {"it": object()}

    answered = ask(get_odd, key=None)
    assert (answered.status, answered.error["code"]) == (500, "internal_error")


def test_the_flat_form_is_for_callers_with_its_header(ask):
    answered = ask(failing(errors.NotFound("gone")), key=None, headers={"X-Retrace-Key": "wl_live_test"})
    assert (answered.status, answered.json) == (404, {"error": "gone"})


def test_every_answer_carries_the_request_id_and_the_safe_headers(ask):
    for answered in (ask(failing(errors.Conflict("x"))), ask(failing(errors.Conflict("x")), key=None)):
        assert answered.headers["x-request-id"] == "req-1"
        assert answered.headers["Access-Control-Allow-Origin"] == "*"
        assert answered.headers["Cache-Control"] == "no-store"
        assert answered.headers["X-Content-Type-Options"] == "nosniff"
