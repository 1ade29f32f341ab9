"""Each function has the permissions that it uses: the calls it makes against the policies that the template gives it.

Every endpoint is asked as in the isolation matrix, workers get what follows from that, schedules run once. What is
asked of DynamoDB and S3 is compared; of the other services each policy names one resource.
"""

import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from local import seeds
from local.functions import Functions
from local.stack import Stack as Running
from local.stack import run
from local.streaming import streams
from tests.endpoints.operations import operations
from tests.endpoints.planted import BODIES, HEADERS, NOBODYS, PLANTS, QUERY, body_of, kind_of, plant
from tests.endpoints.stack import Stack, Workspace
from tests.files import WEBM
from tests.permissions import Need, Statement, allowed, needs
from tests.workers.test_artifact_workers import announce, put
from wakeline.adapters import aws
from wakeline.adapters.outgoing import courier

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
Seen = dict[str, set[Need]]


NOT_RUN = {"Connect", "Default", "Disconnect"}
"""Functions of the WebSocket API (tests/realtime)."""

UNEXERCISED: dict[str, list[str]] = {
    "a body too large for its item, in S3": [
        "AppendPolicy: s3:DeleteObject bucket/bodies/*",
        "AppendPolicy: s3:PutObject bucket/bodies/*",
        "ErasePolicy: s3:DeleteObject bucket/bodies/*",
        "EraserPolicy: s3:DeleteObject bucket/bodies/*",
        "EraserPolicy: s3:PutObject bucket/bodies/*",
        "OnForkRequested: s3:DeleteObject bucket/bodies/*",
        "OnForkRequested: s3:PutObject bucket/bodies/*",
        "ReadChanges: s3:DeleteObject bucket/bodies/*",
        "ReadChanges: s3:PutObject bucket/bodies/*",
        "ReadPolicy: s3:GetObject bucket/bodies/*",
        "StatsPolicy: s3:GetObject bucket/bodies/*",
    ],
    "a file that a browser fetches or sends by a signed URL, or that is deleted": [
        "ArtifactPolicy: s3:DeleteObject bucket/artifacts/*",
        "FetchPolicy: s3:GetObject bucket/artifacts/*",
        "ForgetArtifactsPolicy: s3:DeleteObject bucket/artifacts/*",
    ],
    "another state of what is asked for": [
        "AuditPolicy: dynamodb:Query T#*#wakeline:audit",
        "DeleteTrace: dynamodb:GetItem PO#*",
        "ForgetArtifactsPolicy: dynamodb:GetItem A#*",
        "ForgetTrace: dynamodb:DeleteItem MEM#*",
        "LineagePolicy: dynamodb:UpdateItem L#*",
        "ListApprovals: dynamodb:BatchGetItem AP#*",
        "OnForkRecorded: dynamodb:PutItem FK#*",
        "OnForkRequested: dynamodb:PutItem K#* KEYS#*",
        "OnForkRequested: dynamodb:UpdateItem K#* KEYS#*",
        "OnGitSyncRequested: dynamodb:PutItem T#*",
        "OnRegressionRequested: dynamodb:PutItem INC#*",
        "OnRegressionRequested: dynamodb:PutItem T#*#wakeline:audit",
        "ReadChanges: dynamodb:DeleteItem MEM#*",
        "ReadChanges: dynamodb:DeleteItem R#* RS#* RG#* BU#* CF#* T#*",
        "RememberTrace: dynamodb:DeleteItem MEM#*",
        "RememberTrace: dynamodb:GetItem MEM#*",
        "RememberTrace: dynamodb:PutItem MEM#*",
        "SaveConfig: dynamodb:PutItem CF#*",
        "SweepRetention: dynamodb:GetItem PO#* CF#*",
    ],
    "plans that were bought": [
        "BillingPolicy: dynamodb:GetItem BILL#*",
        "ReceiveBillingWebhook: dynamodb:PutItem BILL#*",
    ],
    "a WebSocket client": [
        "Connect: dynamodb:PutItem WS#* CN#*",
        "Disconnect: dynamodb:DeleteItem WS#* CN#*",
        "Disconnect: dynamodb:GetItem WS#* CN#*",
        "ReadLive: dynamodb:DeleteItem WS#* CN#*",
        "ReadLive: dynamodb:GetItem WS#* CN#*",
        "ReadLive: dynamodb:UpdateItem WS#* CN#*",
    ],
    "a tape is tagged, by a header of PutObject": [
        "CreateTape: s3:PutObjectTagging bucket/tapes/*",
    ],
    "S3 asks for it to answer 404, not 403": [
        "EndUploadPolicy: s3:ListBucket bucket",
        "GetTape: s3:ListBucket bucket",
        "KeepIndexPolicy: s3:ListBucket bucket",
        "ReadIndexPolicy: s3:ListBucket bucket",
        "ReadPolicy: s3:ListBucket bucket",
    ],
    "an index that was built before": [
        "KeepIndexPolicy: s3:DeleteObject bucket/search/*",
        "KeepIndexPolicy: s3:GetObject bucket/search/*",
        "ReadIndexPolicy: dynamodb:BatchGetItem T#*",
        "ReadIndexPolicy: s3:GetObject bucket/search/*",
        "ReadMemoriesPolicy: dynamodb:BatchGetItem T#*",
    ],
    "a request with Idempotency-Key": [
        "OncePolicy: dynamodb:DeleteItem I#*",
        "OncePolicy: dynamodb:UpdateItem I#*",
    ],
    "digests and proofs of hours that are over": [
        "ProofPolicy: dynamodb:BatchGetItem DG#* E#*",
        "SealDigests: s3:GetObject evidencebucket/digests/* evidencebucket/leaves/*",
        "VerifyTrace: s3:GetObjectVersion evidencebucket/digests/*",
        "VerifyTrace: s3:ListBucketVersions evidencebucket",
    ],
}
"""Permissions that none of these requests needs, by what does (tests of endpoints and workers)."""


