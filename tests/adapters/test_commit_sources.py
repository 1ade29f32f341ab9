"""Where commits come from: GitHub's API, against a small one of our own, and a checkout on this machine."""

import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import make_trace
from tests.fakes.github import TOKEN, commit, github
from wakeline.adapters.git.checkout import Checkout
from wakeline.adapters.github.commits import GitHubCommits
from wakeline.domain.commits import SourceBusy

NOON = datetime(2026, 3, 21, 12, tzinfo=UTC)
SINCE, UNTIL = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


@pytest.fixture
def hub():
    with github() as running:
        running.branches["org/shop"] = {
            "main": [
                commit("b" * 40, "2026-03-21T12:10:00Z", "src/a.py", "b.py"),
                commit("a" * 40, "2026-03-20T12:00:00Z"),
            ],
            "fix/it": [commit("c" * 40, "2026-03-21T12:05:00Z", "c.py", name="Bob", login="bob")],
        }
        yield running


def found(hub, place="org/shop", branch=None, token=TOKEN):
    return list(GitHubCommits(hub.url, lambda: token).commits(place, branch, SINCE, UNTIL))


def test_commits_of_the_default_branch(hub):
    (one,) = found(hub)
    assert (one.sha, one.committed_at, one.author) == ("b" * 40, "2026-03-21T12:10:00.000Z", "Ann")
    assert (one.files, one.insertions, one.deletions) == (("src/a.py", "b.py"), 3, 1)
    assert one.names == ("Ann", "ann@example.org", "ann")
    assert one.url.endswith("b" * 40)


def test_commits_of_a_branch_and_of_one_that_is_gone(hub):
    assert [each.sha[0] for each in found(hub, branch="fix/it")] == ["c"]
    assert [each.sha[0] for each in found(hub, branch="gone")] == ["b"]


def test_pages(hub):
    many = [commit(f"{number:040d}", "2026-03-21T12:00:00Z") for number in range(250)]
    hub.branches["org/shop"]["main"] = many
    assert [each.sha for each in found(hub)] == [each["sha"] for each in many]


def test_a_repository_that_is_not_there_has_none(hub):
    assert found(hub, place="org/nothing") == []
    assert found(hub, token="wrong") == []


def test_a_limit_that_is_reached_is_said(hub):
    hub.left = 1
    with pytest.raises(SourceBusy):
        found(hub)


def test_a_server_that_is_not_there_is_said(hub):
    assert hub.url
    with pytest.raises(SourceBusy, match="reached"):
        list(GitHubCommits("http://127.0.0.1:9", str).commits("org/shop", None, SINCE, UNTIL))


def test_places():
    source = GitHubCommits("http://127.0.0.1:9", str)
    assert source.place_of(make_trace(repo="https://github.com/org/shop.git")) == "org/shop"
    assert source.place_of(make_trace(repo="myproject")) is None


@pytest.fixture
def checkout(tmp_path):
    def git(*arguments, **env):
        subprocess.run(
            ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-C", str(tmp_path), *arguments],
            check=True,
            capture_output=True,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **env},
        )

    git("init", "-q", "-b", "main")
    git("remote", "add", "origin", "git@github.com:org/shop.git")
    for number, at in enumerate(("2026-03-20T12:00:00Z", "2026-03-21T12:10:00Z")):
        (tmp_path / f"ä {number}.py").write_text("x = 1\n" * (number + 1))
        git("add", ".")
        git("commit", "-q", "-m", f"Number {number}\n\nMore.", GIT_COMMITTER_DATE=at, GIT_AUTHOR_DATE=at)
    (tmp_path / "sub").mkdir()
    return tmp_path


def test_commits_of_a_checkout(checkout):
    source = Checkout()
    place = source.place_of(make_trace(cwd=str(checkout / "sub")))
    assert place == str(checkout)
    (one,) = source.commits(place, "main", SINCE, UNTIL)
    assert (one.message, one.author, one.committed_at) == ("Number 1\n\nMore.", "Ann", "2026-03-21T12:10:00.000Z")
    assert (one.insertions, one.deletions, one.files) == (2, 0, ("ä 1.py",))
    assert one.url == f"https://github.com/org/shop/commit/{one.sha}"
    assert list(source.commits(place, "gone", SINCE, UNTIL)) == [one]
    assert list(source.commits(place, None, SINCE, SINCE + timedelta(minutes=1))) == []


def test_what_is_no_checkout_has_no_place(tmp_path):
    source = Checkout()
    for cwd in (None, "relative", str(tmp_path / "gone"), str(tmp_path), "-C", "/dev/null"):
        assert source.place_of(make_trace(cwd=cwd)) is None


def test_a_repository_runs_nothing(checkout):
    marker = checkout.parent / "ran"
    hook = checkout / "evil"
    hook.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    hook.chmod(0o755)
    with (checkout / ".git" / "config").open("a") as config:
        config.write(f'[core]\n\tfsmonitor = "{hook}"\n\tpager = "{hook}"\n\thooksPath = "{checkout}"\n')
        config.write(f'[diff]\n\texternal = "{hook}"\n')
    source = Checkout()
    place = source.place_of(make_trace(cwd=str(checkout)))
    assert place is not None
    assert len(list(source.commits(place, None, SINCE, UNTIL))) == 1
    assert not marker.exists()
