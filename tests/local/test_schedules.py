"""When schedules fire."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local.schedules import next_time

NOW = datetime(2026, 11, 21, 22, 30, 15, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rate(1 minute)", "2026-11-21T22:31:15"),
        ("rate(6 hours)", "2026-11-22T04:30:15"),
        ("at(2026-12-01T08:00:00)", "2026-12-01T08:00:00"),
        ("at(2026-01-01T08:00:00)", None),
        ("cron(0 2 * * ? *)", "2026-11-22T02:00:00"),
        ("cron(30/10 22 * * ? *)", "2026-11-21T22:40:00"),
        ("cron(0 9 ? * MON-FRI *)", "2026-11-23T09:00:00"),
        ("cron(0 9 ? * 1 *)", "2026-11-22T09:00:00"),
        ("cron(0 0 1 JAN,JUL ? *)", "2027-01-01T00:00:00"),
        ("cron(0 0 L * ? *)", "2026-11-30T00:00:00"),
        ("cron(0 0 ? * 6L *)", "2026-11-27T00:00:00"),
        ("cron(0 0 ? * 2#1 *)", "2026-12-07T00:00:00"),
        ("cron(0 0 29W * ? 2026)", "2026-11-30T00:00:00"),
        ("cron(0 0 29 2 ? *)", "2028-02-29T00:00:00"),
        ("cron(0 0 1 1 ? 2020)", None),
    ],
)
def test_next(expression: str, expected: str | None) -> None:
    found = next_time(expression, NOW)
    assert (found.isoformat()[:19] if found else None) == expected


@pytest.mark.parametrize(
    "expression", ["rate(0 days)", "rate(5 weeks)", "cron(0 0 * * * *)", "cron(0 0 *)", "cron(61 0 * * ? *)", "x"]
)
def test_bad_expressions(expression: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        next_time(expression, NOW)
