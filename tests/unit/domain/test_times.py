import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain import times
from wakeline.domain.errors import Invalid

SPELLINGS = {
    "2026-03-21T10:00:00Z": "2026-03-21T10:00:00.000Z",
    "2026-03-21T10:00:00.000Z": "2026-03-21T10:00:00.000Z",
    "2026-03-21t10:00:00z": "2026-03-21T10:00:00.000Z",
    "2026-03-21 10:00:00": "2026-03-21T10:00:00.000Z",
    "2026-03-21T10:00": "2026-03-21T10:00:00.000Z",
    "2026-03-21": "2026-03-21T00:00:00.000Z",
    "2026-03-21T10:00:00.1Z": "2026-03-21T10:00:00.100Z",
    "2026-03-21T10:00:00,25Z": "2026-03-21T10:00:00.250Z",
    "2026-03-21T10:00:00.123456Z": "2026-03-21T10:00:00.123456Z",
    "2026-03-21T10:00:00.123456789Z": "2026-03-21T10:00:00.123456Z",
    "2026-03-21T10:00:00+02:00": "2026-03-21T08:00:00.000Z",
    "2026-03-21T10:00:00-0530": "2026-03-21T15:30:00.000Z",
    "  2026-03-21T10:00:00Z ": "2026-03-21T10:00:00.000Z",
    "1970-01-01T00:00:00Z": "1970-01-01T00:00:00.000Z",
    "2099-12-31T23:59:59.999999Z": "2099-12-31T23:59:59.999999Z",
    "2024-02-29": "2024-02-29T00:00:00.000Z",
}


@pytest.mark.parametrize(("text", "canonical"), SPELLINGS.items())
def test_one_spelling(text, canonical):
    assert times.normalise(text) == canonical
    assert times.normalise(canonical) == canonical


REFUSED = [
    "",
    "now",
    "2026",
    "2026-03",
    "2026-13-01",
    "2026-02-30",
    "2025-02-29",
    "2026-03-21T24:00:01Z",
    "2026-03-21T10:60:00Z",
    "2026-03-21T10:00:00+25:00",
    "2026-03-21T10:00:00 UTC",
    "1742551200",
    "21.03.2026",
    "٢٠٢٦-03-21",
    "2026-03-21T10:00:00Z\x00",
    "1969-12-31T23:59:59Z",
    "2100-01-01",
    "9999-12-31T23:59:59-01:00",
    "0001-01-01T00:00:00+01:00",
    "2026-03-21T10:00:00." + "1" * 60 + "Z",
]


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    with pytest.raises(Invalid) as caught:
        times.parse(text, "started_at")
    assert caught.value.field == "started_at"


MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_a_moment_is_spelt_alike_from_any_zone(moment, minutes):
    there = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert times.normalise(there.isoformat()) == times.render(moment)
    assert times.parse(times.render(there)) == moment


@given(MOMENTS, MOMENTS)
def test_text_order_is_time_order(one, other):
    assert (times.sortable(times.render(one)) < times.sortable(times.render(other))) == (one < other)


@given(st.text(max_size=70))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(Invalid):
        assert times.normalise(text).endswith("Z")


def test_seconds_between():
    start, end = "2026-03-21T10:00:00.000Z", "2026-03-21T10:00:01.500Z"
    assert times.seconds_between(start, end) == 1.5
    assert times.seconds_between(end, start) == 0


def test_the_end_of_a_day():
    assert times.render(times.end_of_day("2026-03-21", "to")) == "2026-03-21T23:59:59.999999Z"
    assert times.render(times.end_of_day("2026-03-21T10:00:00Z", "to")) == "2026-03-21T10:00:00.000Z"
