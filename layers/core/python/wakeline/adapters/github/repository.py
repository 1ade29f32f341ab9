"""A repository: read files of its default branch, and open a draft pull request, all in the name of the app."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from wakeline.domain.fixes.outside import FixUnavailable, PullRequest

from .app import App, Refused, call, token_of


class GitHubRepository:
    """The `Repository` port."""

    def __init__(self, app: App, repo: str) -> None:
        self._app = app
        self._repo = repo

    @cached_property
    def _token(self) -> str:
        return token_of(self._app, self._repo)

    @cached_property
    def _base(self) -> tuple[str, str]:
        """The default branch and the commit at its head."""
        branch = str(_of(self._ask("GET", ""), "default_branch"))
        return branch, str(_of(self._ask("GET", f"/git/ref/heads/{quote(branch)}"), "object", "sha"))

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return call(self._token, method, f"/repos/{quote(self._repo)}{path}", body)

    def read(self, paths: Sequence[str]) -> dict[str, str]:
        """Pattern: the texts of some files. One call each; one that is not there is left out."""
        _, commit = self._base
        found: dict[str, str] = {}
        for path in paths:
            try:
                answer = self._ask("GET", f"/contents/{quote(path)}?ref={commit}")
                found[path] = b64decode(answer["content"]).decode()
            except Refused as error:
                if error.status != 404:
                    raise
            except (KeyError, TypeError, ValueError):
                continue  # a folder, a link, or no text
        return found

    def open_draft(self, branch: str, title: str, body: str, files: Mapping[str, str]) -> PullRequest:
        """Pattern: tree, commit, branch, draft. On a second call branch and pull request are there: they are kept."""
        base, commit = self._base
        entries = [{"path": path, "mode": "100644", "type": "blob", "content": files[path]} for path in sorted(files)]
        tree = _of(self._ask("GET", f"/git/commits/{commit}"), "tree", "sha")
        made = _of(self._ask("POST", "/git/trees", {"base_tree": tree, "tree": entries}), "sha")
        sent = {"message": f"{title[:70]}\n\n{body}", "tree": made, "parents": [commit]}
        own = _of(self._ask("POST", "/git/commits", sent), "sha")
        try:
            self._ask("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": own})
        except Refused as error:
            if error.status != 422:
                raise
            self._ask("PATCH", f"/git/refs/heads/{quote(branch)}", {"sha": own, "force": True})
        pull = self._pull(branch, {"title": title[:250], "head": branch, "base": base, "body": body, "draft": True})
        return PullRequest(str(_of(pull, "html_url")), int(_of(pull, "number")), branch, self._repo)

    def _pull(self, branch: str, wanted: dict[str, Any]) -> Any:
        try:
            return self._ask("POST", "/pulls", wanted)
        except Refused as error:
            if error.status != 422:
                raise
        owner = self._repo.split("/")[0]
        there = self._ask("GET", f"/pulls?state=open&head={quote(f'{owner}:{branch}', safe='')}")
        if not there:
            raise FixUnavailable("GitHub took no pull request, and none is open")
        return there[0]


def _of(answer: Any, *names: str) -> Any:
    """A field inside an answer. Raises `FixUnavailable` where it is not there."""
    for name in names:
        answer = answer.get(name) if isinstance(answer, dict) else None
    if answer is None:
        raise FixUnavailable("GitHub's answer was not as expected")
    return answer
