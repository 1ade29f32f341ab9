"""Each function has the permissions that it uses: the calls it makes against the policies that the template gives it.

Every endpoint is asked as in the isolation matrix, workers get what follows from that, schedules run once; then workers
run in the scenarios of the faults, and functions in the states of states.py. A signed URL needs what its request would.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.signers import RequestSigner

from local import seeds
from local.dynamodb_dispatch import body_of as bytes_of
from local.engine import Engine
from local.functions import Functions
from local.stack import Stack as Running
from local.stack import run
from local.streaming import streams
from tests.endpoints.operations import operations
from tests.endpoints.planted import BODIES, HEADERS, NOBODYS, PLANTS, QUERY, body_of, kind_of, plant
from tests.endpoints.stack import Stack, Workspace
from tests.files import WEBM
from tests.local import states
from tests.local.watched import Alone, Watched
from tests.permissions import Need, Statement, allowed, needs, of_s3
from tests.workers import scenarios
from tests.workers.failing_runs import Run
from tests.workers.stage import working
from tests.workers.test_artifact_workers import announce, put
from tests.workers.world import SCENARIOS, World, world_of
from wakeline.adapters import aws
from wakeline.adapters.dynamodb import ledger, rollups
from wakeline.adapters.outgoing import courier

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
BILLING_SECRET, GITHUB_SECRET = "wakeline/billing", "wakeline/github"
PARAMETERS = seeds.parameters("unlimited") | {
    "BillingSecretName": BILLING_SECRET,
    "GithubSecretName": GITHUB_SECRET,
    "GithubSecrets": "wakeline",
    "FixModel": "anthropic.claude-x",
    "EmbeddingModel": states.EMBEDDING_MODEL,
}


@dataclass
class Recording:
    """What each function may do in one deployment, and what it needed there."""

    policies: dict[str, list[Statement]]
    needed: dict[str, set[Need]] = field(default_factory=lambda: defaultdict(set))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """While a test does something itself, from within."""
        before, Watched.streaming = Watched.streaming, None
        name, Watched.running.name = getattr(Watched.running, "name", None), None
        try:
            yield
        finally:
            Watched.streaming, Watched.running.name = before, name

    def note(self, found: Iterable[Need]) -> None:
        name = getattr(Watched.running, "name", None)
        if name is not None:
            self.needed[name].update(found)
        elif Watched.streaming is not None:
            # Beside a function that streams others run in threads of theirs; it asks these two services alone.
            alone = Watched.alone
            self.needed[Watched.streaming].update(
                each for each in found if alone or each.action.startswith(("dynamodb:", "s3:"))
            )


@contextmanager
def recording(engine: Engine, patch: pytest.MonkeyPatch) -> Iterator[tuple[Recording, list[World]]]:
    """Note every call to AWS, and every signed URL. Models answer; a world in the list says what else is to happen."""
    made, worlds = Recording(allowed(engine.template)), list[World]()
    arns = {each.name: each.arn for each in engine.template.resources("AWS::DynamoDB::Table")}
    models = {"Converse": scenarios.replays.bedrock, "InvokeModel": states.vector}
    sign = RequestSigner.generate_presigned_url

    def instead(service: str, operation: str, request: Any, carry_out: Any) -> Any:
        if worlds and worlds[-1].meanwhile is not None:
            when, where, act = worlds[-1].meanwhile
            if operation == when and where in request.url.encode() + bytes_of(request):
                worlds[-1].meanwhile = None
                with made.paused():
                    act()
        answer = models[operation](operation, request) if service == "bedrock-runtime" else carry_out()
        found = needs(service, operation, request, arns, answer[0] if answer else None)
        # A note of the audit log always fits its item (services/audit.py), however small we say items are.
        made.note(each for each in found if "/bodies/" not in each.resource or "wakeline:audit" not in each.resource)
        return answer

    def signed(signer: Any, request_dict: dict[str, Any], operation_name: str, **more: Any) -> Any:
        made.note(of_s3(operation_name, urlsplit(request_dict["url"])))
        return sign(signer, request_dict, operation_name, **more)

    patch.setattr(RequestSigner, "generate_presigned_url", signed)
    engine.client("secretsmanager").create_secret(Name=BILLING_SECRET, SecretString=json.dumps(states.BILLING))
    engine.client("secretsmanager").create_secret(Name=GITHUB_SECRET, SecretString="token")
    engine.instead = instead
    yield made, worlds
    engine.instead = None


@pytest.fixture(scope="module")
def recorded() -> list[Recording]:
    """Every endpoint as the matrix asks it, with what follows from that; then workers and endpoints in other states."""
    aws.client.cache_clear()
    with pytest.MonkeyPatch.context() as patch, run(TEMPLATE, parameters=PARAMETERS, made=Watched) as running:
        patch.setenv("STREAM_SECONDS", "0.05")
        patch.setenv("STREAM_POLL_MS", "10")
        patch.setenv("S3_PUBLIC_ENDPOINT", "http://127.0.0.1:9999")
        patch.setattr(courier, "post", lambda *_: 204)
        seeds.write_credentials(running.engine, "unlimited")
        with recording(running.engine, patch) as (first, _):
            _ask_everything(Stack(running.engine, running.gateway), running.functions)
            _upload(running)
            running.delivery.drain()
            for function in running.functions.all.values():
                if any(event.kind.startswith("Schedule") for event in function.events):
                    running.functions.invoke(function, {})
            running.delivery.drain()
    aws.client.cache_clear()
    with (
        pytest.MonkeyPatch.context() as patch,
        Engine.start(TEMPLATE, parameters=PARAMETERS) as engine,
        recording(engine, patch) as (second, worlds),
    ):
        # Every body is too large for its item.
        patch.setattr(ledger, "INLINE_BYTES", 1)
        patch.setattr(rollups, "INLINE_BYTES", 1)
        _meet_states(engine, worlds)
    aws.client.cache_clear()
    return [first, second]


def _meet_states(engine: Engine, worlds: list[World]) -> None:
    functions = Alone(engine.template)
    for worker, some in SCENARIOS.items():
        for prepare in some:
            with _world(engine, functions, worlds) as world:
                event = prepare(world)
                world.anew()
                Run(world, worker, event).deliver()
    for state in states.STATES:
        with _world(engine, functions, worlds) as world:
            state(world)


@contextmanager
def _world(engine: Engine, functions: Functions, worlds: list[World]) -> Iterator[World]:
    with (
        pytest.MonkeyPatch.context() as patch,
        working(engine, functions) as workers,
        world_of(workers, patch) as world,
    ):
        seeds.write_credentials(engine, "unlimited")
        worlds.append(world)
        yield world


def _upload(running: Running) -> None:
    """Two files by their signed URLs: one that is what was announced, one that is not."""
    for content in (WEBM, b"<html>".ljust(len(WEBM))):
        workspace = Workspace.fresh(Stack(running.engine, running.gateway))
        workspace.trace("trc_1")
        put(running, announce(workspace, digest=False), content)


def _ask_everything(stack: Stack, functions: Functions) -> None:
    by_handler = {each.handler: each for each in functions.all.values()}
    for operation in operations():
        workspace = Workspace.fresh(stack)
        within = re.findall(r"<(\w+)>", str(BODIES.get(operation.name)))
        ids: dict[str, str] = {}
        for name in (*operation.ids, *within):
            kind = kind_of(operation, name)
            if kind in PLANTS:
                ids[name] = plant(workspace, kind, ids)
        path = operation.path.replace("+}", "}").format_map(defaultdict(lambda: NOBODYS, ids))
        query = {name: QUERY.get(name, NOBODYS) for name in operation.required}
        query |= {name: ids[name] for name in operation.in_query if name in ids}
        module = operation.endpoint.function.__module__
        own = by_handler.get(f"{module}.handler") or next(
            each for each in functions.all.values() if streams(each) and operation.name in each.handler
        )
        key = workspace.key("admin", kind="service" if operation.endpoint.scope == "service" else "key")
        Watched.ran.add(own.logical_id)
        Watched.streaming = own.logical_id if streams(own) else None
        answer = stack.call(
            operation.method,
            path,
            key=key,
            body=None if operation.method == "GET" else body_of(operation, ids),
            headers=HEADERS.get(operation.name, {}),
            **query,
        )
        Watched.streaming = None
        assert answer.status < 500 or answer.status == 503, (str(operation), answer.body)


def test_no_permission_is_missing(recorded):
    missing = {
        f"{name}: {need.action} {need.resource.rpartition(':')[2]} {' '.join(need.keys)}"
        for each in recorded
        for name, needed in each.needed.items()
        for need in needed
        if not any(statement.allows(need) for statement in each.policies[name])
    }
    assert not missing, "\n".join(sorted(missing))


def test_every_function_ran(recorded):
    assert recorded[0].policies.keys() <= Watched.ran


def test_every_permission_is_used(recorded):
    def written(statement: Statement, action: str) -> str:
        resources = (resource.rpartition(":")[2].removeprefix("wakeline-") for resource in statement.resources)
        return f"{statement.owner}: {action} {' '.join(statement.keys or resources)}"

    given = {
        written(statement, action)
        for statements in recorded[1].policies.values()
        for statement in statements
        for action in statement.actions
    }
    used = {
        written(statement, need.action)
        for each in recorded
        for name, needed in each.needed.items()
        for need in needed
        for statement in each.policies[name]
        if statement.allows(need)
    }
    unused = given - used
    assert not unused, "\n".join(sorted(unused))


@pytest.mark.parametrize(
    ("action", "resource", "keys", "allowed"),
    [
        ("dynamodb:GetItem", "table/t", ("T#a#1", "C#a"), True),
        ("dynamodb:PutItem", "table/t", ("T#a#1",), False),
        ("dynamodb:GetItem", "table/t/index/by_time", ("T#a#1",), False),
        ("dynamodb:GetItem", "table/t", ("T#a#1", "K#a"), False),
    ],
)
def test_a_permission_that_is_missing_is_found(action, resource, keys, allowed):
    statement = Statement("Some", ("dynamodb:GetItem",), ("table/t",), ("T#*", "C#*"))
    assert statement.allows(Need(action, resource, keys)) is allowed
