"""Changes of files, and the unified diff of them.

Whoever proposes a fix names texts to be replaced or files to be written; the diff is made here, from the files as they
are, so that it applies. Paths are relative and have to match what the caller allows.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MAX_FILE = 200_000
"""Characters of one file that is changed."""

_PART = re.compile(r"[A-Za-z0-9_@+.][A-Za-z0-9_@+. -]*", re.ASCII)


class Unusable(Exception):
    """A proposal that cannot be applied; the message says why, in words for the caller."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the whole `content` of a file, or `old`, which stands in it once, replaced by `content`."""

    path: str
    content: str
    old: str | None = None


def is_path(path: str) -> bool:
    """Whether a path is relative, plain and stays inside its folder."""
    parts = path.split("/")
    return 0 < len(path) <= 300 and all(_PART.fullmatch(part) and part not in (".", "..", ".git") for part in parts)


def is_allowed(path: str, allowed: Sequence[str]) -> bool:
    """Whether a path matches one of the patterns: `**` is any folders, `*` any part of a name, `dir/` all below it."""
    return is_path(path) and any(_pattern(each).fullmatch(path) for each in allowed)


def _pattern(glob: str) -> re.Pattern[str]:
    glob = f"{glob}**" if glob.endswith("/") else glob
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    spelled = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    return re.compile("".join(spelled.get(part) or re.escape(part) for part in parts))


def applied(files: Mapping[str, str], changes: Sequence[Change], allowed: Sequence[str]) -> dict[str, str]:
    """The files that differ after the changes, by path. `files` are those there are.

    Raises `Unusable` for a path that is not allowed, an `old` that does not stand there exactly once, or no change.
    """
    after: dict[str, str] = {}
    for change in changes:
        path = change.path
        if not is_allowed(path, allowed):
            raise Unusable(f"it changes {path[:100]!r}, which is outside the allowed paths")
        before = after.get(path, files.get(path))
        if change.old is None:
            after[path] = change.content
        elif before is None:
            raise Unusable(f"it changes a text in {path[:100]!r}, a file that was not given")
        elif not change.old or before.count(change.old) != 1:
            raise Unusable(f"the text it changes does not stand exactly once in {path[:100]!r}")
        else:
            after[path] = before.replace(change.old, change.content)
        if len(after[path]) > MAX_FILE:
            raise Unusable(f"{path[:100]!r} would be over {MAX_FILE} characters long")
        if "\0" in after[path]:
            raise Unusable(f"{path[:100]!r} would not be text")
    changed = {path: text for path, text in after.items() if text != files.get(path)}
    if not changed:
        raise Unusable("it changes nothing")
    return changed


def unified(files: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The unified diff that leads from `files` to `after`, as `git apply` takes it."""
    return "".join("".join(_diff(path, files.get(path), after[path])) for path in sorted(after))


def _diff(path: str, before: str | None, after: str) -> Iterator[str]:
    yield f"diff --git a/{path} b/{path}\n"
    if before is None:
        yield "new file mode 100644\n"
    # A path with a space ends in a tab, or patch would cut it there.
    tab = "\t" if " " in path else ""
    origin = f"a/{path}{tab}" if before is not None else "/dev/null"
    lines = difflib.unified_diff(_lines(before or ""), _lines(after), origin, f"b/{path}{tab}", n=3)
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Lines with their ends. Only `\\n` ends one: a form feed or a separator of Unicode does not."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
