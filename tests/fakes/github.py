"""A small GitHub: repositories with branches and commits, pages, a token, and a rate limit that runs out."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest_socket

TOKEN = "ghp_of_the_tests"


def commit(sha: str, at: str, *files: str, name: str = "Ann", login: str = "ann", message: str = "Mend it") -> Any:
    """A commit as the API shows it."""
    person = {"name": name, "email": f"{login}@example.org", "date": at}
    return {
        "sha": sha,
        "html_url": f"https://github.com/org/shop/commit/{sha}",
        "commit": {"message": message, "author": person, "committer": person},
        "author": {"login": login},
        "files": [{"filename": file} for file in files],
        "stats": {"additions": 3, "deletions": 1, "total": 4},
    }


@dataclass
class GitHub:
    """`branches` of repositories: `org/shop` → branch → commits, newest first. `left` requests until the limit."""

    url: str = ""
    branches: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    left: int = 10_000
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, token: str | None) -> tuple[int, Any]:
        self.asked.append(path)
        if token != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}
        self.left -= 1
        if self.left < 0:
            return 403, {"message": "API rate limit exceeded"}
        place = urlsplit(path)
        _, _, owner, name, what, *rest = [unquote(part) for part in place.path.split("/")]
        branches = self.branches.get(f"{owner}/{name}")
        if branches is None:
            return 404, {"message": "Not Found"}
        if what == "branches":
            return (200, {"name": rest[0]}) if rest[0] in branches else (404, {"message": "Branch not found"})
        every = {each["sha"]: each for found in branches.values() for each in found}
        if rest:
            return (200, every[rest[0]]) if rest[0] in every else (404, {})
        query = {key: values[0] for key, values in parse_qs(place.query).items()}
        listed = [
            {key: each[key] for key in ("sha", "html_url", "commit", "author")}
            for each in branches[query.get("sha", "main")]
            if query["since"] <= each["commit"]["committer"]["date"] <= query["until"]
        ]
        size, page = int(query["per_page"]), int(query["page"])
        return 200, listed[size * (page - 1) : size * page]


@contextmanager
def github() -> Iterator[GitHub]:
    """A running one, on a loopback port; as long as it runs, loopback is what tests may reach."""
    made = GitHub()
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, said = made.answer(self.path, self.headers.get("Authorization"))
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("X-RateLimit-Remaining", str(max(0, made.left)))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        pytest_socket.disable_socket(allow_unix_socket=True)
