"""Timing documents against dateutil's recurrences."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from typing import Any

import pytest
from dateutil import rrule
from psycopg.types.json import Jsonb
from scheduling.reference import UTC, instants, runs, seeded
from support.database import Connection

MO, TU, WE, TH, FR, SA, SU = rrule.weekdays
START = dt.datetime(2024, 1, 31, 10, 15)
ALL = range(1, 32)

# The document, and the same as dateutil has it. bysetpos=-1 out of the days up to one is the last that the month has.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "daily": ({"frequency": "daily", "at": "09:30"}, {"freq": rrule.DAILY, "byhour": 9, "byminute": 30}),
    "several times a day": (
        {"frequency": "daily", "at": ["09:00", "14:30", "18:00"]},
        {"freq": rrule.DAILY, "times": [(9, 0), (14, 30), (18, 0)]},
    ),
    "hourly": ({"frequency": "hourly", "minute": [5, 35]}, {"freq": rrule.HOURLY, "byminute": (5, 35)}),
    "weekly": (
        {"frequency": "weekly", "days_of_week": ["monday", 5], "at": "09:00"},
        {"freq": rrule.WEEKLY, "byweekday": (MO, FR), "byhour": 9, "byminute": 0},
    ),
    "Sunday is 0": (
        {"frequency": "weekly", "days_of_week": [0], "at": "00:00"},
        {"freq": rrule.WEEKLY, "byweekday": SU, "byhour": 0, "byminute": 0},
    ),
    "monthly": (
        {"frequency": "monthly", "day_of_month": 15, "at": "06:45"},
        {"freq": rrule.MONTHLY, "bymonthday": 15, "byhour": 6, "byminute": 45},
    ),
    **{
        f"the {day}th, or the last": (
            {"frequency": "monthly", "day_of_month": day, "at": "09:00"},
            {"freq": rrule.MONTHLY, "bymonthday": range(28, day + 1), "bysetpos": -1, "byhour": 9, "byminute": 0},
        )
        for day in (29, 30, 31)
    },
    "last day": (
        {"frequency": "monthly", "day_of_month": "last", "at": "09:00"},
        {"freq": rrule.MONTHLY, "bymonthday": -1, "byhour": 9, "byminute": 0},
    ),
    "-1 is the last day": (
        {"frequency": "monthly", "day_of_month": [1, -1], "at": "09:00"},
        {"freq": rrule.MONTHLY, "bymonthday": (1, -1), "byhour": 9, "byminute": 0},
    ),
    "last working day": (
        {"frequency": "monthly", "day_of_month": "last_working_day", "at": "17:00"},
        {"freq": rrule.MONTHLY, "byweekday": (MO, TU, WE, TH, FR), "bysetpos": -1, "byhour": 17, "byminute": 0},
    ),
    "second Tuesday": (
        {"frequency": "monthly", "nth_weekday": {"nth": 2, "weekday": "tue"}, "at": "09:00"},
        {"freq": rrule.MONTHLY, "byweekday": TU(2), "byhour": 9, "byminute": 0},
    ),
    "last Friday and first Monday": (
        {"frequency": "monthly", "nth_weekday": [{"nth": -1, "weekday": 5}, {"nth": 1, "weekday": 1}], "at": "09:00"},
        {"freq": rrule.MONTHLY, "byweekday": (FR(-1), MO(1)), "byhour": 9, "byminute": 0},
    ),
    "fifth Sunday": (
        {"frequency": "monthly", "nth_weekday": {"nth": 5, "weekday": 0}, "at": "09:00"},
        {"freq": rrule.MONTHLY, "byweekday": SU(5), "byhour": 9, "byminute": 0},
    ),
    "quarterly": (
        {"frequency": "monthly", "months": [1, "april", "jul", 10], "day_of_month": 1, "at": "08:00"},
        {"freq": rrule.MONTHLY, "bymonth": (1, 4, 7, 10), "bymonthday": 1, "byhour": 8, "byminute": 0},
    ),
    "29 February, or the 28th": (
        {"frequency": "yearly", "months": ["feb"], "day_of_month": 29, "at": "09:00"},
        {"freq": rrule.YEARLY, "bymonth": 2, "bymonthday": (28, 29), "bysetpos": -1, "byhour": 9, "byminute": 0},
    ),
    "Thanksgiving": (
        {"frequency": "yearly", "months": [11], "nth_weekday": {"nth": 4, "weekday": "thursday"}, "at": "09:00"},
        {"freq": rrule.YEARLY, "bymonth": 11, "byweekday": TH(4), "byhour": 9, "byminute": 0},
    ),
    "every third day": (
        {"frequency": "interval", "every": {"days": 3}, "starts_at": f"{START:%Y-%m-%d %H:%M}"},
        {"freq": rrule.DAILY, "interval": 3},
    ),
    "every fortieth day": (
        {"frequency": "daily", "every": {"days": 40}, "starts_at": f"{START:%Y-%m-%d %H:%M}"},
        {"freq": rrule.DAILY, "interval": 40},
    ),
    "every other week": (
        {
            "frequency": "weekly",
            "every": {"weeks": 2},
            "days_of_week": [1, 3, 0],
            "starts_at": f"{START:%Y-%m-%dT%H:%M}",
        },
        {"freq": rrule.WEEKLY, "interval": 2, "byweekday": (MO, WE, SU)},
    ),
    "every fifth week on the weekday of the start": (
        {"frequency": "interval", "every": {"weeks": 5}, "starts_at": f"{START:%Y-%m-%d %H:%M}"},
        {"freq": rrule.WEEKLY, "interval": 5},
    ),
    "every other month on the 31st, or the last": (
        {"frequency": "interval", "every": {"months": 2}, "starts_at": f"{START:%Y-%m-%d %H:%M}"},
        {"freq": rrule.MONTHLY, "interval": 2, "bymonthday": range(28, 32), "bysetpos": -1},
    ),
    "every third year": (
        {"frequency": "yearly", "every": {"years": 3}, "starts_at": f"{START:%Y-%m-%d %H:%M}"},
        {"freq": rrule.YEARLY, "interval": 3},
    ),
    "daily from a day on": (
        {"frequency": "daily", "at": "09:30", "starts_at": f"{START:%Y-%m-%d %H:%M}"},
        {"freq": rrule.DAILY, "byhour": 9, "byminute": 30, "from": START},
    ),
}


def recurrence(options: dict[str, Any], *, early: dt.datetime) -> Iterator[dt.datetime]:
    """dateutil's local times; from `early` on where the rule does not count from its start."""
    options = dict(options)
    times = options.pop("times", None)
    start = options.pop("from", START if "interval" in options else early.replace(hour=0, minute=0, second=0))
    rules = rrule.rruleset()
    for hour, minute in times or [(None, None)]:
        more = {"byhour": hour, "byminute": minute} if times else {}
        rules.rrule(rrule.rrule(dtstart=start, bysecond=0, **options, **more))
    return iter(rules)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("case", CASES)
