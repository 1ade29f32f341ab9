"""GET /api/v1/digests, /api/v1/digests/{id} and /api/v1/traces/{id}/proof."""

from hashlib import sha256
from itertools import pairwise

import pytest

from tests.endpoints.stack import pages
from tests.factories import message
from wakeline import settings
from wakeline.adapters.dynamodb import keys
from wakeline.adapters.kms import is_signed
from wakeline.domain import chain
from wakeline.domain.canonical import canonical
from wakeline.domain.evidence.digest import Proof, from_base64


@pytest.fixture
def trace(workspace, clock):
    return workspace.trace("trc_1", [message()], created_at=clock.moment.isoformat().replace("+00:00", "Z"))


@pytest.mark.parametrize("path", ["/api/v1/digests", "/api/v1/digests/dig_1", "/api/v1/traces/trc_1/proof"])
def test_credentials(stack, workspace, path):
    assert stack.call("GET", path).status == 401
    assert stack.call("GET", path, key=workspace.writer).status == 403


def test_another_workspaces_proof_is_not_there(stack, workspace, elsewhere, trace, seal):
    seal()
    path = "/api/v1/traces/trc_1/proof"
    assert stack.call("GET", path, key=elsewhere.reader).error["code"] == "not_found"
    assert stack.call("GET", path, key=workspace.key("traces:read", project="proj_2")).status == 404
    assert stack.call("GET", path, key=workspace.key("traces:read", project="proj_1")).status == 200


def test_digests_newest_first(stack, workspace, trace, seal):
    seal()
    seal()
    answer = stack.call("GET", "/api/v1/digests", key=workspace.reader, limit=1).json
    assert answer["public_key"].startswith("-----BEGIN PUBLIC KEY-----\n")
    everything = pages(
        lambda cursor: stack.call("GET", "/api/v1/digests", key=workspace.reader, limit=1, cursor=cursor), "digests"
    )
    assert everything[0] == answer["digests"][0]
    for newer, older in pairwise(everything):
        assert (newer["previous"], newer["sequence"], newer["from"]) == (
            older["hash"],
            older["sequence"] + 1,
            older["to"],
        )
    assert everything[-1]["previous"] is None


def test_one_digest_is_signed(stack, workspace, trace, seal):
    (digest,) = seal()
    answer = stack.call("GET", f"/api/v1/digests/{digest.id}", key=workspace.reader).json
    shown = answer["digest"]
    statement = canonical({name: value for name, value in shown.items() if name not in ("hash", "signature")})
    assert shown["hash"] == chain.spell(sha256(b"\x04" + statement).digest())
    key = from_base64("".join(answer["public_key"].splitlines()[1:-1]))
    assert shown["key_id"] == chain.spell(sha256(key).digest())
    assert is_signed(key, statement, from_base64(shown["signature"]))


@pytest.mark.parametrize("digest_id", ["dig_1999-01-01T00", "x%00y", "a b"])
def test_an_unknown_digest(stack, workspace, digest_id):
    assert stack.call("GET", f"/api/v1/digests/{digest_id}", key=workspace.reader).error["code"] == "not_found"


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"cursor": "!"}])
def test_bad_parameters(stack, workspace, query):
    answer = stack.call("GET", "/api/v1/digests", key=workspace.reader, **query)
    assert (answer.status, answer.error["code"]) == (400, "validation_error")


def test_a_proof_leads_to_its_digest(stack, workspace, trace, seal):
    (digest,) = seal()
    answer = stack.call("GET", "/api/v1/traces/trc_1/proof", key=workspace.reader).json
    assert (answer["trace_id"], answer["digest_id"], answer["covers_events"]) == ("trc_1", digest.id, 1)
    assert answer["leaf"]["head_hash"] == trace.head_hash
    assert Proof.from_json(answer).root == answer["digest"]["root"] == digest.root
    assert answer["earlier"] == []


def test_the_newest_proof_or_that_asked_for(stack, workspace, trace, seal):
    (first,) = seal()
    workspace.append("trc_1", [message()])
    (second,) = seal()
    get = lambda **query: stack.call("GET", "/api/v1/traces/trc_1/proof", key=workspace.reader, **query)  # noqa: E731
    assert get().json["digest_id"] == second.id
    assert (get().json["covers_events"], get().json["earlier"]) == (2, [first.id])
    assert get(digest=first.id).json["covers_events"] == 1
    assert get(digest="dig_2001-01-01T00").status == 404


def test_a_trace_in_no_digest_yet(stack, workspace, trace):
    answer = stack.call("GET", "/api/v1/traces/trc_1/proof", key=workspace.reader)
    assert answer.status == 404
    assert "no digest yet" in answer.error["message"]
    assert stack.call("GET", "/api/v1/traces/trc_0/proof", key=workspace.reader).error["message"] == "trace not found"


def test_a_deleted_trace_is_still_proven(stack, workspace, trace, seal):
    seal()
    assert stack.call("DELETE", "/api/v1/traces/trc_1", key=workspace.writer).status == 204
    seal()
    answer = stack.call("GET", "/api/v1/traces/trc_1/proof", key=workspace.reader).json
    assert (answer["leaf"]["deleted"], answer["covers_events"]) == (True, 1)


def test_verify_holds_a_trace_against_its_digests(stack, workspace, trace, seal):
    verify = lambda key: stack.call("GET", "/api/v1/traces/trc_1/verify", key=key)  # noqa: E731
    seal()
    assert verify(workspace.reader).json["valid"] is True
    for sk in (keys.HEAD, keys.segment_sk(0)):
        place = {"pk": {"S": keys.trace_pk(workspace.id, "trc_1")}, "sk": {"S": sk}}
        stack.engine.client("dynamodb").delete_item(TableName=settings.table_name(), Key=place)
    found = verify(workspace.reader).json
    assert (found["valid"], found["event_count"]) == (False, 0)
    assert "gone without a tombstone" in found["reason"]
    assert verify(workspace.key("traces:read", project="proj_1")).status == 404
