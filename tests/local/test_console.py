"""The console's files beside the API."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from local.console import Console
from local.engine import Engine
from local.functions import Functions
from local.gateway import Gateway
from local.sign_in import Issuer

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def gateway():
    with Engine.start(TEMPLATE) as engine:
        gateway = Gateway(engine.template, Functions(engine.template))
        yield gateway
        gateway.close()


@pytest.fixture
def built(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("first")
    (tmp_path / "assets" / "index-a.js").write_text("a")
    return tmp_path


def test_a_page_is_the_index_and_a_file_itself(gateway, built):
    client = TestClient(Console(gateway, built))
    for path in ("/", "/runs/trc_1", "/assets"):
        answer = client.get(path, headers=PAGE)
        assert (answer.text, answer.headers["cache-control"]) == ("first", "no-cache")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert client.get("/assets/index-a.js").text == "a"
    assert client.get("/nothing").json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("path", ["/", "/index.html"])
def test_the_index_is_there_and_guarded_whatever_is_accepted(gateway, built, path):
    answer = TestClient(Console(gateway, built)).get(path)
    assert (answer.status_code, answer.text) == (200, "first")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_what_is_built_meanwhile_is_what_the_next_page_is(gateway, built):
    client = TestClient(Console(gateway, built))
    assert client.get("/", headers=PAGE).text == "first"
    (built / "index.html").write_text("second")
    (built / "assets" / "index-b.js").write_text("b")
    assert client.get("/", headers=PAGE).text == "second"
    assert client.get("/assets/index-b.js").text == "b"


def test_without_a_console_there_is_the_api_and_with_one_it_is_there_at_once(gateway, tmp_path):
    client = TestClient(Console(gateway, tmp_path / "dist"))
    assert client.get("/", headers=PAGE).status_code == 404
    assert client.get("/api/v1/health").status_code == 200
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("there")
    assert client.get("/", headers=PAGE).text == "there"


def test_an_issuer_may_be_asked_and_nobody_else(gateway, built):
    issuer = Issuer("https://id.example.org", "console", "console", "", ("https://id.example.org",))
    policy = TestClient(Console(gateway, built, issuer)).get("/", headers=PAGE).headers["content-security-policy"]
    assert "connect-src 'self' https://id.example.org http://127.0.0.1:*;" in policy
    assert "https:" not in TestClient(Console(gateway, built)).get("/", headers=PAGE).headers["content-security-policy"]
