"""Changes of files, and that their diff applies as git takes it."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wakeline.domain.fixes.changes import Change, Unusable, applied, is_allowed, is_path, unified


@pytest.mark.parametrize("path", ["a", "a/b.md", ".wakeline/policy.toml", "a b/c d.txt", "x+y@z/_.py"])
def test_paths(path):
    assert is_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/a",
        "a/",
        "a//b",
        "../a",
        "a/../b",
        "./a",
        ".git/config",
        "a/.git/x",
        "a\\b",
        "a\nb",
        "a\0",
        "é",
        "-a",
        "x" * 301,
    ],
)
def test_what_is_no_path(path):
    assert not is_path(path)


@pytest.mark.parametrize(
    ("path", "allowed", "is_"),
    [
        ("a/b/c.md", ["a/**"], True),
        ("a/b/c.md", ["a/*"], False),
        ("a/c.md", ["a/*.md"], True),
        ("a/c.md", ["**/*.md"], True),
        ("c.md", ["**/*.md"], True),
        ("a/c.md", ["a/"], True),
        ("ab/c.md", ["a/"], False),
        ("c.md", ["x", "c.md"], True),
        ("c.md", ["c?md"], True),
        ("cxmd", ["c.md"], False),
        ("a/../c.md", ["**"], False),
        ("c.md", [], False),
    ],
)
def test_allowed_paths(path, allowed, is_):
    assert is_allowed(path, allowed) is is_


def test_a_text_is_replaced_and_a_file_written():
    files = {"a.md": "one\ntwo\nthree\n"}
    changes = [Change("a.md", "2\n", "two\n"), Change("a.md", "3\n", "three\n"), Change("b.md", "new\n")]
    assert applied(files, changes, ["*"]) == {"a.md": "one\n2\n3\n", "b.md": "new\n"}
    assert files == {"a.md": "one\ntwo\nthree\n"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (Change("x/a.md", "n"), "outside"),
        (Change("../a.md", "n"), "outside"),
        (Change("b.md", "n", "old"), "was not given"),
        (Change("a.md", "n", "absent"), "exactly once"),
        (Change("a.md", "n", "o"), "exactly once"),
        (Change("a.md", "n", ""), "exactly once"),
        (Change("a.md", "one\ntwo\n"), "changes nothing"),
        (Change("a.md", "x" * 200_001), "characters long"),
        (Change("a.md", "a\0b"), "not be text"),
    ],
)
def test_what_cannot_be_applied(change, why):
    with pytest.raises(Unusable, match=why):
        applied({"a.md": "one\ntwo\n"}, [change], ["*"])


def test_no_change_at_all():
    with pytest.raises(Unusable):
        applied({}, [], ["*"])


def by_git(folder, files, diff):
    """The files after `git apply`."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    subprocess.run(["git", "apply", "-"], cwd=folder, input=diff.encode(), check=True, capture_output=True)
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes().decode() for path in found}


@pytest.mark.parametrize(
    ("files", "after"),
    [
        ({}, {"deep/er/new.md": "a\nb\n"}),
        ({"a.md": "a\nb\nc\n"}, {"a.md": "a\nB\nc\n"}),
        ({"a.md": "a\nb"}, {"a.md": "a\nb\nc\n"}),
        ({"a.md": "a\nb\n"}, {"a.md": "a\nb\nc"}),
        ({"a.md": "a"}, {"a.md": "b"}),
        ({"a.md": "x\r\ny\r\n"}, {"a.md": "x\r\nz\r\n"}),
        ({"a b.md": "a\n"}, {"a b.md": "b\n", "c d.md": "n\n"}),
        ({"a.md": "\u2028\x0c\x1e\n-- x\n++ y\n"}, {"a.md": "\u2028\x0c\x1e\n--- x\n+++ y\n"}),
        ({"a.md": "".join(f"{n}\n" for n in range(100))}, {"a.md": "".join(f"{n % 91}\n" for n in range(100))}),
        ({"a.md": ""}, {"a.md": "n\n"}),
    ],
)
def test_the_diff_applies(tmp_path, files, after):
    assert by_git(tmp_path, files, unified(files, after)) == {**files, **after}


TEXT = st.text(st.sampled_from("ab\n\r \u2028é-+@\\"), max_size=30)


@settings(max_examples=25, deadline=None)
@given(TEXT, TEXT)
def test_any_diff_applies(tmp_path_factory, before, after):
    if before == after:
        return
    files = {"f": before}
    assert by_git(tmp_path_factory.mktemp("repo"), files, unified(files, {"f": after})) == {"f": after}
