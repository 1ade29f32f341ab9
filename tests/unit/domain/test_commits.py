"""Which commits were made in a session."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.factories import make_trace
from wakeline.domain.commits import Commit, belongs, github_name

NOW = datetime(2026, 3, 22, tzinfo=UTC)
TRACE = make_trace(
    started_at="2026-03-21T12:00:00.000Z",
    last_at="2026-03-21T13:00:00.000Z",
    ended_at="2026-03-21T13:00:00.000Z",
    status="completed",
)
COMMIT = Commit("a" * 40, "m", "Ann", "2026-03-21T12:30:00.000Z", ("src/a.py",), 1, 0, "", ("Ann", "ann@example.org"))


@pytest.mark.parametrize(
    ("repo", "name"),
    [
        ("org/shop", "org/shop"),
        ("https://github.com/org/shop", "org/shop"),
        ("https://x:token@github.com/org/shop.git", "org/shop"),
        ("git@github.com:org/shop.git", "org/shop"),
        ("ssh://git@github.com/org/my.shop/", "org/my.shop"),
        ("github.com/org/shop", "org/shop"),
        ("https://gitlab.com/org/shop", None),
        ("https://evil.example/github.com/org/shop", None),
        ("shop", None),
        ("org/..", None),
        ("org/shop/../../user", None),
        ("", None),
        (None, None),
    ],
)
def test_names_of_repositories(repo, name):
    assert github_name(repo) == name


@pytest.mark.parametrize(
    ("at", "belonging"),
    [
        ("2026-03-21T11:58:59.000Z", False),
        ("2026-03-21T11:59:00.000Z", True),
        ("2026-03-21T13:01:00.000Z", True),
        ("2026-03-21T13:01:01.000Z", False),
    ],
)
def test_a_minute_either_side(at, belonging):
    assert belongs(replace(COMMIT, committed_at=at), TRACE, [], NOW) is belonging


@pytest.mark.parametrize(
    ("touched", "belonging"),
    [
        (["/home/ann/shop/src/a.py"], True),
        (["src/a.py", "x.py"], True),
        (["C:\\shop\\src\\a.py"], True),
        (["a.py"], True),
        (["/home/ann/shop/src/b.py"], False),
        (["/home/ann/shop/lib/a.py"], False),
        ([], True),
    ],
)
def test_files(touched, belonging):
    assert belongs(COMMIT, TRACE, touched, NOW) is belonging


def test_authors_where_files_say_nothing():
    mine, other = replace(TRACE, author="ANN@example.org"), replace(TRACE, author="bob")
    assert belongs(COMMIT, mine, [], NOW)
    assert not belongs(COMMIT, other, [], NOW)
    assert belongs(COMMIT, other, ["src/a.py"], NOW)
    assert belongs(replace(COMMIT, names=()), other, [], NOW)


def test_a_session_that_runs_ends_now():
    running = replace(TRACE, status="running", ended_at=None)
    soon = datetime(2026, 3, 21, 13, 20, tzinfo=UTC)
    late = replace(COMMIT, committed_at="2026-03-21T13:15:00.000Z")
    assert belongs(late, running, [], soon)
    assert not belongs(late, running, [], NOW)
