"""Commits from the GitHub API (version 2022-11-28).

https://docs.github.com/en/rest/commits/commits, https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import http.client
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from wakeline.domain import times
from wakeline.domain.commits import Commit, SourceBusy, github_name
from wakeline.domain.trace import Trace

PAGE = 100
MOST = 1_000
"""Commits of one repository and branch that are looked at; each costs a request for its files."""
_TIMEOUT_S = 10
_MOST_BYTES = 8 * 1024 * 1024
_MESSAGE = 10_000
_FILES = 1_000


class GitHubCommits:
    """The `CommitSource` port. `token` is asked for at the first request, and is never shown or logged."""

    def __init__(self, api_url: str, token: Callable[[], str]) -> None:
        self._api = urlsplit(api_url)
        self._token = token

    def place_of(self, trace: Trace) -> str | None:
        """`owner/name`."""
        return github_name(trace.repo)

    def commits(self, place: str, branch: str | None, since: datetime, until: datetime) -> Iterator[Commit]:
        """Pages of a list, and for each commit its files. A branch that is gone is looked for in the default one."""
        found = 0
        asked = {"since": _second(since), "until": _second(until), "per_page": str(PAGE)}
        if branch and self._get(f"/repos/{place}/branches/{quote(branch, safe='')}") is not None:
            asked["sha"] = branch
        for page in range(1, MOST // PAGE + 1):
            listed = self._get(f"/repos/{place}/commits?{urlencode({**asked, 'page': str(page)})}")
            for entry in listed if isinstance(listed, list) else []:
                detail = self._get(f"/repos/{place}/commits/{quote(str(entry.get('sha')), safe='')}")
                if isinstance(detail, dict):
                    yield _commit(detail)
                    found += 1
            if not isinstance(listed, list) or len(listed) < PAGE or found >= MOST:
                return

    def _get(self, path: str) -> Any:
        """The answer's JSON; None where there is nothing of the name. Raises `SourceBusy`."""
        connect = http.client.HTTPSConnection if self._api.scheme == "https" else http.client.HTTPConnection
        connection = connect(self._api.netloc, timeout=_TIMEOUT_S)
        headers = {
            "Accept": "application/vnd.github+json",
            "User-Agent": "wakeline",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        token = self._token()
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request("GET", self._api.path.rstrip("/") + path, headers=headers)
            answer = connection.getresponse()
            body = answer.read(_MOST_BYTES)
        except OSError as error:
            raise SourceBusy("GitHub cannot be reached") from error
        finally:
            connection.close()
        if answer.status == 200:
            return json.loads(body)
        spent = answer.getheader("X-RateLimit-Remaining") == "0" or answer.getheader("Retry-After") is not None
        if spent or answer.status == 429 or answer.status >= 500:
            raise SourceBusy(f"GitHub answers {answer.status}")
        # Not there, not to be seen with this token, moved, or an empty repository (409): there is nothing to link.
        return None


def _commit(said: dict[str, Any]) -> Commit:
    commit = said.get("commit") or {}
    author, committer = commit.get("author") or {}, commit.get("committer") or {}
    login = (said.get("author") or {}).get("login")
    files = [file["filename"] for file in said.get("files") or [] if isinstance(file.get("filename"), str)]
    stats = said.get("stats") or {}
    names = (author.get("name"), author.get("email"), login)
    return Commit(
        sha=str(said["sha"]),
        message=str(commit.get("message") or "")[:_MESSAGE],
        author=str(author.get("name") or login or ""),
        committed_at=times.normalise(str(committer.get("date") or author.get("date"))),
        files=tuple(files[:_FILES]),
        insertions=int(stats.get("additions") or 0),
        deletions=int(stats.get("deletions") or 0),
        url=str(said.get("html_url") or ""),
        names=tuple(str(name) for name in names if name),
    )


def _second(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
