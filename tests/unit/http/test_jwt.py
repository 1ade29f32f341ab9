"""Console JWTs: what is believed, and everything that is not."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http import jwt as edge_jwt
from wakeline.http.endpoint import endpoint

ISSUER, AUDIENCE = "https://issuer.example", "wakeline"
SHARED = "a-shared-secret-of-at-least-thirty-two-bytes"
JWKS_URL = "https://issuer.example/jwks.json"


@endpoint("GET /api/v1/things", scope="traces:read")
def get_things(caller: Caller) -> dict[str, object]:
    return {
        "workspace": caller.workspace_id,
        "project": caller.project_id,
        "principal": caller.principal,
        "kind": caller.kind,
        "plan": caller.plan,
    }


@endpoint("POST /api/v1/things", scope="traces:write")
def create_thing(caller: Caller) -> dict[str, object]:
    return {}


def claims(**changed):
    """Good claims with some changed; None leaves one out."""
    now = int(time.time())
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "user-1",
        "exp": now + 600,
        "iat": now,
        "workspace_id": "ws_1",
        "role": "developer",
    }
    return {name: value for name, value in (said | changed).items() if value is not None}


def signed(key=SHARED, algorithm="HS256", headers=None, **changed):
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers=headers)


@pytest.fixture
def shared(monkeypatch):
    monkeypatch.setenv("JWT_ISSUER", ISSUER)
    monkeypatch.setenv("JWT_AUDIENCE", AUDIENCE)
    monkeypatch.setenv("JWT_SECRET_NAME", "console")
    monkeypatch.setattr(wiring, "secret", {"console": SHARED}.__getitem__)


def test_a_signed_in_person_is_a_caller(ask, shared):
    answer = ask(get_things, key=signed())
    assert answer.json == {
        "workspace": "ws_1",
        "project": None,
        "principal": "user:user-1",
        "kind": "user",
        "plan": "free",
    }
    assert answer.headers["X-RateLimit-Limit"] == "300"


def test_a_person_of_one_project_is_narrowed_to_it(ask, shared):
    assert ask(get_things, key=signed(project_id="proj_1")).json["project"] == "proj_1"


def test_an_audience_among_several_will_do(ask, shared):
    assert ask(get_things, key=signed(aud=["other", AUDIENCE])).status == 200


def test_roles_say_what_a_person_may(ask, shared):
    assert ask(create_thing, key=signed(role="developer")).status == 200
    assert ask(create_thing, key=signed(role="viewer")).status == 403
    assert ask(create_thing, key=signed(role="auditor")).status == 403
    assert ask(create_thing, key=signed(role="admin")).status == 200


def test_a_persons_requests_are_counted_across_their_tokens(ask, shared):
    assert ask(get_things, key=signed()).headers["X-RateLimit-Remaining"] == "299"
    assert ask(get_things, key=signed(iat=1)).headers["X-RateLimit-Remaining"] == "298"
    assert ask(get_things, key=signed(sub="user-2")).headers["X-RateLimit-Remaining"] == "299"
    assert ask(get_things, key=signed(workspace_id="ws_2")).headers["X-RateLimit-Remaining"] == "299"


def test_a_few_seconds_of_clock_difference_are_forgiven(ask, shared):
    assert ask(get_things, key=signed(exp=int(time.time()) - 5)).status == 200
    assert ask(get_things, key=signed(nbf=int(time.time()) + 5)).status == 200


def refused(answer):
    assert (answer.status, answer.error["code"]) == (401, "unauthorized")
    assert "X-RateLimit-Limit" not in answer.headers
    return True


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 1e400},
        {"nbf": 4_000_000_000},
        {"iss": None},
        {"iss": "https://issuer.example/"},
        {"aud": None},
        {"aud": "other"},
        {"aud": []},
        {"aud": {"wakeline": True}},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 1000},
        {"sub": "\ud800"},
        {"sub": "a\nb"},
        {"workspace_id": None},
        {"workspace_id": ""},
        {"workspace_id": "ws#1"},
        {"workspace_id": 7},
        {"workspace_id": ["ws_1"]},
        {"role": None},
        {"role": "owner"},
        {"role": ["admin"]},
        {"role": {"admin": True}},
        {"project_id": ""},
        {"project_id": "p#1"},
        {"project_id": ["proj_1"]},
    ],
    ids=str,
)
def test_claims_that_do_not_fit_are_refused(ask, shared, changed):
    assert refused(ask(get_things, key=signed(**changed)))


def _part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_an_unsigned_token_is_refused(ask, shared, algorithm):
    for signature in ("", "x"):
        token = f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(claims())}.{signature}"
        assert refused(ask(get_things, key=token))


@pytest.mark.parametrize(
    "token",
    [
        "..",
        "a.b.c",
        "é.é.é",
        f"{_part([])}.{_part({})}.x",
        f"{_part({'alg': ['HS256']})}.{_part({})}.x",
        f"{_part(3)}..",
    ],
)
def test_what_only_looks_like_a_token_is_refused(ask, shared, token):
    assert refused(ask(get_things, key=token))


def test_a_token_signed_with_another_secret_or_changed_is_refused(ask, shared):
    assert refused(ask(get_things, key=signed(key="another-secret-of-at-least-thirty-two-bytes!")))
    head, _, signature = signed().split(".")
    assert refused(ask(get_things, key=f"{head}.{_part(claims(role='admin'))}.{signature}"))


def test_another_hash_than_the_configured_one_is_refused(ask, shared):
    long = SHARED * 2
    assert refused(ask(get_things, key=signed(key=long, algorithm="HS512")))


@pytest.mark.parametrize("missing", ["JWT_ISSUER", "JWT_AUDIENCE", "JWT_SECRET_NAME"])
def test_without_a_configured_issuer_no_token_is_believed(ask, shared, monkeypatch, missing):
    token = signed()
    monkeypatch.setenv(missing, "")
    assert refused(ask(get_things, key=token))


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def ec_key():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def published(monkeypatch, rsa_key, ec_key):
    """The issuer's key set, fetched from no network; how often is counted."""
    fetched = []
    sets = {
        "keys": [
            json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key.public_key())) | {"kid": "r1", "use": "sig"},
            json.loads(jwt.algorithms.ECAlgorithm.to_jwk(ec_key.public_key())) | {"kid": "e1", "use": "sig"},
        ]
    }

    def fetch(self):
        fetched.append(self.uri)
        if self.jwk_set_cache is not None:
            self.jwk_set_cache.put(sets)
        return sets

    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", fetch)
    monkeypatch.setenv("JWT_ISSUER", ISSUER)
    monkeypatch.setenv("JWT_AUDIENCE", AUDIENCE)
    monkeypatch.setenv("JWT_JWKS_URL", JWKS_URL)
    edge_jwt._jwks.cache_clear()
    yield fetched
    edge_jwt._jwks.cache_clear()


