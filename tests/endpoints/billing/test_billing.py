"""POST /api/v1/billing/checkout, /portal and /webhook, against a server that speaks the provider's API."""

import json
from base64 import b64encode
from typing import Any
from uuid import uuid4

import pytest
import pytest_socket

from local.engine import record_calls
from tests.endpoints.billing.provider import API_KEY, WEBHOOK_KEY, Provider, event, signed
from tests.endpoints.stack import within_a_minute
from tests.endpoints.tokens import token
from wakeline import wiring
from wakeline.adapters.dodo.payments import DodoPayments
from wakeline.domain.errors import BillingNotConfigured

CHECKOUT, PORTAL, WEBHOOK = (f"/api/v1/billing/{name}" for name in ("checkout", "portal", "webhook"))


@pytest.fixture
def provider(stack, monkeypatch):
    """A deployment that sells: its secret is in Secrets Manager, and the provider answers on loopback."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    running = Provider()
    secret = {
        "api_key": API_KEY,
        "webhook_key": WEBHOOK_KEY,
        "base_url": running.url,
        "products": {"pro": "pdt_pro", "standard": "pdt_standard", "gold": "pdt_gold"},
    }
    name = f"wakeline/billing-{uuid4()}"
    stack.engine.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(secret))
    monkeypatch.setenv("BILLING_SECRET_NAME", name)
    yield running
    running.close()
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture
def admin(workspace):
    return workspace.key("admin", plan=None)


def deliver(stack, said, message_id=None):
    body = json.dumps(said).encode()
    return stack.call("POST", WEBHOOK, body=body, headers=signed(body, message_id or f"msg_{uuid4()}"))


def limit(stack, key):
    """What a credential may read in a minute."""
    return int(stack.call("GET", "/api/v1/memory", key=key).headers["x-ratelimit-limit"])


@pytest.mark.parametrize("path", [CHECKOUT, PORTAL])
def test_anonymous(stack, path):
    assert stack.call("POST", path, body={}).status == 401


@pytest.mark.parametrize("path", [CHECKOUT, PORTAL])
def test_missing_scope(stack, workspace, path):
    assert stack.call("POST", path, key=workspace.key(), body={}).status == 403


@pytest.mark.parametrize("path", [CHECKOUT, PORTAL])
def test_without_configuration(stack, admin, path):
    answer = stack.call("POST", path, key=admin, body={})
    assert (answer.status, answer.error["code"], answer.error["retry"]) == (503, "billing_not_configured", "after_fix")


def test_a_webhook_without_configuration(stack, workspace):
    answer = deliver(stack, event(workspace.id))
    assert (answer.status, answer.error["code"]) == (503, "billing_not_configured")


@pytest.mark.parametrize(
    "secret",
    ["", "[]", "{", '{"api_key": "sk_live_x"}', '{"api_key": "sk_live_x", "webhook_key": "b", "products": []}'],
)
def test_a_secret_that_cannot_be_used_is_not_told(secret):
    with pytest.raises(BillingNotConfigured) as caught:
        DodoPayments(secret)
    assert "sk_live_x" not in str(caught.value)


def test_checkout(stack, workspace, admin, provider):
    body = {"plan": "pro", "email": "a@b.c", "return_url": "https://example.com/back"}
    answer = stack.call("POST", CHECKOUT, key=admin, body=body)
    assert (answer.status, answer.json) == (200, {"url": "https://checkout.test/cks_1"})
    assert provider.seen == [
        (
            "/checkouts",
            {
                "product_cart": [{"product_id": "pdt_pro", "quantity": 1}],
                "metadata": {"workspace_id": workspace.id},
                "customer": {"email": "a@b.c"},
                "return_url": "https://example.com/back",
            },
        )
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"plan": "free"}, "plan"),
        ({"plan": "gold"}, "plan"),
        ({"email": "x"}, "email"),
        ({"return_url": "http://a.b"}, "return_url"),
    ],
)
def test_bad_input_names_the_field_and_asks_nobody(stack, admin, provider, body, field):
    answer = stack.call("POST", CHECKOUT, key=admin, body=body)
    assert (answer.status, answer.error["details"][0]["field"]) == (400, field)
    assert provider.seen == []


def test_portal(stack, workspace, elsewhere, admin, provider):
    assert stack.call("POST", PORTAL, key=admin, body={}).status == 409
    assert deliver(stack, event(workspace.id)).json["applied"]
    answer = stack.call("POST", PORTAL, key=admin, body={})
    assert (answer.status, answer.json) == (200, {"url": "https://portal.test/cus_1"})
    assert provider.seen[-1][0].startswith("/customers/cus_1/customer-portal/session")
    assert stack.call("POST", PORTAL, key=elsewhere.key("admin"), body={}).status == 409
    assert stack.call("POST", CHECKOUT, key=admin, body={}).status == 200
    assert provider.seen[-1][1]["customer"] == {"customer_id": "cus_1"}


def test_a_provider_that_fails(stack, admin, provider):
    provider.failing = 422
    answer = stack.call("POST", CHECKOUT, key=admin, body={})
    assert (answer.status, answer.error["code"], answer.error["retry"]) == (503, "unavailable", "backoff")
    assert "secret inside" not in answer.body.decode()


def test_a_plan_applies_at_once_to_all_keys_and_people(stack, workspace, elsewhere, admin, provider):
    other, foreign = workspace.key("traces:read", project="proj_1", plan=None), elsewhere.key("traces:read", plan=None)
    person = token(workspace)
    assert {limit(stack, key) for key in (admin, other, foreign, person)} == {300}
    assert deliver(stack, event(workspace.id)).json == {"received": True, "duplicate": False, "applied": True}
    assert {limit(stack, key) for key in (admin, other, person)} == {1500}
    assert limit(stack, foreign) == 300
    made = stack.call("POST", "/api/v1/api-keys", key=admin, body={}).json["key"]
    assert stack.call("GET", "/api/v1/traces", key=made).headers["x-ratelimit-limit"] == "1500"
    assert deliver(stack, event(workspace.id, "cancelled", at=1)).json["applied"]
    assert {limit(stack, key) for key in (admin, other, person, made)} == {300}


def test_each_message_counts_once(stack, workspace, admin, provider):
    assert deliver(stack, event(workspace.id), "msg_1").json["applied"]
    again = deliver(stack, event(workspace.id), "msg_1")
    assert (again.status, again.json) == (200, {"received": True, "duplicate": True, "applied": False})
    assert wiring.keys().plan_of(workspace.id) == "pro"


def test_a_repeat_pushes_what_a_death_left_undone(stack, workspace, admin, provider, monkeypatch):
    store = type(wiring.keys())
    real = store.set_plan

    def died(*given):
        raise RuntimeError("gone")

    monkeypatch.setattr(store, "set_plan", died)
    assert deliver(stack, event(workspace.id), "msg_1").status == 500
    assert limit(stack, admin) == 300
    monkeypatch.setattr(store, "set_plan", real)
    assert deliver(stack, event(workspace.id), "msg_1").json["duplicate"]
    assert limit(stack, admin) == 1500


@pytest.mark.parametrize(
    ("order", "plan"),
    [
        ([("pending", 0), ("active", 1), ("cancelled", 2)], None),
        ([("cancelled", 2), ("active", 1), ("pending", 0)], None),
        ([("active", 1), ("cancelled", 2), ("active", 0)], None),
        ([("active", 3), ("on_hold", 2)], "pro"),
        ([("on_hold", 2), ("active", 3)], "pro"),
        ([("active", 1), ("past_due", 2)], "pro"),
        ([("cancelled", 1), ("active", 1)], None),
        ([("active", 1), ("cancelled", 1)], None),
    ],
)
def test_whatever_the_order_the_latest_counts(stack, workspace, provider, order, plan):
    for status, at in order:
        assert deliver(stack, event(workspace.id, status, at=at)).status == 200
    assert wiring.keys().plan_of(workspace.id) == plan


def test_the_best_of_several_subscriptions_counts(stack, workspace, provider):
    def told(*said: Any, **more: Any) -> str | None:
        assert deliver(stack, event(workspace.id, *said, **more)).json["applied"]
        return wiring.keys().plan_of(workspace.id)

    assert told(product="pdt_standard") == "standard"
    assert told(place="sub_2") == "pro"
    assert told("expired", place="sub_2", at=1) == "standard"
    assert told(at=2) == "pro"


def test_what_is_not_signed_changes_nothing(stack, workspace, provider):
    body = json.dumps(event(workspace.id)).encode()
    good = signed(body, "msg_1")
    bad = [
        {},
        {**good, "webhook-signature": "v1,AAAA"},
        {**good, "webhook-signature": "nonsense"},
        {**good, "webhook-id": "msg_2"},
        {**good, "webhook-timestamp": "soon"},
        signed(body, "msg_1", age=305),
        signed(body, "msg_1", age=-305),
        signed(body, "msg_1", key="whsec_" + b64encode(b"another").decode()),
    ]
    for headers in bad:
        answer = stack.call("POST", WEBHOOK, body=body, headers=headers)
        assert (answer.status, answer.error["code"]) == (401, "unauthorized")
    assert stack.call("POST", WEBHOOK, body=body + b" ", headers=good).status == 401
    assert wiring.keys().plan_of(workspace.id) is None
    assert stack.call("POST", WEBHOOK, body=body, headers=signed(body, "msg_1", age=200)).status == 200


@pytest.mark.parametrize(
    "change",
    [{"metadata": {}}, {"metadata": {"workspace_id": "a b"}}, {"product_id": "pdt_unknown"}, {"metadata": None}],
)
def test_what_concerns_no_plan_is_taken_and_changes_nothing(stack, workspace, provider, change):
    others: list[Any] = [{"type": "payment.succeeded", "data": {}}, []]
    for said in (event(workspace.id, **change), *others):
        answer = deliver(stack, said)
        assert (answer.status, answer.json["applied"]) == (200, False)
    assert wiring.keys().plan_of(workspace.id) is None


@pytest.mark.parametrize(
    ("change", "field"), [({"status": 7}, "data.status"), ({"subscription_id": None}, "data.subscription_id")]
)
def test_a_subscription_event_that_cannot_be_read_is_refused(stack, workspace, provider, change, field):
    answer = deliver(stack, event(workspace.id) | {"data": event(workspace.id)["data"] | change})
    assert (answer.status, answer.error["details"][0]["field"]) == (400, field)


def test_what_it_costs(stack, workspace, admin, provider):
    """A key's request costs what it did; a person's one read more; a change of plan an update for each key."""
    within_a_minute()
    person = token(workspace)
    for credential, operations in ((admin, ["UpdateItem", "Query"]), (person, ["GetItem", "UpdateItem", "Query"])):
        limit(stack, credential)
        with record_calls() as calls:
            limit(stack, credential)
        assert calls.operations == operations
    body = json.dumps(event(workspace.id)).encode()
    deliver(stack, event("ws_other_billing"))
    with record_calls() as calls:
        stack.call("POST", WEBHOOK, body=body, headers=signed(body, "msg_1"))
    noted = ["GetItem", "GetItem", "TransactWriteItems"]
    assert calls.operations == ["GetItem", *noted, "TransactWriteItems", "Query", "BatchGetItem", "UpdateItem"]
