"""Laying two runs side by side: which step of the one is which of the other.

First by content, then, between the steps that are the same, by kind and name; what is the same and stands elsewhere
was moved. Each pass is Myers' O(ND) comparison (E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986)
as long as the two differ in no more than `MAX_EDITS` places; beyond, the k-th step of a token is held against the
k-th of the other side and the longest run of pairs in order is kept, in O(n log n).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

MAX_EDITS = 600

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Alignment:
    """`pairs` in the order of both runs; `moved` pairs of equal content that cross them."""

    pairs: list[Pair]
    moved: list[Pair]


def align(
    left: Sequence[str], right: Sequence[str], left_keys: Sequence[object], right_keys: Sequence[object]
) -> Alignment:
    """Align two runs by their steps' contents and keys. `align` of the swapped runs is the same with pairs swapped."""
    if (len(left), list(left)) > (len(right), list(right)):
        swapped = align(right, left, right_keys, left_keys)
        return Alignment([(b, a) for a, b in swapped.pairs], sorted((b, a) for a, b in swapped.moved))
    anchors = common(left, right)
    moved = _moves(left, right, anchors)
    gone_left, gone_right = {a for a, _ in moved}, {b for _, b in moved}
    pairs: list[Pair] = []
    from_left = from_right = 0
    for a, b in [*anchors, (len(left), len(right))]:
        mine = [at for at in range(from_left, a) if at not in gone_left]
        theirs = [at for at in range(from_right, b) if at not in gone_right]
        found = common([left_keys[at] for at in mine], [right_keys[at] for at in theirs]) if mine and theirs else []
        pairs += [(mine[x], theirs[y]) for x, y in found]
        if a < len(left) or b < len(right):
            pairs.append((a, b))
        from_left, from_right = a + 1, b + 1
    return Alignment([pair for pair in pairs if pair[0] < len(left) and pair[1] < len(right)], moved)


def _moves(left: Sequence[str], right: Sequence[str], anchors: Sequence[Pair]) -> list[Pair]:
    """Equal steps that are in no pair, the first with the first."""
    taken_left, taken_right = {a for a, _ in anchors}, {b for _, b in anchors}
    waiting: dict[str, list[int]] = defaultdict(list)
    for at in range(len(right) - 1, -1, -1):
        if at not in taken_right:
            waiting[right[at]].append(at)
    found = []
    for at, token in enumerate(left):
        if at not in taken_left and waiting.get(token):
            found.append((at, waiting[token].pop()))
    return found


def common(left: Sequence[object], right: Sequence[object]) -> list[Pair]:
    """Pairs of equal tokens, in the order of both sides: the most there are, as long as few are not in any."""
    start, end = 0, 0
    shorter = min(len(left), len(right))
    while start < shorter and left[start] == right[start]:
        start += 1
    while end < shorter - start and left[-1 - end] == right[-1 - end]:
        end += 1
    mine, theirs = left[start : len(left) - end], right[start : len(right) - end]
    middle = _myers(mine, theirs)
    if middle is None:
        middle = _in_order(mine, theirs)
    return [
        *((at, at) for at in range(start)),
        *((a + start, b + start) for a, b in middle),
        *((len(left) - at, len(right) - at) for at in range(end, 0, -1)),
    ]


def _myers(left: Sequence[object], right: Sequence[object]) -> list[Pair] | None:
    """The longest common subsequence; None when the two differ in more than `MAX_EDITS` places."""
    if not left or not right:
        return []
    size = len(left), len(right)
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for edits in range(min(MAX_EDITS, sum(size)) + 1):
        trail.append(dict(furthest) if edits < 2 else furthest.copy())
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (
                diagonal != edits and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
            )
            x = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            y = x - diagonal
            while x < size[0] and y < size[1] and left[x] == right[y]:
                x, y = x + 1, y + 1
            furthest[diagonal] = x
            if x >= size[0] and y >= size[1]:
                return _trace(trail, size)
    return None


def _trace(trail: list[dict[int, int]], size: Pair) -> list[Pair]:
    """Go back along the furthest points to where it began."""
    pairs: list[Pair] = []
    x, y = size
    for edits in range(len(trail) - 1, -1, -1):
        furthest = trail[edits]
        diagonal = x - y
        down = diagonal == -edits or (
            diagonal != edits and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
        )
        before = diagonal + 1 if down else diagonal - 1
        from_x = furthest[before]
        from_y = from_x - before
        while x > max(from_x, 0) and y > max(from_y, 0):
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = from_x, from_y
    return pairs[::-1]


def _in_order(left: Sequence[object], right: Sequence[object]) -> list[Pair]:
    """The k-th of each token with the k-th, and of those pairs the longest run that both sides have in order."""
    places: dict[object, list[int]] = defaultdict(list)
    for at in range(len(right) - 1, -1, -1):
        places[right[at]].append(at)
    pairs = [(at, places[token].pop()) for at, token in enumerate(left) if places.get(token)]
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, b) in enumerate(pairs):
        length = bisect_left(ends, b)
        before.append(last[length - 1] if length else -1)
        if length == len(ends):
            ends.append(b)
            last.append(number)
        else:
            ends[length], last[length] = b, number
    kept: list[Pair] = []
    at = last[-1] if last else -1
    while at >= 0:
        kept.append(pairs[at])
        at = before[at]
    return kept[::-1]
