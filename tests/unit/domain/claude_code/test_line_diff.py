import random
import time

import pytest

from wakeline.domain.claude_code.line_diff import changed_lines, count_lines, patched_lines


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", (0, 0)),
        ("", "a\nb\n", (2, 0)),
        ("a\nb", "", (0, 2)),
        ("a\nb\n", "a\nb", (0, 0)),
        ("a\nb\nc\n", "a\nx\nc\n", (1, 1)),
        ("a\nb\nc\nd\n", "d\na\nb\nc\n", (1, 1)),
        ("x\nx\nx\n", "x\nx\n", (0, 1)),
        ("a\nb\n", "c\nd\ne\n", (3, 2)),
    ],
)
def test_changed_lines(old, new, expected):
    assert changed_lines(old, new) == expected


def test_it_is_the_shortest_diff():
    chance = random.Random(7)
    for _ in range(300):
        old, new = ([chance.choice("abc") for _ in range(chance.randrange(12))] for _ in range(2))
        common = _longest_common(old, new)
        assert changed_lines("\n".join([*old, ""]), "\n".join([*new, ""])) == (len(new) - common, len(old) - common)


def _longest_common(old: list[str], new: list[str]) -> int:
    row = [0] * (len(new) + 1)
    for a in old:
        before, row = row, [0]
        for j, b in enumerate(new):
            row.append(before[j] + 1 if a == b else max(before[j + 1], row[j]))
    return row[-1]


@pytest.mark.parametrize(
    "lines", [["x"] * 20_000, [f"{n % 7}" for n in range(20_000)], [f"{n}" for n in range(60_000)]]
)
def test_large_texts_take_no_long_time(lines):
    started = time.perf_counter()
    changed_lines("\n".join(["a", *lines, "b"]), "\n".join(["c", *reversed(lines), "d"]))
    assert time.perf_counter() - started < 5


def test_count_lines():
    assert [count_lines(text) for text in ("", "a", "a\n", "a\nb", "\n\n")] == [0, 1, 1, 2, 2]


def test_patched_lines():
    patch = [{"lines": [" a", "+b", "+c", "-d", "\\ No newline at end of file"]}, {"lines": ["-e", 7]}, {"lines": None}]
    assert patched_lines(patch) == (2, 2)
    assert patched_lines([]) is None
    assert patched_lines("x") is None
