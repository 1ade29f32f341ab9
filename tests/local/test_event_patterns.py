"""EventBridge patterns, each operator with an event that matches and one that does not."""

from __future__ import annotations

from typing import Any

import pytest

from local.event_patterns import matches

EVENT: dict[str, Any] = {
    "source": "wakeline",
    "detail": {"n": 3, "name": "trace.completed", "tags": ["a", "b"], "ok": True, "none": None, "ip": "10.0.0.7"},
    "items": [{"kind": "x"}, {"kind": "y"}],
}


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ({"source": ["wakeline"]}, {"source": ["other"]}),
        ({"source": ["x", "wakeline"]}, {"sauce": ["wakeline"]}),
        ({"detail": {"n": [3]}}, {"detail": {"n": ["3"]}}),
        ({"detail": {"ok": [True]}}, {"detail": {"ok": [1]}}),
        ({"detail": {"none": [None]}}, {"detail": {"absent": [None]}}),
        ({"detail": {"tags": ["b"]}}, {"detail": {"tags": ["c"]}}),
        ({"detail": {"name": [{"prefix": "trace."}]}}, {"detail": {"name": [{"prefix": "event."}]}}),
        ({"detail": {"name": [{"suffix": "ed"}]}}, {"detail": {"name": [{"suffix": "ing"}]}}),
        ({"detail": {"name": [{"equals-ignore-case": "TRACE.completed"}]}}, {"detail": {"n": [{"prefix": "3"}]}}),
        ({"detail": {"name": [{"wildcard": "tr*.comp*"}]}}, {"detail": {"name": [{"wildcard": "tr?ce*"}]}}),
        ({"detail": {"n": [{"numeric": [">", 2, "<=", 3]}]}}, {"detail": {"n": [{"numeric": ["<", 3]}]}}),
        ({"detail": {"n": [{"exists": True}]}}, {"detail": {"n": [{"exists": False}]}}),
        ({"detail": {"absent": [{"exists": False}]}}, {"detail": {"absent": [{"exists": True}]}}),
        ({"detail": {"name": [{"anything-but": "x"}]}}, {"detail": {"name": [{"anything-but": ["trace.completed"]}]}}),
        ({"detail": {"name": [{"anything-but": {"prefix": "x"}}]}}, {"detail": {"absent": [{"anything-but": "x"}]}}),
        (
            {"detail": {"name": ["x", {"prefix": "trace"}]}},
            {"detail": {"name": [{"anything-but": {"prefix": "trace"}}]}},
        ),
        ({"detail": {"ip": [{"cidr": "10.0.0.0/24"}]}}, {"detail": {"name": [{"cidr": "10.0.0.0/24"}]}}),
        ({"items": {"kind": ["y"]}}, {"items": {"kind": ["z"]}}),
        ({"$or": [{"source": ["x"]}, {"detail": {"n": [3]}}]}, {"$or": [{"source": ["x"]}]}),
        ({}, {"detail": {"n": [3], "ok": [False]}}),
    ],
)
def test_patterns(yes: dict[str, Any], no: dict[str, Any]) -> None:
    assert matches(yes, EVENT)
    assert not matches(no, EVENT)


def test_an_unknown_operator_is_an_error() -> None:
    with pytest.raises(ValueError, match="sounds-like"):
        matches({"source": [{"sounds-like": "wakeline"}]}, EVENT)
