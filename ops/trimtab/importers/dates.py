"""Days and hours as exports write them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Literal

from trimtab.importers.faults import CellError

DayOrder = Literal["day-first", "month-first"]

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}

_TIME = r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMERIC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _TIME)
_NAMED_DAY_FIRST = re.compile(r"(?:[A-Za-z]{3,9},? )?(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})")
_NAMED_MONTH_FIRST = re.compile(r"(?:[A-Za-z]{3,9},? )?([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_HOUR = re.compile(
    r"(\d{1,2})(?::(\d{2})(?::\d{2})?)?(?: *([AaPp])\.?[Mm]\.?)?"
    r"(?: *[-\u2013] *\d{1,2}(?::\d{2}){0,2}(?: *[AaPp]\.?[Mm]\.?)?)?"
)
_YEARS = range(1990, 2101)


def parse_time(text: str, order: DayOrder | None = None) -> dt.datetime:
    """A day, with its time where one is written.

    Args:
        text: ISO (2026-06-01, 2026/06/01, 20260601), day and month in numbers (01/06/2026), or a month's English name
            (1 June 2026, Jun 1, 2026); behind the first two a time of day.
        order: what 01/06/2026 means. Without it such a date is refused, unless it can mean one thing only.
    Raises:
        CellError: no date, no date of the calendar, or an ambiguous one.
    """
    text = " ".join(text.split())
    clock = (0, 0, 0)
    if match := _ISO.fullmatch(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        clock = (int(match[4] or 0), int(match[5] or 0), int(match[6] or 0))
    elif match := _COMPACT.fullmatch(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := _NUMERIC.fullmatch(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        clock = (int(match[4] or 0), int(match[5] or 0), int(match[6] or 0))
        if order is None:
            if first <= 12 and second <= 12 and first != second:
                raise CellError("day first or month first? The file does not say")
            order = "day-first" if first > 12 else "month-first"
        day, month = (first, second) if order == "day-first" else (second, first)
    elif (match := _NAMED_DAY_FIRST.fullmatch(text)) and match[2].lower() in MONTHS:
        day, month, year = int(match[1]), MONTHS[match[2].lower()], int(match[3])
    elif (match := _NAMED_MONTH_FIRST.fullmatch(text)) and match[1].lower() in MONTHS:
        month, day, year = MONTHS[match[1].lower()], int(match[2]), int(match[3])
    else:
        raise CellError("no date")
    if year not in _YEARS:
        raise CellError("no believable year")
    try:
        return dt.datetime(year, month, day, *clock)
    except ValueError:
        raise CellError("no day of the calendar") from None


def parse_day(text: str, order: DayOrder | None = None) -> dt.date:
    """A day; a time of day behind it must be midnight.

    Raises:
        CellError: see `parse_time`.
    """
    time = parse_time(text, order)
    if time.time() != dt.time():
        raise CellError("a time of day, where a whole day is wanted")
    return time.date()


def parse_by_pattern(text: str, pattern: str) -> dt.date:
    """A day by a pattern of strptime, such as %B %d %Y.

    Raises:
        CellError: it does not fit.
    """
    try:
        return dt.datetime.strptime(text.strip(), pattern).date()
    except ValueError:
        raise CellError(f"no date like {pattern}") from None


def parse_hour(text: str) -> int:
    """The hour of a day, 0 to 23: 13, 13:00, 1 PM, 13:00:00 - 13:59:59.

    Raises:
        CellError: no hour.
    """
    match = _HOUR.fullmatch(text.strip())
    if not match or (match[2] or "00") != "00":
        raise CellError("no full hour of a day")
    hour = int(match[1])
    if match[3]:
        if not 1 <= hour <= 12:
            raise CellError("no full hour of a day")
        hour = hour % 12 + (12 if match[3] in "Pp" else 0)
    if hour > 23:
        raise CellError("no full hour of a day")
    return hour


def recognise_order(values: Iterable[str]) -> tuple[DayOrder | None, bool]:
    """Whether dates such as 13/06/2026 are day first or month first.

    Returns:
        The order that the dates prove (None when they prove none, or both), and whether there are dates that need it.
    """
    day_first = month_first = needed = False
    for value in values:
        match = _NUMERIC.fullmatch(" ".join(value.split()))
        if not match:
            continue
        first, second = int(match[1]), int(match[2])
        day_first |= first > 12
        month_first |= second > 12
        needed |= first <= 12 and second <= 12 and first != second
    if day_first == month_first:
        return None, needed
    return ("day-first" if day_first else "month-first"), needed
