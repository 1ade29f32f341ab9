"""Charts as inline SVG. Colours are the style sheet's; every mark says its number in a `<title>`."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .words import count, escape

WIDTH, HEIGHT = 760, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 8, 10, 26


class Series(NamedTuple):
    """What is stacked: its name, its class in the style sheet, a number for each bar."""

    name: str
    colour: str
    values: Sequence[float]


def bars(title: str, labels: Sequence[str], stacked: Sequence[Series], show: Callable[[float], str]) -> str:
    """Upright bars, one for each label, each a stack of the series."""
    sums = [sum(max(0.0, series.values[at]) for series in stacked) for at in range(len(labels))]
    top = _round_up(max(sums, default=0.0))
    plot_width, plot_height = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    slot = plot_width / max(1, len(labels))
    wide = max(1.0, slot * 0.78)
    drawn = [_open(title, HEIGHT)]
    for part in range(5):
        y = _TOP + plot_height * (1 - part / 4)
        drawn.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        shown = escape(show(top * part / 4))
        drawn.append(f'<text class="axis" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{shown}</text>')
    for at, label in enumerate(labels):
        x = _LEFT + slot * at + (slot - wide) / 2
        y = float(_TOP + plot_height)
        for series in stacked:
            value = max(0.0, series.values[at])
            high = plot_height * value / top
            if not high:
                continue
            y -= high
            said = f"{label}: {show(value)}" + (f" {series.name}" if len(stacked) > 1 else "")
            box = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{max(high, 0.6):.1f}"'
            drawn.append(f'<rect class="{series.colour}" {box}><title>{escape(said)}</title></rect>')
    every = max(1, -(-len(labels) // 8))
    for at in range(0, len(labels), every):
        x = _LEFT + slot * (at + 0.5)
        drawn.append(
            f'<text class="axis" x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(labels[at])}</text>'
        )
    drawn.append("</svg>")
    return "".join(drawn) + (_legend(stacked) if len(stacked) > 1 else "")


class Line(NamedTuple):
    """A bar that lies: its name, its number, and how much of that went wrong."""

    name: str
    value: int
    bad: int = 0


def ranking(title: str, found: Sequence[Line]) -> str:
    """Bars that lie, the longest first, with the part that went wrong in red."""
    row = 22
    height = row * len(found) + 6
    longest = max((each.value for each in found), default=1) or 1
    left = 210
    room = WIDTH - left - 90
    drawn = [_open(title, height)]
    for at, each in enumerate(found):
        y = 4 + row * at
        long = room * each.value / longest
        bad = room * min(each.bad, each.value) / longest
        said = f"{each.name}: {count(each.value)}" + (f", {count(each.bad)} failed" if each.bad else "")
        shown = f"{count(each.value)}" + (f" ({count(each.bad)} failed)" if each.bad else "")
        drawn.append(
            f"<g><title>{escape(said)}</title>"
            f'<text class="name" x="{left - 8}" y="{y + 13}" text-anchor="end">{escape(each.name, 30)}</text>'
            f'<rect class="c1" x="{left}" y="{y}" width="{max(long, 1):.1f}" height="{row - 6}" rx="2"/>'
            f'<rect class="bad" x="{left + long - bad:.1f}" y="{y}" width="{bad:.1f}" height="{row - 6}" rx="2"/>'
            f'<text class="axis" x="{left + long + 6:.1f}" y="{y + 13}">{escape(shown)}</text></g>'
        )
    drawn.append("</svg>")
    return "".join(drawn)


class Cells(NamedTuple):
    """A file of the heatmap: its path, and reads, writes and edits."""

    path: str
    counts: tuple[int, int, int]


def heat(title: str, found: Sequence[Cells]) -> str:
    """A row for each file, a cell for each kind of use: the darker, the more."""
    row, left, wide = 22, 440, 100
    height = row * (len(found) + 1) + 4
    most = max((number for each in found for number in each.counts), default=1) or 1
    drawn = [_open(title, height)]
    for at, name in enumerate(("reads", "writes", "edits")):
        drawn.append(f'<text class="axis" x="{left + wide * at + 48}" y="15" text-anchor="middle">{name}</text>')
    for line, each in enumerate(found, start=1):
        y = row * line
        path = each.path if len(each.path) <= 62 else "…" + each.path[-61:]
        drawn.append(f'<text class="name" x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(path)}</text>')
        for at, number in enumerate(each.counts):
            strength = 0.0 if not number else 0.15 + 0.85 * (number / most) ** 0.5
            x = left + wide * at
            box = f'x="{x}" y="{y}" width="{wide - 4}" height="{row - 4}" rx="3"'
            shown = count(number) if number else ""
            drawn.append(
                f"<g><title>{escape(each.path)}: {count(number)} {('reads', 'writes', 'edits')[at]}</title>"
                f'<rect class="cell" {box}/><rect class="heat" {box} fill-opacity="{strength:.2f}"/>'
                f'<text class="number" x="{x + 48}" y="{y + 13}" text-anchor="middle">{shown}</text></g>'
            )
    drawn.append("</svg>")
    return "".join(drawn)


def _open(title: str, height: float) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}" '
        f'preserveAspectRatio="xMinYMin meet">'
    )


def _legend(stacked: Sequence[Series]) -> str:
    keys = "".join(f'<span><i class="{series.colour}"></i>{escape(series.name)}</span>' for series in stacked)
    return f'<p class="legend">{keys}</p>'


def _round_up(value: float) -> float:
    """The end of an axis: 1, 2, 2.5 or 5 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power > value:
        power /= 10
    while power * 10 <= value:
        power *= 10
    return next(power * step for step in (1, 2, 2.5, 5, 10) if power * step >= value)
