"""What comes of asking a model or a repository."""

from dataclasses import dataclass


class FixUnavailable(Exception):
    """A model or a repository that did not do its part; the message says why, without a secret, for the caller."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A draft pull request that was opened, or brought up to date."""

    url: str
    number: int
    branch: str
    repo: str
