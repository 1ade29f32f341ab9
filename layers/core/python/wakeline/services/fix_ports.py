"""What the fix agent needs of the outside."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from wakeline.domain.fixes.outside import PullRequest


class FixModel(Protocol):
    """A language model that answers in a given shape."""

    def ask(self, instructions: str, evidence: str, schema: dict[str, Any]) -> Any:
        """The model's answer, meant to fit the JSON schema. Bounded in tokens and time. Raises `FixUnavailable`."""


class Repository(Protocol):
    """A repository on GitHub that an installed app may change."""

    def read(self, paths: Sequence[str]) -> dict[str, str]:
        """The texts of those files that there are. Raises `FixUnavailable`."""

    def open_draft(self, branch: str, title: str, body: str, files: Mapping[str, str]) -> PullRequest:
        """Put files on a branch of their own and open a draft pull request for it; again: bring both up to date.

        Raises `FixUnavailable`.
        """