class Watched(Functions):
    """Functions that say which of them runs: in this thread, or, of one that streams, in the threads it makes."""

    ran: ClassVar[set[str]] = set()
    running = threading.local()
    streaming: str | None = None

    def invoke(self, function: Any, event: Any, request_id: str | None = None) -> Any:
        self.ran.add(function.logical_id)
        self.running.name = function.logical_id
        try:
            return super().invoke(function, event, request_id)
        finally:
            self.running.name = None


@pytest.fixture(scope="module")
def policies() -> dict[str, list[Statement]]:
    return {}


@pytest.fixture(scope="module")
def seen(policies: dict[str, list[Statement]]) -> Iterator[Seen]:
    """What each function needed."""
    aws.client.cache_clear()
    found: Seen = defaultdict(set)
    with (
        pytest.MonkeyPatch.context() as patch,
        run(TEMPLATE, parameters=seeds.parameters("unlimited"), made=Watched) as running,
    ):
        patch.setenv("STREAM_SECONDS", "0.05")
        patch.setenv("STREAM_POLL_MS", "10")
        patch.setenv("S3_PUBLIC_ENDPOINT", "http://127.0.0.1:9999")
        patch.setattr(courier, "post", lambda *_: 204)
        seeds.write_credentials(running.engine, "unlimited")
        running.engine.direct = False
        arns = {each.name: each.arn for each in running.engine.template.resources("AWS::DynamoDB::Table")}
        policies |= allowed(running.engine.template)

        def note(service: str, operation: str, request: Any, _answer: Any) -> None:
            name = getattr(Watched.running, "name", None) or Watched.streaming
            if name is not None:
                found[name].update(needs(service, operation, request, arns))

        running.engine.after_call.append(note)
        _ask_everything(Stack(running.engine, running.gateway), running.functions)
        _upload(running)
        running.delivery.drain()
        for function in running.functions.all.values():
            if any(event.kind.startswith("Schedule") for event in function.events):
                running.functions.invoke(function, {})
        running.delivery.drain()
        yield found
    aws.client.cache_clear()


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


def test_no_permission_is_missing(seen, policies):
    missing = {
        f"{name}: {need.action} {need.resource.rpartition(':')[2]} {' '.join(need.keys)}"
        for name, needed in seen.items()
        for need in needed
        if not any(statement.allows(need) for statement in policies[name])
    }
    assert not missing, "\n".join(sorted(missing))


def test_every_function_ran(seen, policies):
    assert policies.keys() - Watched.ran <= NOT_RUN


def test_every_permission_is_used(seen, policies):
    def written(statement: Statement, action: str) -> str:
        resources = (resource.rpartition(":")[2].removeprefix("wakeline-") for resource in statement.resources)
        return f"{statement.owner}: {action} {' '.join(statement.keys or resources)}"

    given = {
        written(statement, action)
        for statements in policies.values()
        for statement in statements
        for action in statement.actions
        if action.startswith(("dynamodb:", "s3:"))
    }
    used = {
        written(statement, need.action)
        for name, needed in seen.items()
        for need in needed
        for statement in policies[name]
        if statement.allows(need)
    }
    known = {each for some in UNEXERCISED.values() for each in some}
    assert known <= given, "\n".join(sorted(known - given))
    unused = given - used - known
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
