"""A GitHub on this machine: the few calls that an app needs to open a draft pull request, and what it saw of them."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

REPO = "acme/shop"


class FakeGitHub:
    """One repository. `refuse` maps `METHOD /path` to a status to answer instead."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.branches: dict[str, str] = {"main": "c0"}
        self.trees: dict[str, Any] = {}
        self.commits: dict[str, Any] = {"c0": {"tree": {"sha": "t0"}}}
        self.pulls: list[dict[str, Any]] = []
        self.refuse: dict[str, int] = {}
        self.seen: list[tuple[str, str, str]] = []
        """Method, path and Authorization of each call."""

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        """The status and the JSON of an answer."""
        if f"{method} {path}" in self.refuse:
            return self.refuse[f"{method} {path}"], {"message": "no"}
        if path.startswith("/app/installations/") and method == "POST":
            return 201, {"token": "ghs_installation", "asked": body}
        inside = path.removeprefix(f"/repos/{REPO}")
        if inside == path:
            return 404, {"message": "Not Found"}
        return self._repository(method, inside, query, body)

    def _repository(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        match method, path.split("/")[1:]:
            case "GET", []:
                return 200, {"default_branch": "main"}
            case "GET", ["git", "ref", "heads", *name]:
                return 200, {"object": {"sha": self.branches["/".join(name)]}}
            case "GET", ["git", "commits", sha]:
                return 200, self.commits[sha]
            case "GET", ["contents", *name]:
                text = self.files.get("/".join(name))
                return (404, {}) if text is None else (200, {"content": base64.encodebytes(text.encode()).decode()})
            case "POST", ["git", "trees"]:
                sha = f"t{len(self.trees) + 1}"
                self.trees[sha] = body
                return 201, {"sha": sha}
            case "POST", ["git", "commits"]:
                sha = f"c{len(self.commits)}"
                self.commits[sha] = body
                return 201, {"sha": sha}
            case "POST", ["git", "refs"]:
                name = body["ref"].removeprefix("refs/heads/")
                if name in self.branches:
                    return 422, {"message": "Reference already exists"}
                self.branches[name] = body["sha"]
                return 201, {}
            case "PATCH", ["git", "refs", "heads", *name]:
                self.branches["/".join(name)] = body["sha"]
                return 200, {}
            case "POST", ["pulls"]:
                if any(pull["head"] == body["head"] for pull in self.pulls):
                    return 422, {"message": "A pull request already exists"}
                number = len(self.pulls) + 1
                self.pulls.append({**body, "number": number, "html_url": f"https://github.test/{REPO}/pull/{number}"})
                return 201, self.pulls[-1]
            case "GET", ["pulls"]:
                return 200, [pull for pull in self.pulls if f"acme:{pull['head']}" == query["head"][0]]
        return 404, {"message": "Not Found"}


@contextmanager
def github(files: dict[str, str]) -> Iterator[tuple[FakeGitHub, str]]:
    """Run one on a free port; yields it and its URL."""
    fake = FakeGitHub(files)

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            url = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fake.seen.append((self.command, unquote(url.path), self.headers.get("Authorization", "")))
            status, said = fake.answer(
                self.command, unquote(url.path), parse_qs(url.query), json.loads(sent) if sent else None
            )
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = _do

        def log_message(self, *_: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
