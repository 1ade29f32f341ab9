"""What the figures were taken on, and how they are printed."""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime


def describe() -> str:
    """One line: date, processor count, Python, load. Figures of two machines compare by their ratios only."""
    load = os.getloadavg()[0]
    today = datetime.now(UTC).date().isoformat()
    kind = f"{platform.system()} {platform.machine()}"
    return f"{today}, {kind}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f} at the start"


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]], note: str = "") -> None:
    """Print a Markdown table, numbers to the right."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(head, *texts, strict=True)]
    right = [all(not isinstance(row[at], str) for row in rows) for at in range(len(head))]
    rule = ["-" * (width - 1) + ":" if to_right else "-" * width for width, to_right in zip(widths, right, strict=True)]
    print(f"\n### {title}\n")
    for cells in (list(head), rule, *texts):
        padded = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        )
        print(f"| {' | '.join(padded)} |")
    if note:
        print(f"\n{note}")
    sys.stdout.flush()


def skipped(title: str, reason: str) -> None:
    """Say that a part was not measured, and why."""
    print(f"\n### {title}\n\nskipped: {reason}", flush=True)


def milliseconds(run: Callable[[], object], times: int) -> list[float]:
    """How long each of `times` runs took, in milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def median_ms(run: Callable[[], object], times: int) -> float:
    """The median of `times` runs, in milliseconds."""
    return statistics.median(milliseconds(run, times))


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.2f}" if abs(cell) < 10 else f"{cell:.1f}" if abs(cell) < 100 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
