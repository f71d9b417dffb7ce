"""Dates against strftime."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.importers.dates import parse_by_pattern, parse_day, parse_hour, parse_time, recognise_order
from trimtab.importers.faults import CellError

days = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))


@given(
    days,
    st.sampled_from(
        ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %B %Y", "%d %b %Y", "%b %d, %Y", "%A, %B %d, %Y", "%Y-%m-%d 00:00:00"]
    ),
)
def test_forms_that_mean_one_thing(day: dt.date, form: str) -> None:
    assert parse_day(day.strftime(form)) == day


@given(days, st.sampled_from("/.-"))
def test_day_and_month_in_numbers(day: dt.date, sign: str) -> None:
    assert parse_day(day.strftime(f"%d{sign}%m{sign}%Y"), "day-first") == day
    assert parse_day(day.strftime(f"%m{sign}%d{sign}%Y"), "month-first") == day


@given(days)
def test_an_ambiguous_day_is_never_guessed(day: dt.date) -> None:
    text = day.strftime("%d/%m/%Y")
    if day.day <= 12 and day.day != day.month:
        with pytest.raises(CellError, match="day first or month first"):
            parse_day(text)
    else:
        assert parse_day(text) == day


@given(st.lists(days, min_size=1))
def test_the_order_is_recognised_or_asked_for(found: list[dt.date]) -> None:
    order, needed = recognise_order([day.strftime("%d/%m/%Y") for day in found])
    assert order == ("day-first" if any(day.day > 12 for day in found) else None)
    assert needed == any(day.day <= 12 and day.day != day.month for day in found)


@pytest.mark.parametrize(
    "text", ["2026-02-30", "31/04/2026", "2026-13-01", "yesterday", "", "1/2/26", "45678", "2026-06-01T", "0026-06-01"]
)
def test_no_day(text: str) -> None:
    with pytest.raises(CellError):
        parse_day(text, "day-first")


def test_a_day_with_a_time_is_no_whole_day() -> None:
    with pytest.raises(CellError, match="time of day"):
        parse_day("2026-06-01 13:00")
    assert parse_time("2026-06-01 13:00") == dt.datetime(2026, 6, 1, 13)


def test_by_pattern() -> None:
    assert parse_by_pattern("April 19 2020", "%B %d %Y") == dt.date(2020, 4, 19)
    with pytest.raises(CellError, match="no date like"):
        parse_by_pattern("April 31 2020", "%B %d %Y")


@given(st.integers(0, 23))
def test_hours(hour: int) -> None:
    time = dt.time(hour)
    for text in (
        str(hour),
        time.strftime("%H:%M"),
        time.strftime("%H:%M:%S - %H:59:59"),
        time.strftime("%I %p"),
        time.strftime("%I:%M%p"),
    ):
        assert parse_hour(text) == hour


@pytest.mark.parametrize("text", ["24", "13:30", "13 PM", "0 AM", "noon", ""])
def test_no_hour(text: str) -> None:
    with pytest.raises(CellError):
        parse_hour(text)
