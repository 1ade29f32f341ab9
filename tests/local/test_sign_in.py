"""Signing in at an issuer of one's own, on the local stack."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from local.console import config
from local.sign_in import Issuer, discover


class Speaker(HTTPServer):
    """Says the same to everybody."""

    said: object = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Speaker

    def do_GET(self) -> None:
        known = self.path == "/.well-known/openid-configuration"
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(json.dumps(self.server.said).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def speaker() -> Iterator[Speaker]:
    server = Speaker(("127.0.0.1", 0), _Handler)
    server.said = {
        "issuer": server.url,
        "jwks_uri": f"{server.url}/keys",
        "token_endpoint": "https://tokens.example.org/t",
    }
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_issuer_tells_where_its_keys_are(speaker):
    issuer = discover(speaker.url, "console")
    assert issuer.parameters() == {
        "JwtIssuer": speaker.url,
        "JwtAudience": "console",
        "JwtJwksUrl": f"{speaker.url}/keys",
        "JwtSecretName": "",
    }
    assert issuer.config() == {"authority": speaker.url, "client_id": "console"}
    assert issuer.origins == (speaker.url, "https://tokens.example.org")


def test_an_api_with_an_audience_of_its_own_is_asked_with_access_tokens(speaker):
    issuer = discover(speaker.url, "console", "https://api.example.org")
    assert issuer.parameters()["JwtAudience"] == "https://api.example.org"
    assert issuer.config()["audience"] == "https://api.example.org"


@pytest.mark.parametrize("said", [{}, [], None, {"issuer": "https://else.example.org"}, {"issuer": 7}])
def test_what_is_no_issuer_is_refused(speaker, said):
    speaker.said = said
    with pytest.raises(OSError, match="openid-configuration"):
        discover(speaker.url, "console")


def test_what_cannot_be_reached_is_refused(speaker):
    for address in (f"{speaker.url}/realm", "http://127.0.0.1:1", "file:///etc/hostname", "issuer"):
        with pytest.raises(OSError, match=r"404|refused|not an http address"):
            discover(address, "console")


def test_the_sign_in_page_offers_it_instead_of_made_up_people():
    keys = ["Admin", "Project key", "Other workspace"]
    alone = config()
    assert [each["name"] for each in alone["local"]][:3] == keys
    assert len(alone["local"]) > 3
    assert "oidc" not in alone
    beside = config(Issuer("https://id.example.org", "console", "console", "https://id.example.org/keys", ()))
    assert [each["name"] for each in beside["local"]] == keys
    assert beside["oidc"] == {"authority": "https://id.example.org", "client_id": "console"}
