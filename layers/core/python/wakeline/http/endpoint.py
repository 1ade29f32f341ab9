"""Endpoints: what a handler file declares, and how its function's parameters are read.

API Gateway has routed the request before a Lambda runs, so no router is needed here: an endpoint is a function, the
routes that lead to it and the scope it asks for. Its parameters say where they come from:

- `caller: Caller` — who is calling; `request: Request` — the request as it came;
- a name that stands in the path, `/api/traces/{trace_id}` — that part of the path;
- `body: SomeModel` — the JSON body, checked by that pydantic model;
- any other — a query parameter, checked by its annotation (`Annotated[int, Field(ge=1, le=100)] = 20`,
  `Field(alias="from")`).
"""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from typing_extensions import TypeVar

from wakeline.domain.caller import Caller
from wakeline.domain.canonical import read_json
from wakeline.domain.errors import Invalid

from .request import Request

MAX_BODY = 6 * 1024 * 1024
_LOST_PLUS = re.compile(r"^(\d{4}-\d\d-\d\d[Tt][\d:.]{5,20}) (\d\d:?\d\d)$", re.ASCII)
"""A time whose offset was sent with a bare `+`, which in a query is a space."""
_CHECKED_TEXT = re.compile(r"Value should have at most (\d+) items? after validation, not \d+")
_TOO_LONG = r"String should have at most \1 characters"
"""What pydantic says of a text that another check comes before, and what it says of any other text."""
_IN_PATH = re.compile(r"{(\w+)\+?}")

T = TypeVar("T", default=Any)


@dataclass(frozen=True)
class Reply(Generic[T]):
    """An answer that is more than a JSON body with the endpoint's status. `Reply[Shape]` says what the body is.

    `body` is sent as it is when it is str or bytes of UTF-8. With `remember=False` it is not kept for its
    `Idempotency-Key`: it is true for a while only, and doing it again is harmless.
    """

    body: T | str | bytes | None = None
    status: int = 200
    headers: dict[str, str] | None = None
    content_type: str = "application/json"
    remember: bool = True


@dataclass(frozen=True)
class Endpoint:
    """One operation. `routes` are `METHOD /path`; `scope` is None for a public one.

    `max_body` bounds the inflated body in bytes. With `remember=False` an answer is not kept for its `Idempotency-Key`,
    since it holds a secret. `failure` answers for what goes wrong, where a protocol has its own words for that.

    The rest is for the API's description (`http/openapi.py`), which takes the shapes of query, body and answer from the
    annotations (a TypedDict, a model, `Reply[Shape]`): `takes` are the bodies by media type where the function reads
    the request itself (`bytes` for any bytes), `media` the types of the answer, `also` the other statuses of success,
    `errors` the statuses of failure that do not follow from the form.
    """

    function: Callable[..., Any]
    routes: tuple[str, ...]
    scope: str | None
    status: int
    max_body: int
    remember: bool
    failure: Callable[[Exception, Request], Reply] | None = None
    takes: Mapping[str, Any] | None = None
    media: tuple[str, ...] = ("application/json",)
    also: tuple[int, ...] = ()
    errors: tuple[int, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether a request counts against the write limit. A search that is a POST does not."""
        return not self.routes[0].startswith("GET ") and not (self.scope or "").endswith(":read")

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.function, include_extras=True)

    @cached_property
    def _in_path(self) -> frozenset[str]:
        return frozenset(_IN_PATH.findall(" ".join(self.routes)))

    @cached_property
    def query_model(self) -> type[BaseModel]:
        """The query parameters as a model: built from the signature at the first request, or by the OpenAPI export."""
        fields: dict[str, Any] = {}
        for name, parameter in inspect.signature(self.function).parameters.items():
            hint = self._hints[name]
            if name in self._in_path or name == "body" or hint in (Caller, Request):
                continue
            default = ... if parameter.default is inspect.Parameter.empty else parameter.default
            fields[name] = (hint, default)
        return create_model("Query", __config__=ConfigDict(populate_by_name=False), **fields)

    def call(self, request: Request, caller: Caller | None) -> Reply:
        """Read the parameters, run the function, and make a reply of what it returns.

        Raises what the function raises; `Invalid`, `Malformed` and `TooLarge` for parameters that do not fit.
        """
        arguments: dict[str, Any] = {}
        for name, hint in self._hints.items():
            if name == "return":
                continue
            if hint is Caller:
                arguments[name] = caller
            elif hint is Request:
                arguments[name] = request
            elif name in self._in_path:
                arguments[name] = request.path_parameters.get(name, "")
            elif name == "body":
                arguments[name] = self._body(request, hint)
        arguments |= self._query(request)
        result = self.function(**arguments)
        return result if isinstance(result, Reply) else Reply(result, self.status)

    def _body(self, request: Request, model: type[BaseModel]) -> BaseModel:
        sent = request.body(self.max_body)
        value = read_json(sent) if sent.strip() else {}
        if not isinstance(value, dict):
            raise Invalid("body: must be a JSON object", field="body")
        try:
            return model.model_validate(value)
        except ValidationError as error:
            raise invalid(error) from error

    def _query(self, request: Request) -> dict[str, Any]:
        model = self.query_model
        if not model.model_fields:
            return {}
        # The last value of a repeated parameter counts; an empty one (`?author=`) is as good as absent.
        given = {
            name: _LOST_PLUS.sub(r"\1+\2", values[-1])
            for name, values in request.query.items()
            if values and values[-1] != ""
        }
        for name, value in given.items():
            if len(value) > 4096:
                raise Invalid(f"{name}: is over 4096 characters long", field=name[:64])
        try:
            read = model.model_validate(given)
        except ValidationError as error:
            raise invalid(error) from error
        return {name: getattr(read, name) for name in model.model_fields}


def endpoint(
    *routes: str,
    scope: str | None,
    status: int = 200,
    max_body: int = MAX_BODY,
    remember: bool = True,
    failure: Callable[[Exception, Request], Reply] | None = None,
    takes: Mapping[str, Any] | None = None,
    media: str | tuple[str, ...] = "application/json",
    also: tuple[int, ...] = (),
    errors: tuple[int, ...] = (),
) -> Callable[[Callable[..., Any]], Endpoint]:
    """Declare the function below as the operation behind `routes`, each `METHOD /path` as the template has it."""

    def declare(function: Callable[..., Any]) -> Endpoint:
        medias = (media,) if isinstance(media, str) else media
        return Endpoint(function, routes, scope, status, max_body, remember, failure, takes, medias, also, errors)

    return declare


def invalid(error: ValidationError) -> Invalid:
    """A pydantic error in our words: every field that does not fit is named, none of its values is repeated."""
    details = [
        {"field": ".".join(str(part) for part in each["loc"]), "message": _CHECKED_TEXT.sub(_TOO_LONG, each["msg"])}
        for each in error.errors(include_url=False, include_context=False, include_input=False)[:20]
    ]
    first = details[0]
    return Invalid(f"{first['field'] or 'body'}: {first['message']}", field=first["field"] or None, details=details)


__all__ = ["MAX_BODY", "Endpoint", "Reply", "Request", "endpoint", "invalid"]
