"""The API's description, OpenAPI 3.1, made of what the endpoints declare. No other function loads it."""

import inspect
import re
import sys
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict, get_args, get_origin, get_type_hints

import wakeline
from wakeline.services.export_ports import Download
from wakeline.services.stream import Reader

from .endpoint import Endpoint, Reply
from .examples import example_of
from .schemas import Schema, Schemas

_IN_PATH = re.compile(r"{(\w+)\+?}")
_ID = re.compile(r"(^|_)ids?$")
_FAILURES = (400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 429, 503)
_TITLES = {404: "There is no such thing in this workspace, or none that the key may see.", 429: "Too many requests."}


class ErrorDetail(TypedDict):
    """What is wrong with one field."""

    field: str | None
    message: str
    line: NotRequired[int]


class ErrorBody(TypedDict):
    """`retry` says what helps: `backoff`, `after_fix` (of the request), or `conditional` (look at the state first)."""

    code: str
    message: str
    retry: str
    request_id: str
    details: NotRequired[list[ErrorDetail]]


class Error(TypedDict):
    """How a request failed. OTLP's clients read `code` (of google.rpc.Code) and `message`."""

    error: ErrorBody
    code: NotRequired[int]
    message: NotRequired[str]


class FlatError(TypedDict):
    """How a request failed that came with `x-retrace-key`."""

    error: str


def openapi(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The description of these endpoints. Raises ValueError when two shapes have one name."""
    schemas = Schemas()
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        for number, route in enumerate(endpoint.routes):
            method, path = route.split(" ", 1)
            paths.setdefault(path.replace("+}", "}"), {})[method.lower()] = _operation(endpoint, number, path, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wakeline",
            "version": wakeline.__version__,
            "description": "A flight recorder for AI agents: what they did, as a record that proves itself.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        # As seen from where it is served, /api/openapi.json: API Gateway puts the stage before every path.
        "servers": [{"url": ".."}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, or a JWT of the console's issuer.",
                },
                "retraceKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "x-retrace-key",
                    "description": "An API key. Errors are then flat: `{error: message}`.",
                },
            },
            "responses": {str(status): _failure(status, schemas) for status in _FAILURES},
            "schemas": dict(sorted(schemas.components.items())),
        },
    }


def _operation(endpoint: Endpoint, number: int, path: str, schemas: Schemas) -> dict[str, Any]:
    function = endpoint.function
    name, noun = function.__name__, function.__module__.split(".")[-2]
    first_line = inspect.cleandoc(sys.modules[function.__module__].__doc__ or "").partition("\n\n")[0]
    summary = re.split(r"\s[—–-]\s", " ".join(first_line.split()), maxsplit=1)[-1]
    needs = f"Needs the scope `{endpoint.scope}`." if endpoint.scope else "Public."
    operation: dict[str, Any] = {
        "operationId": name if number == 0 else f"{name}_{number + 1}",
        "tags": [noun],
        "summary": summary[:1].upper() + summary[1:],
        "description": f"{inspect.getdoc(function) or ''}\n\n{needs}".strip(),
        "security": [{"bearer": []}, {"retraceKey": []}] if endpoint.scope else [],
    }
    parameters = _parameters(endpoint, path, schemas)
    if parameters:
        operation["parameters"] = parameters
    content = _taken(endpoint, schemas)
    if content:
        operation["requestBody"] = {"required": True, "content": content}
    operation["responses"] = _answers(endpoint, schemas) | _failures(endpoint, path, content, schemas)
    return operation


def _parameters(endpoint: Endpoint, path: str, schemas: Schemas) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _IN_PATH.findall(path)
    ]
    properties, required = schemas.fields(endpoint.query_model)
    for name, schema in properties.items():
        described = {"description": schema.pop("description")} if "description" in schema else {}
        found.append({"name": name, "in": "query", "required": name in required, **described, "schema": schema})
    if _takes_key(endpoint):
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and body again is answered as the first time, for 24 hours.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 256, "pattern": "^[ -~]+$"},
            }
        )
    return found


def _takes_key(endpoint: Endpoint) -> bool:
    return endpoint.routes[0].startswith("POST ") and endpoint.scope is not None and endpoint.remember


def _taken(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    body = get_type_hints(endpoint.function, include_extras=True).get("body")
    takes = endpoint.takes or ({"application/json": body} if body is not None else {})
    return {media: _media(schemas.of(hint), schemas) for media, hint in takes.items()}


def _answers(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    hint = get_type_hints(endpoint.function, include_extras=True).get("return", Any)
    if hint is Reply or get_origin(hint) is Reply:
        hint = next(iter(get_args(hint)), Any)
    if hint in (Download, Reader):
        hint = Any  # streams: what they send is not one JSON value of ours
    answers: dict[str, Any] = {}
    for status in (endpoint.status, *endpoint.also):
        answers[str(status)] = {"description": HTTPStatus(status).phrase}
        if status != 204 and status < 300:
            answers[str(status)]["content"] = {
                media: _media(schemas.of(hint), schemas) if "json" in media else {"schema": _text(media)}
                for media in endpoint.media
            }
    return answers


def _text(media: str) -> Schema:
    # The frames of an event stream are no one string.
    return {} if media == "text/event-stream" else {"type": "string"}


def _failures(endpoint: Endpoint, path: str, taken: dict[str, Any], schemas: Schemas) -> dict[str, Any]:
    """What follows from the form of an endpoint, and what it names. An id may always be of nothing that is there."""
    body = schemas.resolved(taken.get("application/json", {}).get("schema", {})).get("properties", {})
    asked = {*(field.alias or name for name, field in endpoint.query_model.model_fields.items()), *body}
    invalid = 400 if path.startswith("/api/v1/") or endpoint.failure else 422
    statuses = set(endpoint.errors)
    if endpoint.scope:
        statuses |= {401, 403, 429}
    if "{" in path or any(_ID.search(name) for name in asked):
        statuses |= {404}
    if taken:
        statuses |= {400, invalid, 413}
    if endpoint.query_model.model_fields or "{" in path:
        statuses |= {invalid}
    if not endpoint.routes[0].startswith("GET "):
        statuses |= {409, invalid}
    if _takes_key(endpoint):
        statuses |= {422}  # the key came with another body before
    if endpoint.failure:
        statuses |= {503}
    if len(endpoint.media) > 1 and endpoint.failure:
        # A protocol's failures come in the encoding of its answers.
        return {str(status): _failure(status, schemas, endpoint.media) for status in sorted(statuses)}
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)}


def _failure(status: int, schemas: Schemas, medias: tuple[str, ...] = ("application/json",)) -> dict[str, Any]:
    shape = {"anyOf": [schemas.of(Error), schemas.of(FlatError)]}
    return {
        "description": _TITLES.get(status, HTTPStatus(status).phrase),
        "content": {media: {"schema": shape if "json" in media else _text(media)} for media in medias},
    }


def _media(schema: Schema, schemas: Schemas) -> dict[str, Any]:
    if not schema or schema.get("format") == "binary":
        return {"schema": schema}
    return {"schema": schema, "example": example_of(schema, schemas.components)}
