"""The GitHub App against a server of this machine: tokens, files, drafts, and that no secret gets out."""

import json

import jwt
import pytest
import pytest_socket
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakes.github_app import REPO, github
from wakeline.adapters.github.app import App, read_app
from wakeline.adapters.github.repository import GitHubRepository
from wakeline.domain.fixes.outside import FixUnavailable


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def app(key):
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return App(app_id="42", private_key=pem, installation_id="7")


@pytest.fixture
def fake(monkeypatch):
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    with github({"AGENTS.md": "# Ours é\n"}) as (server, url):
        monkeypatch.setenv("GITHUB_API_URL", url)
        yield server
    pytest_socket.disable_socket(allow_unix_socket=True)


def draft(app, files=None):
    return GitHubRepository(app, REPO).open_draft("wakeline/inc_1", "Title", "Body", files or {"a/b.md": "x\n"})


def test_files_that_are_there(fake, app):
    assert GitHubRepository(app, REPO).read(["AGENTS.md", "CLAUDE.md"]) == {"AGENTS.md": "# Ours é\n"}


def test_a_draft_on_a_branch_of_its_own(fake, app):
    pull = draft(app)
    assert (pull.number, pull.branch, pull.repo) == (1, "wakeline/inc_1", REPO)
    assert pull.url == f"https://github.test/{REPO}/pull/1"
    (opened,) = fake.pulls
    assert (opened["draft"], opened["base"], opened["head"]) == (True, "main", "wakeline/inc_1")
    assert fake.branches["main"] == "c0"
    commit = fake.commits[fake.branches["wakeline/inc_1"]]
    assert commit["parents"] == ["c0"]
    tree = fake.trees[commit["tree"]]
    assert tree["base_tree"] == "t0"
    assert tree["tree"] == [{"path": "a/b.md", "mode": "100644", "type": "blob", "content": "x\n"}]


def test_again_brings_it_up_to_date(fake, app):
    first = draft(app)
    again = draft(app, {"a/b.md": "y\n"})
    assert again == first
    assert len(fake.pulls) == 1
    commit = fake.commits[fake.branches["wakeline/inc_1"]]
    assert fake.trees[commit["tree"]]["tree"][0]["content"] == "y\n"


def test_a_token_for_one_repository_signed_by_the_app(fake, app, key):
    draft(app)
    (method, path, signed), *others = fake.seen
    assert (method, path) == ("POST", "/app/installations/7/access_tokens")
    claims = jwt.decode(signed.removeprefix("Bearer "), key.public_key(), algorithms=["RS256"])
    assert claims["iss"] == "42"
    assert claims["exp"] - claims["iat"] <= 600
    assert {authorization for _, _, authorization in others} == {"Bearer ghs_installation"}


def test_a_token_that_is_made_elsewhere(fake):
    draft(App(token="ghs_other"))
    assert {authorization for _, _, authorization in fake.seen} == {"Bearer ghs_other"}


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ("POST /app/installations/7/access_tokens", 401),
        (f"GET /repos/{REPO}", 404),
        (f"POST /repos/{REPO}/git/trees", 500),
        (f"POST /repos/{REPO}/pulls", 403),
    ],
)
def test_what_github_refuses(fake, app, call, status):
    fake.refuse[call] = status
    with pytest.raises(FixUnavailable, match=f"GitHub answered {status}") as caught:
        draft(app)
    assert "ghs_" not in str(caught.value)
    assert "PRIVATE" not in str(caught.value)


def test_a_server_that_is_not_there(fake, app, monkeypatch):
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    with pytest.raises(FixUnavailable, match="not reached"):
        draft(app)


def test_a_key_that_signs_nothing(fake):
    with pytest.raises(FixUnavailable, match="cannot sign") as caught:
        draft(App(app_id="42", private_key="nonsense", installation_id="7"))
    assert "nonsense" not in str(caught.value)


def test_reading_the_secret():
    said = {"app_id": 42, "private_key": "pem", "installation_id": 7, "repositories": ["a/b"]}
    app = read_app(json.dumps(said))
    assert (app.app_id, app.installation_id, app.repositories) == ("42", "7", ("a/b",))
    assert "pem" not in repr(app)


@pytest.mark.parametrize(
    "secret", ["", "x", "[]", "{}", '{"app_id": 1}', '{"app_id": 1, "private_key": "p", "installation_id": "../x"}']
)
def test_a_secret_that_is_none(secret):
    with pytest.raises(FixUnavailable, match="GitHub secret"):
        read_app(secret)
