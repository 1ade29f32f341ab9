"""The embedded AWS: moto in this process, one call at a time, with DynamoDB made fast and its costs counted.

    with Engine.start(Path("template.yaml")) as engine:
        engine.client("dynamodb").get_item(...)     # or any botocore client made anywhere in the process

Creates the template's resources and sets the environment its functions would see; both are gone when the block ends.
Every call into moto holds one lock: moto is not atomic under threads, where AWS serialises writes per item.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse
from moto.core.models import botocore_stubber
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table
from moto.s3.models import s3_backends
from werkzeug.exceptions import HTTPException

from local import dynamodb_dispatch, dynamodb_model, resources
from local.capacity import Call, record, record_calls, recording
from local.direct_calls import ANSWERED, direct_calls, own
from local.metering import Meter
from local.template import ACCOUNT, REGION, Template, load

__all__ = ["Engine", "record_calls"]

Answer = tuple[int, Mapping[str, str], bytes | str]
# (service as in event names, operation, request, answer) after each call, under the lock.
AfterCall = Callable[[str, str, AWSPreparedRequest, Answer], None]
# (service, operation, request, what carries it out) instead of each call, under the lock; may raise.
Instead = Callable[[str, str, AWSPreparedRequest, Callable[[], Answer | None]], Answer | None]

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIALOCALWAKELINE000",
    "AWS_SECRET_ACCESS_KEY": "local",  # signs nothing that leaves this process
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_SOCKETS = "apigatewaymanagementapi"
_MODELS = "bedrock-runtime"
_NO_MODEL: Answer = (404, {"x-amzn-errortype": "ResourceNotFoundException", "content-type": "application/json"}, b"{}")
# Services as botocore's variables call them.
_ENDPOINT_NAMES = {"dynamodb": "DYNAMODB", "dynamodbstreams": "DYNAMODB_STREAMS", "s3": "S3"}
_SECRETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")

# Clients outlast an engine: they hold nothing of it, and making one costs more than starting an engine does.
_session = botocore.session.Session()
_clients: dict[tuple[str, str, str | None], Any] = {}


class Engine:
    """One running embedded AWS. Made by `start`; there can be one per process at a time."""

    active: Engine | None = None

    def __init__(self, template: Template, endpoints: Mapping[str, str]) -> None:
        self.template = template
        # Where services are that this engine leaves to another one: service as in event names, URL.
        self.endpoints = endpoints
        self.lock = threading.RLock()
        self.environment: dict[str, str] = {}
        # Whether the hot calls of clients may go without HTTP.
        self.direct = True
        self.after_call: list[AfterCall] = []
        # Stands between the product and every call: lets it through, changes its answer, or fails it.
        self.instead: Instead | None = None
        # Answers calls of API Gateway's management API, which moto has no clients for.
        self.sockets: Callable[[str, AWSPreparedRequest], Answer] | None = None
        # The same for a message to a client, without HTTP: connection, message; whether it was taken.
        self.post: Callable[[str, bytes], bool] | None = None

    @classmethod
    @contextmanager
    def start(
        cls,
        template: Path | Template,
        *,
        parameters: Mapping[str, str] | None = None,
        dynamodb_endpoint: str | None = None,
        s3_endpoint: str | None = None,
    ) -> Iterator[Engine]:
        """Run the embedded AWS with a template's resources until the block ends.

        `parameters` override the template's; `dynamodb_endpoint` and `s3_endpoint` send these services' calls to that
        URL instead. Raises RuntimeError when one is already running, UnreviewedMoto when moto is not the one this was
        written for.
        """
        if cls.active is not None:
            raise RuntimeError("an engine is already running in this process")
        given = {"dynamodb": dynamodb_endpoint, "dynamodbstreams": dynamodb_endpoint, "s3": s3_endpoint}
        endpoints = {service: url for service, url in given.items() if url}
        engine = cls(load(template, parameters) if isinstance(template, Path) else template, endpoints)
        variables = dict(CREDENTIALS)
        if endpoints:
            # It may be the real one: then the caller's own credentials and region are what it wants.
            region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or REGION
            engine.template.region = region
            variables |= {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
            if "AWS_ACCESS_KEY_ID" in os.environ or "AWS_PROFILE" in os.environ:
                variables = {name: value for name, value in variables.items() if name not in _SECRETS}
            variables |= {f"AWS_ENDPOINT_URL_{_ENDPOINT_NAMES[service]}": url for service, url in endpoints.items()}
        dynamodb_model.install()
        mock = mock_aws(config={"core": {"mock_credentials": False, "reset_boto3_session": True}})
        with _environment(variables), _patched_stubber(engine), direct_calls(engine.call):
            mock.start()
            cls.active = engine
            try:
                resources.create(engine.template, engine.client)
                # Only now: a key's id exists once the key does.
                engine.environment = engine.template.environment()
                with _environment(engine.environment):
                    yield engine
            finally:
                cls.active = None
                dynamodb_model.MODEL.listener = None
                mock.stop()
                dynamodb_model.uninstall()

    def client(self, service: str) -> Any:
        """A botocore client on this engine, made once per process."""
        with self.lock:
            key = (service, self.template.region, self.endpoints.get(service))
            if key not in _clients:
                config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0})
                _clients[key] = _session.create_client(service, region_name=self.template.region, config=config)
            return _clients[key]

    def call(self, service: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any] | None:
        """Answer a client's call without HTTP, alone; None where it has to go through `perform`."""
        if not self.direct or self.instead is not None:
            return None
        if service == _SOCKETS and operation == "PostToConnection" and self.post is not None:
            return {} if self.post(parameters["ConnectionId"], parameters["Data"]) else None
        if service != "dynamodb" or service in self.endpoints or recording() or operation not in ANSWERED:
            return None
        with self.lock:
            said = dynamodb_dispatch.act(operation, own(parameters))
        return None if said is None else {name: said[name] for name in ANSWERED[operation] if name in said}

    def perform(self, service: str, operation: str, request: AWSPreparedRequest) -> Answer | None:
        """Carry out one AWS request, alone. None when it is not for the embedded engine."""
        if self.instead is not None:
            with self.lock:
                return self.instead(service, operation, request, lambda: self._carry_out(service, operation, request))
        return self._carry_out(service, operation, request)

    def _carry_out(self, service: str, operation: str, request: AWSPreparedRequest) -> Answer | None:
        if request.url.startswith(self.endpoints.get(service, "\0")):
            return None
        if service == _SOCKETS and self.sockets is not None:
            return self.sockets(operation, request)
        if service == _MODELS:
            return _NO_MODEL
        with self.lock:
            meter = _meter(operation, request) if service == "dynamodb" and recording() else None
            answer: Answer | None = dynamodb_dispatch.dispatch(operation, request) if service == "dynamodb" else None
            if answer is None:
                answer = _process_request(botocore_stubber, request)
            if answer is None:
                return None
            if recording():
                record(meter.call(answer[0]) if meter else Call(service, operation, "", 0.0, 0.0, answer[0]))
            for listener in self.after_call:
                listener(service, operation, request, answer)
            return answer

    def on_change(self, listener: Callable[[Table, Item | None, Item | None], None]) -> None:
        """Tell `listener` (table, old item, new item) of every committed change of a table, under the lock."""
        dynamodb_model.MODEL.listener = listener

    def tables(self) -> dict[str, Table]:
        """moto's tables by name; touch them under `lock` only."""
        tables: dict[str, Table] = dynamodb_backends[ACCOUNT][REGION].tables
        return tables

    def clear(self) -> None:
        """Empty every table and bucket, leaving them standing: a fresh store for the next test."""
        with self.lock:
            for table in self.tables().values():
                table.items.clear()
                dynamodb_model.MODEL.forget(table)
            for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
                bucket.keys.clear()


_process_request = BotocoreStubber.process_request


@contextmanager
def _patched_stubber(engine: Engine) -> Iterator[None]:
    """Route what botocore is about to send through `engine.perform`; the event name says which operation it is."""
    original = BotocoreStubber.__call__

    def call(self: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **_rest: Any) -> AWSResponse | None:
        if not self.enabled:
            return None
        _, service, operation = event_name.split(".", 2)
        answer = engine.perform(service, operation, request)
        if answer is None:
            return None
        status, headers, body = answer
        return AWSResponse(request.url, status, _headers(headers), MockRawResponse(body))

    BotocoreStubber.__call__ = call  # type: ignore[method-assign]
    try:
        yield
    finally:
        BotocoreStubber.__call__ = original  # type: ignore[method-assign]


def _headers(headers: Mapping[str, str]) -> HTTPHeaders:
    made = HTTPHeaders()
    for name, value in headers.items():
        made[name] = str(value)
    return made


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _meter(operation: str, request: AWSPreparedRequest) -> Meter | None:
    try:
        return Meter(operation, dynamodb_dispatch.body_of(request))
    except (HTTPException, KeyError):
        return None  # a request so wrong that it has no item to weigh; moto answers it
