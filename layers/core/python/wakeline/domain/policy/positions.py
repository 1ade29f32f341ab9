"""Where in a TOML text each key stands: the standard library's reader tells values, not lines.

The text must have been read by `tomllib` already, so only what is valid TOML has to be told apart here. Keys within an
inline table or an array stand where the key that holds them does.
"""

import re
from collections import Counter

Path = tuple[str | int, ...]

_KEY = re.compile(r"""[ \t]*(?:([A-Za-z0-9_-]+)|"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)')[ \t]*(\.)?""", re.ASCII)
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STEP = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|[\[{]|[\]}]|\n|[^\"'#\[\]{}\n]+",
    re.DOTALL,
)


def lines_of(text: str) -> dict[Path, int]:
    """The 1-based line of every table and key, by path: `("rule", 0, "effect")`. The document itself is `()`."""
    found: dict[Path, int] = {(): 1}
    arrays: Counter[tuple[str, ...]] = Counter()
    table: Path = ()
    at, line, counted = 0, 1, 0
    while True:
        blank = _BLANK.match(text, at)
        at = blank.end() if blank else at
        line, counted = line + text.count("\n", counted, at), at
        if at >= len(text):
            return found
        if text[at] == "[":
            repeated = text.startswith("[[", at)
            names, at = _names(text, at + (2 if repeated else 1))
            if repeated:
                arrays[names] += 1
            table = _placed(names, arrays)
            found.setdefault(table, line)
            at = _behind(text, text.find("]", at) + 1)
        else:
            names, at = _names(text, at)
            path = (*table, *names)
            for length in range(len(table) + 1, len(path) + 1):
                found.setdefault(path[:length], line)
            at = _behind(text, at)


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest that holds it."""
    return next(lines[path[:length]] for length in range(len(path), -1, -1) if path[:length] in lines)


def _names(text: str, at: int) -> tuple[tuple[str, ...], int]:
    """The parts of a dotted key, and where it ends."""
    names: list[str] = []
    while (match := _KEY.match(text, at)) is not None:
        names.append(next(part for part in match.groups()[:3] if part is not None))
        at = match.end()
        if match[4] is None:
            break
    return tuple(names), at


def _placed(names: tuple[str, ...], arrays: Counter[tuple[str, ...]]) -> Path:
    """A table's path, with the place of each array of tables on the way: its last element is meant."""
    path: list[str | int] = []
    for length, name in enumerate(names, 1):
        path.append(name)
        if arrays[names[:length]]:
            path.append(arrays[names[:length]] - 1)
    return tuple(path)


def _behind(text: str, at: int) -> int:
    """Where the statement that holds `at` ends: at a line's end outside of brackets and strings."""
    depth = 0
    while (match := _STEP.match(text, at)) is not None:
        step, at = match[0], match.end()
        if step in ("[", "{"):
            depth += 1
        elif step in ("]", "}"):
            depth -= 1
        elif step == "\n" and depth <= 0:
            return at
    return len(text)
