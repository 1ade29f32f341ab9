"""CSV that opens harmlessly in a spreadsheet: RFC 4180 with LF line ends, formulas disarmed."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> Any:
    """A value as a cell: nothing is empty, truth is `true` or `false`, and text that a spreadsheet would take for a
    formula gets a `'` in front. Numbers stay what they are.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def header(columns: Sequence[str]) -> bytes:
    """The first line: names without quotes."""
    return (",".join(columns) + "\n").encode()


def lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as lines, every cell in quotes. Lone surrogates, which no CSV can carry, become `?`."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")