def test_a_token_of_a_published_key_is_believed_and_the_keys_are_kept(ask, published, rsa_key, ec_key):
    assert ask(get_things, key=signed(rsa_key, "RS256", {"kid": "r1"})).status == 200
    assert ask(get_things, key=signed(rsa_key, "PS256", {"kid": "r1"})).status == 200
    assert ask(get_things, key=signed(ec_key, "ES256", {"kid": "e1"})).status == 200
    assert published == [JWKS_URL]


def test_a_published_key_is_no_shared_secret(ask, published, monkeypatch, rsa_key):
    """The confusion of algorithms: an HS256 token keyed with what everyone may read."""
    monkeypatch.setenv("JWT_SECRET_NAME", "console")
    monkeypatch.setattr(wiring, "secret", lambda name: SHARED)
    public = rsa_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head, body = _part({"alg": "HS256", "typ": "JWT", "kid": "r1"}), _part(claims())
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    for key in (public, SHARED.encode()):
        signature = base64.urlsafe_b64encode(mac.sign(f"{head}.{body}".encode(), key)).rstrip(b"=").decode()
        assert refused(ask(get_things, key=f"{head}.{body}.{signature}"))


def test_a_key_of_one_kind_under_the_name_of_another_is_refused(ask, published, rsa_key, ec_key):
    assert refused(ask(get_things, key=signed(rsa_key, "RS256", {"kid": "e1"})))
    assert refused(ask(get_things, key=signed(ec_key, "ES256", {"kid": "r1"})))


def test_an_unknown_or_missing_key_id_is_refused(ask, published, rsa_key):
    assert refused(ask(get_things, key=signed(rsa_key, "RS256", {"kid": "r9"})))
    assert refused(ask(get_things, key=signed(rsa_key, "RS256")))


def test_tokens_of_unknown_keys_do_not_make_us_fetch_again_and_again(ask, published, rsa_key):
    for n in range(10):
        assert refused(ask(get_things, key=signed(rsa_key, "RS256", {"kid": f"made-up-{n}"})))
    assert len(published) <= 2


def test_a_key_set_that_cannot_be_fetched_refuses(ask, published, monkeypatch, rsa_key):
    def fail(self):
        raise jwt.PyJWKClientConnectionError("no route to https://internal")

    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", fail)
    answer = ask(get_things, key=signed(rsa_key, "RS256", {"kid": "r1"}))
    assert refused(answer)
    assert "internal" not in answer.text
