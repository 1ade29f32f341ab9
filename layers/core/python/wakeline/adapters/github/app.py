"""A GitHub App's installation: its tokens, and calls of the REST API in its name.

The app's key stands in a secret of the workspace; a token is made for one repository and one call of ours, lives in
memory only, and goes nowhere but to GitHub. https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

import http.client
import json
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from wakeline import settings
from wakeline.domain.fixes.outside import FixUnavailable

SECONDS = 5
MAX_ANSWER = 2_000_000


@dataclass(frozen=True, slots=True)
class App:
    """What the secret says: an installed app with its key, or a token that is made elsewhere. Not shown by `repr`."""

    app_id: str = ""
    private_key: str = ""
    installation_id: str = ""
    token: str = ""
    repositories: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "App(…)"


def read_app(secret: str) -> App:
    """Read a workspace's secret: `{"app_id", "private_key", "installation_id", "repositories"?}` or `{"token", …}`.

    Raises `FixUnavailable` for anything else, without repeating it.
    """
    try:
        said = json.loads(secret)
        app = App(
            app_id=str(said.get("app_id", "")),
            private_key=str(said.get("private_key", "")),
            installation_id=str(said.get("installation_id", "")),
            token=str(said.get("token", "")),
            repositories=tuple(str(each) for each in said.get("repositories", ())),
        )
    except (ValueError, AttributeError, TypeError):
        app = App()
    if not (app.token or (app.app_id and app.private_key and app.installation_id.isdecimal())):
        raise FixUnavailable("the workspace's GitHub secret is not one of an installed app")
    return app


def token_of(app: App, repo: str) -> str:
    """An installation token for one repository. Raises `FixUnavailable`."""
    if app.token:
        return app.token
    import jwt

    now = int(time.time())
    try:
        # Sixty seconds back, as GitHub advises against clocks that differ.
        claims = {"iat": now - 60, "exp": now + 300, "iss": app.app_id}
        signed = jwt.encode(claims, app.private_key, algorithm="RS256")
    except (ValueError, jwt.PyJWTError) as error:
        raise FixUnavailable("the key in the workspace's GitHub secret cannot sign") from error
    wanted = {
        "repositories": [repo.split("/")[1]],
        "permissions": {"contents": "write", "pull_requests": "write"},
    }
    path = f"/app/installations/{app.installation_id}/access_tokens"
    answer = call(signed, "POST", path, wanted)
    token = answer.get("token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token:
        raise FixUnavailable("GitHub gave no installation token")
    return token


class Refused(FixUnavailable):
    """GitHub answered with a status that is no success."""

    def __init__(self, status: int, method: str, path: str) -> None:
        super().__init__(f"GitHub answered {status} to {method} {path.split('?')[0]}")
        self.status = status


def call(token: str, method: str, path: str, body: Any = None) -> Any:
    """One call of the REST API. Raises `Refused`, or `FixUnavailable` when no answer came; neither names the token."""
    base = urlsplit(settings.github_api_url())
    host, port = base.hostname or "", base.port
    connection = (
        http.client.HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())
        if base.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=SECONDS)
    )
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
        "User-Agent": "wakeline",
    }
    try:
        sent = json.dumps(body) if body is not None else None
        connection.request(method, f"{base.path.rstrip('/')}{path}", sent, headers)
        answer = connection.getresponse()
        content = answer.read(MAX_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        raise FixUnavailable(f"GitHub was not reached: {type(error).__name__}") from error
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise Refused(answer.status, method, path)
    try:
        return json.loads(content) if content else None
    except ValueError as error:
        raise FixUnavailable("GitHub's answer was no JSON") from error
