"""Hours of the day in zones, and the actions of the running hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain.policy.hours import Hours
from wakeline.domain.policy.rate import Window

START = datetime(2026, 3, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "local", "inside"),
    [
        ("08:00-18:00 Europe/Berlin", "2026-03-21T08:00", True),
        ("08:00-18:00 Europe/Berlin", "2026-03-21T07:59", False),
        ("08:00-18:00 Europe/Berlin", "2026-03-21T18:00", False),
        ("22:00-06:00 America/New_York", "2026-03-21T23:00", True),
        ("22:00-06:00 America/New_York", "2026-03-21T05:59", True),
        ("22:00-06:00 America/New_York", "2026-03-21T06:00", False),
        ("00:00-24:00 Asia/Kathmandu", "2026-03-21T23:59", True),
        ("08:00-18:00", "2026-03-21T09:00", True),
    ],
)
def test_hours(text, local, inside):
    hours = Hours.read(text)
    assert hours.admit(datetime.fromisoformat(local).replace(tzinfo=hours.zone)) is inside


def test_the_clock_on_the_wall_counts_when_clocks_change():
    hours = Hours.read("08:00-09:00 Europe/Berlin")
    winter, summer = datetime(2026, 3, 28, 7, 30, tzinfo=UTC), datetime(2026, 3, 30, 6, 30, tzinfo=UTC)
    assert hours.admit(winter)
    assert hours.admit(summer)
    assert not hours.admit(datetime(2026, 3, 30, 7, 30, tzinfo=UTC))
    assert ZoneInfo("Europe/Berlin") == hours.zone


@given(st.lists(st.integers(0, 3 * 3600), max_size=60), st.integers(1, 5))
def test_no_hour_ever_sees_more_than_the_bound(seconds, bound):
    window = Window()
    admitted: list[int] = []
    for second in sorted(seconds):
        now = START + timedelta(seconds=second)
        if window.used(now) < bound:
            window = window.with_one(now)
            admitted.append(second)
    for second in admitted:
        assert sum(1 for each in admitted if second <= each < second + 3600) <= bound


def test_an_hour_later_it_is_free_again():
    window = Window().with_one(START).with_one(START)
    assert window.used(START + timedelta(minutes=60)) == 2
    assert window.used(START + timedelta(minutes=61)) == 0
    assert window.with_one(START + timedelta(minutes=61)).minutes.keys() == {int(START.timestamp()) // 60 + 61}
