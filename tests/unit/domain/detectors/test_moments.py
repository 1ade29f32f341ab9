"""Moments in goals and on pages."""

import pytest

from wakeline.domain.detectors.moments import date, hour, weekday


@pytest.mark.parametrize(
    ("read", "text", "moment"),
    [
        (weekday, "Schedule it on Tuesday at 3pm", "Tuesday"),
        (weekday, "on tuesday, yes, TUESDAY", "Tuesday"),
        (weekday, "Tuesday or Wednesday", None),
        (weekday, "by Friday", None),
        (weekday, "not before the Friday", None),
        (weekday, "from Monday to Friday", None),
        (weekday, "Tues", None),
        (date, "Move it to 29 November", "11-29"),
        (date, "on the 3rd of May 2026", "05-03"),
        (date, "Nov 29th", "11-29"),
        (date, "2026-11-29", "11-29"),
        (date, "2026-11-29T15:00", "11-29"),
        (date, "29 November 2026 (2026-11-29)", "11-29"),
        (date, "until 2026-11-29", None),
        (date, "2026-11-29 or 2026-11-30", None),
        (date, "2026-11-29T23:30:00Z", None),
        (date, "2026-11-29T23:30:00+02:00", None),
        (date, "29 of them", None),
        (hour, "at 3pm", "15:00"),
        (hour, "3:30 PM", "15:30"),
        (hour, "12 am", "00:00"),
        (hour, "12pm", "12:00"),
        (hour, "at 15:00", "15:00"),
        (hour, "before 15:00", None),
        (hour, "15:00 and 16:00", None),
        (hour, "a ratio of 16:9", None),
        (hour, "nothing", None),
    ],
)
def test_the_one_moment_that_a_text_names(read, text, moment):
    assert read(text) == moment
