"""What a DynamoDB call costs in capacity units, by AWS's published rules, since the embedded engine's own figures are
made up.

Item sizes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
Reads and writes: .../read-write-operations.html; indexes: .../GSI.html#GSI.ThroughputConsiderations.Writes

Items are in wire form, `{"name": {"S": "x"}}`, with binary values as bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Attributes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Index:
    """A secondary index: its key attributes, and the attributes it holds (None = all)."""

    keys: tuple[str, ...]
    included: frozenset[str] | None

    def entry(self, item: Attributes | None) -> Attributes | None:
        """What the index holds of an item, or None when the item lacks one of its keys."""
        if item is None or any(key not in item for key in self.keys):
            return None
        if self.included is None:
            return item
        return {name: value for name, value in item.items() if name in self.included}


@dataclass(frozen=True)
class Call:
    """One call into the embedded AWS. Units are 0 for services other than DynamoDB; `status` is the HTTP status."""

    service: str
    operation: str
    table: str
    rcu: float
    wcu: float
    status: int


@dataclass
class Calls:
    """The calls made while a recording was open, in order."""

    calls: list[Call] = field(default_factory=list)

    @property
    def dynamodb(self) -> list[Call]:
        """Those to DynamoDB."""
        return [call for call in self.calls if call.service == "dynamodb"]

    @property
    def operations(self) -> list[str]:
        """The DynamoDB operations' names."""
        return [call.operation for call in self.dynamodb]

    @property
    def rcu(self) -> float:
        """Read units of all calls."""
        return sum(call.rcu for call in self.calls)

    @property
    def wcu(self) -> float:
        """Write units of all calls."""
        return sum(call.wcu for call in self.calls)


_recordings: list[Calls] = []


@contextmanager
def record_calls() -> Iterator[Calls]:
    """Record every call into the embedded engine, from any thread, until the block ends."""
    calls = Calls()
    _recordings.append(calls)
    try:
        yield calls
    finally:
        _recordings[:] = [each for each in _recordings if each is not calls]


def recording() -> bool:
    """Whether anyone listens, so that nothing is computed for nobody."""
    return bool(_recordings)


def record(call: Call) -> None:
    """Tell every open recording of a call."""
    for calls in list(_recordings):
        calls.calls.append(call)


def item_size(item: Attributes) -> int:
    """Bytes of an item: UTF-8 names plus values."""
    return sum(len(name.encode("utf-8", "surrogatepass")) + value_size(value) for name, value in item.items())


def value_size(value: Mapping[str, Any]) -> int:
    """Bytes of one attribute value."""
    kind, content = next(iter(value.items()))
    match kind:
        case "S":
            return len(content.encode("utf-8", "surrogatepass"))
        case "N":
            return _number_size(content)
        case "B":
            return len(content)
        case "BOOL" | "NULL":
            return 1
        case "SS" | "NS" | "BS":
            return sum(value_size({kind[0]: each}) for each in content)
        case "L":
            return 3 + sum(1 + value_size(each) for each in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + value_size(each) for name, each in content.items())
    raise ValueError(f"unknown attribute type {kind}")


def _number_size(text: str) -> int:
    """One byte per two significant digits, one more, and one for a sign; leading and trailing zeros do not count."""
    digits = text.lower().split("e")[0].lstrip("+-").replace(".", "").strip("0")
    return math.ceil(len(digits) / 2) + 1 + text.startswith("-")


def read_units(size: int, *, consistent: bool, transactional: bool = False) -> float:
    """Units of reading `size` bytes: 4 KB steps, at least one; half when eventually consistent, twice in a
    transaction.
    """
    units = max(1, math.ceil(size / 4096))
    return units * 2.0 if transactional else units * (1.0 if consistent else 0.5)


def write_units(old: Attributes | None, new: Attributes | None, indexes: Iterable[Index] = ()) -> float:
    """Units of replacing `old` by `new` (None = absent) in the table and its indexes."""
    units = _kilobytes(max(_size(old), _size(new)))
    for index in indexes:
        before, after = index.entry(old), index.entry(new)
        if before is None and after is None:
            continue
        if before is not None and after is not None:
            if any(before[key] != after[key] for key in index.keys):
                units += _kilobytes(item_size(before)) + _kilobytes(item_size(after))
            elif before != after:
                units += _kilobytes(max(item_size(before), item_size(after)))
        else:
            units += _kilobytes(max(_size(before), _size(after)))
    return units


def _size(item: Attributes | None) -> int:
    return item_size(item) if item else 0


def _kilobytes(size: int) -> float:
    return float(max(1, math.ceil(size / 1024)))
