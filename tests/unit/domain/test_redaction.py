"""Redaction: planted secrets are gone, wherever and however they stand; what is none stays."""

import base64
import json
import random
import string
from collections import Counter
from typing import Any

import pytest

from wakeline.domain.redaction import redact

ALNUM = string.ascii_letters + string.digits


def pick(rng: random.Random, alphabet: str, size: int) -> str:
    """Characters of an alphabet, with a digit, a capital and a small letter where it has them."""
    return "".join(rng.choice(alphabet) for _ in range(size))


def secrets_of(rng: random.Random) -> dict[str, tuple[str, str]]:
    """Of each kind: (how it stands in a text, what must not be seen)."""
    aws, aws_secret = "AKIA" + pick(rng, string.ascii_uppercase + "234567", 16), pick(rng, ALNUM + "/+", 40)
    github, pat = "ghp_" + pick(rng, ALNUM, 36), "github_pat_" + pick(rng, ALNUM, 22) + "_" + pick(rng, ALNUM, 59)
    slack = f"xoxb-{pick(rng, string.digits, 12)}-{pick(rng, string.digits, 12)}-{pick(rng, ALNUM, 24)}"
    header, claims = ({"alg": "HS256", "typ": "JWT"}, {"sub": pick(rng, ALNUM, 8), "iat": rng.randint(1, 9**9)})
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in (header, claims)]
    jwt = ".".join([*parts, pick(rng, ALNUM + "-_", 43)])
    inner = "\n".join(pick(rng, ALNUM + "+/", 64) for _ in range(5))
    kind = rng.choice(["RSA ", "EC ", "", "OPENSSH ", "ENCRYPTED "])
    pem = f"-----BEGIN {kind}PRIVATE KEY-----\n{inner}\n-----END {kind}PRIVATE KEY-----"
    password = pick(rng, ALNUM + "!#$%*.", 14)
    scheme = rng.choice(["postgres", "mysql", "mongodb+srv", "redis", "amqps", "https"])
    url = f"{scheme}://admin:{password}@db.example.com:5432/app"
    azure = base64.b64encode(rng.randbytes(64)).decode()
    return {
        "aws": (aws, aws),
        "aws_secret": (f"aws_secret_access_key = {aws_secret}", aws_secret),
        "github": (github, github),
        "github_pat": (pat, pat),
        "slack": (slack, slack),
        "jwt": (jwt, jwt),
        "pem": (pem, inner.split("\n")[2]),
        "url": (url, password),
        "azure": (f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={azure};", azure),
        "pwd": (f"Server=db;User Id=sa;Password={password};", password),
        "env": (f"DATABASE_PASSWORD={password}", password),
        "stripe": (stripe := "sk_live_" + pick(rng, ALNUM, 24), stripe),
        "openai": (openai := "sk-proj-" + pick(rng, ALNUM, 48), openai),
        "bearer": (f"Authorization: Bearer {(bearer := pick(rng, ALNUM, 32))}", bearer),
        "ours": (ours := "wl_live_" + pick(rng, ALNUM + "-_", 43), ours),
        "named": (f'{{"client_secret": "{password}"}}', password),
    }


def places(rng: random.Random, text: str) -> Any:
    """A payload that holds a text somewhere."""
    line = f"{pick(rng, string.ascii_lowercase, 6)} {text}"
    return rng.choice(
        [
            {"content": f"Here it is: {text} — keep it safe."},
            {"content": text},
            {"tool_name": "Bash", "arguments": {"command": f"export X={text!s}\necho done"}},
            {"result": json.dumps({"stdout": f"line one\n{text}\nline three", "code": 0})},
            {"result": [{"type": "text", "text": line}, {"type": "text", "text": "other"}]},
            {"input": {"messages": [{"role": "user", "content": f"<{text}>"}, {"role": "assistant", "content": "ok"}]}},
            {"error": {"message": f"failed for '{text}' (401)"}},
            {"result": f'config:\n  a: 1\n  value: "{text}"\n'},
        ]
    )


def test_planted_secrets_are_never_seen():
    rng = random.Random(7)
    planted = Counter[str]()
    for number in range(1000):
        every = secrets_of(rng)
        kind = sorted(every)[number % len(every)]
        text, secret = every[kind]
        payload = places(rng, text)
        shown = json.dumps(redact(payload), ensure_ascii=False)
        assert secret not in shown, kind
        assert secret not in shown.encode().decode("unicode_escape", "ignore"), kind
        planted[kind] += 1
    assert min(planted.values()) > 50


@pytest.mark.parametrize(
    "said",
    [
        {"password": "hunter2"},
        {"apiKey": "abc"},
        {"headers": {"X-Api-Key": "k", "Cookie": "a=b", "authorization": "x"}},
        {"env": {"DB_PASSWORD": ["one", "two"]}},
        {"token": {"value": "abc"}},
    ],
)
def test_what_a_name_says_is_hidden(said):
    shown = json.dumps(redact(said))
    assert all(value not in shown for value in ("hunter2", '"abc"', '"k"', "a=b", '"x"', '"one"', '"two"'))


@pytest.mark.parametrize(
    "text",
    [
        "commit 3b18e512dba79e4c8300dd08aeb37f8e728b8dad",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "123e4567-e89b-12d3-a456-426614174000",
        "/Users/someone/Documents/GitHub/example-org/resources/ScenarioIntroVer4.tsx",
        "http://localhost:3000/@vite/client",
        "git clone git@github.com:acme/shop.git",
        "token = get_token()",
        "api_key = os.environ['API_KEY']",
        "the token: expired",
        "password: required",
        "max_tokens=4096, output_tokens: 12345",
        "toolu_01A9bCdEfGhIjKlMnOpQrStU",
        "aVeryLongCamelCaseIdentifierWithoutDigits",
        "some-kebab-case-name-of-many-words-v2",
    ],
)
def test_what_is_no_secret_stays(text):
    found = Counter[str]()
    assert redact({"content": text}, found) == {"content": text}
    assert not found


def test_what_holds_none_is_the_same_object():
    said = {"a": [1, None, {"b": "plain text"}], "c": True}
    assert redact(said) is said


def test_ids_keep_their_chance():
    said = {"call_id": "9fJk2LmQ8vXz3TbN7RwYc1HpKd5SgA4U", "text": "9fJk2LmQ8vXz3TbN7RwYc1HpKd5SgA4U"}
    assert redact(said) == {"call_id": said["call_id"], "text": "[redacted:entropy]"}


def test_again_changes_nothing():
    rng = random.Random(3)
    for text, _ in secrets_of(rng).values():
        once = redact({"content": text})
        assert redact(once) == once


def test_what_was_found_is_counted():
    found = Counter[str]()
    redact({"a": "mail bob@example.com", "b": ["AKIAIOSFODNN7EXAMPLE"], "password": "x"}, found)
    assert found == {"email": 1, "aws_access_key": 1, "named": 1}


def test_long_texts_take_linear_time():
    for text in (
        "a@" * 50_000,
        "ey" * 50_000,
        "://a:" * 30_000,
        "password" * 20_000,
        "-----BEGIN PRIVATE KEY-----" * 3000,
    ):
        assert redact({"content": text}) is not None