def test_recurrence(connection: Connection, case: str, zone: str) -> None:
    document, options = CASES[case]
    rng = seeded(case + zone)
    tz = zoneinfo.ZoneInfo(zone)
    hourly = document["frequency"] == "hourly"
    # Before the start, and at random until years later.
    for after in [
        dt.datetime(2024, 1, 1, tzinfo=UTC),
        *(dt.datetime(2024, 2, 1, tzinfo=UTC) + dt.timedelta(minutes=rng.randrange(10**6)) for _ in range(4)),
    ]:
        local = after.astimezone(tz).replace(tzinfo=None)
        times = (
            at for at in recurrence(options, early=local - dt.timedelta(days=800)) if at > local - dt.timedelta(days=2)
        )
        expected = runs(times, tz, after, 12, "skip" if hourly else "shift", "both" if hourly else "first")
        rows = connection.execute(
            "select u from trimtab.upcoming_runs(%s::jsonb, %s, %s, 12) u", [Jsonb(document), zone, after]
        )
        assert [row[0] for row in rows.fetchall()] == expected, (case, zone, after)


@pytest.mark.parametrize(("every", "seconds"), [({"minutes": 45}, 2700), ({"hours": 5}, 18000), ({"minutes": 1}, 60)])
def test_elapsed_time_knows_no_clocks(connection: Connection, every: dict[str, int], seconds: int) -> None:
    """From the start on, each so many seconds, through both changes of the clocks."""
    start = dt.datetime(2026, 1, 1, 0, 20, tzinfo=UTC)
    document = Jsonb({"frequency": "interval", "every": every, "starts_at": "2026-01-01 00:20"})
    for after in (
        start - dt.timedelta(days=3),
        start,
        *(dt.datetime(2026, month, day, 0, 50, tzinfo=UTC) for month, day in ((3, 29), (10, 25))),
    ):
        passed = int((after - start).total_seconds())
        first = max(0, passed // seconds + 1)
        expected = [start + dt.timedelta(seconds=seconds * (first + n)) for n in range(8)]
        rows = connection.execute(
            "select u from trimtab.upcoming_runs(%s::jsonb, 'Europe/Berlin', %s, 8) u", [document, after]
        )
        assert [row[0] for row in rows.fetchall()] == expected


@pytest.mark.parametrize("policy", [("shift", "first"), ("skip", "last"), ("shift", "both")])
@pytest.mark.parametrize("at", ["2026-06-01 09:00", "2026-03-29 02:30", "2026-10-25 02:30"])
def test_once(connection: Connection, at: str, policy: tuple[str, str]) -> None:
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    local = dt.datetime.fromisoformat(at)
    expected = instants(local, berlin, *policy)
    rows = connection.execute(
        "select u from trimtab.upcoming_runs(%s::jsonb, 'Europe/Berlin', '2026-01-01Z', 5, %s, %s) u",
        [Jsonb({"frequency": "once", "at": at}), *policy],
    ).fetchall()
    assert [row[0] for row in rows] == expected
    for run in expected:
        last = connection.execute(
            "select trimtab.next_run(%s::jsonb, 'Europe/Berlin', %s, %s, %s)",
            [Jsonb({"frequency": "once", "at": at}), run, *policy],
        ).fetchone()
        assert last == (max(expected) if run != max(expected) else None,)
