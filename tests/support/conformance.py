"""The conformance tables of docs/schedules: what Trimtab says beside what the libraries say."""

# ruff: noqa: E501 - the remarks are cells of tables

from __future__ import annotations

import datetime as dt
import itertools
import json
import zoneinfo
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from cronsim import CronSim, CronSimError
from dateutil import rrule
from scheduling.reference import UTC, cron_runs, runs

from support.database import Connection

BEGIN = dt.datetime(2026, 1, 1, tzinfo=UTC)
MO, TU, WE, TH, FR, SA, SU = rrule.weekdays


@dataclass(frozen=True)
class Reading:
    """An expression in UTC, and why the two differ where they do."""

    cron: str
    remark: str = ""


READINGS = (
    Reading("0 9 * * 1-5"),
    Reading("*/15 8-18/2 * * *"),
    Reading("5/20 * * * *", "a value with a step counts on from there"),
    Reading("0 9 13 * FRI", "neither begins with *: a day of either is enough"),
    Reading("0 9 */2 * mon", "one begins with *: the day must be of both"),
    Reading("0 9 1-31 * mon", "all days, but no *: every day"),
    Reading("0 9 * * 7"),
    Reading("0 9 L * *"),
    Reading("0 9 LW * *"),
    Reading("0 9 * * 5#2"),
    Reading("0 9 * * 5L"),
    Reading("0 9 29 2 *"),
    Reading("0 9 31 * *", "months without a 31st are left out; a timing of frequency monthly takes their last day"),
    Reading("0 9 * * friL", "names may stand before L as well"),
    Reading("0 9 * * fri-sun", "a range may end with Sunday by name"),
    Reading("@weekly", "nicknames"),
    Reading("0 9 10-10/7 * *", "a range of one day is that day; cronsim counts on to the end of the month"),
    Reading("*/90 * * * *", "a step beyond the field does not mean what it says, so it is refused"),
    Reading("0 9 L/2 * *", "a step after L means nothing, so it is refused"),
    Reading("0 9 30 2 *"),
    Reading("0 9 30 2 mon", "no 30 February, but Mondays"),
    Reading("30 0 9 * * *", "no field for seconds"),
    Reading("0 22-2 * * *"),
)


@dataclass(frozen=True)
class Clock:
    """An expression where the clocks change; remark: why cronsim, which does as Debian's cron does, differs."""

    cron: str
    zone: str
    after: str
    on_gap: str | None = None
    on_overlap: str | None = None
    remark: str = ""


CLOCKS = (
    Clock("0 9 * * 1", "America/New_York", "2026-03-01 12:00"),
    Clock("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", remark="3:30 is an hour after 2:30 would have been; cronsim takes the first minute that there is"),
    Clock("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", "skip", remark="by policy"),
    Clock("0 3 * * *", "Europe/Berlin", "2026-03-28 12:00"),
    Clock("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00"),
    Clock("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", None, "last", remark="by policy"),
    Clock("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", None, "both", remark="by policy"),
    Clock("0 * * * *", "Europe/Berlin", "2026-03-29 00:30", remark="every hour: real time"),
    Clock("0 * * * *", "Europe/Berlin", "2026-10-25 00:30", remark="every hour: real time, both passes"),
    Clock("*/20 2 * * *", "Europe/Berlin", "2026-03-28 12:00", remark="cronsim follows real time where minute or hour begins with *; here the hour is set, so local time counts"),
    Clock("*/30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", remark="the same: cronsim runs in both passes"),
    Clock("15 2 * * *", "Australia/Lord_Howe", "2026-10-03 12:00", remark="a change of half an hour; cronsim takes 2:30"),
    Clock("0 0 * * *", "America/Santiago", "2026-09-05 12:00", remark="midnight is left out"),
    Clock("0 0 * * *", "Asia/Beirut", "2026-10-24 12:00", remark="23:00 to midnight comes twice, midnight once"),
    Clock("0 12 * * *", "Pacific/Apia", "2011-12-29 20:00", remark="a whole day is left out: its noon is that of the next, which runs once; cronsim takes midnight, then noon"),
)  # fmt: skip


@dataclass(frozen=True)
class Recurrence:
    """A timing document, and the rule that dateutil has for it."""

    timing: dict[str, Any]
    rule: str
    options: dict[str, Any]
    remark: str = ""


RECURRENCES = (
    Recurrence(
        {"frequency": "monthly", "day_of_month": 31, "at": "09:00"},
        "BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
        {"freq": rrule.MONTHLY, "bymonthday": range(28, 32), "bysetpos": -1},
        "the day is remembered, the month's last stands in for it (as RFC 7529 has it with SKIP=BACKWARD)",
    ),
    Recurrence(
        {"frequency": "monthly", "day_of_month": 31, "at": "09:00"},
        "BYMONTHDAY=31",
        {"freq": rrule.MONTHLY, "bymonthday": 31},
        "RFC 5545 leaves shorter months out; in Trimtab cron does (0 9 31 * *)",
    ),
    Recurrence(
        {"frequency": "monthly", "day_of_month": "last_working_day", "at": "09:00"},
        "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        {"freq": rrule.MONTHLY, "byweekday": (MO, TU, WE, TH, FR), "bysetpos": -1},
    ),
    Recurrence(
        {"frequency": "monthly", "nth_weekday": {"nth": -1, "weekday": "friday"}, "at": "09:00"},
        "BYDAY=-1FR",
        {"freq": rrule.MONTHLY, "byweekday": FR(-1)},
    ),
    Recurrence(
        {"frequency": "monthly", "nth_weekday": {"nth": 5, "weekday": 0}, "at": "09:00"},
        "BYDAY=5SU",
        {"freq": rrule.MONTHLY, "byweekday": SU(5)},
        "months without a fifth Sunday are left out by both",
    ),
    Recurrence(
        {"frequency": "yearly", "months": [2], "day_of_month": 29, "at": "09:00"},
        "BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
        {"freq": rrule.YEARLY, "bymonth": 2, "bymonthday": (28, 29), "bysetpos": -1},
    ),
    Recurrence(
        {"frequency": "weekly", "every": {"weeks": 2}, "days_of_week": [1, 0], "starts_at": "2026-01-07 09:00"},
        "INTERVAL=2;BYDAY=MO,SU",
        {"freq": rrule.WEEKLY, "interval": 2, "byweekday": (MO, SU), "dtstart": dt.datetime(2026, 1, 7, 9)},
        "weeks begin on Monday",
    ),
    Recurrence(
        {"frequency": "interval", "every": {"days": 10}, "starts_at": "2026-01-07 09:00"},
        "FREQ=DAILY;INTERVAL=10",
        {"freq": rrule.DAILY, "interval": 10, "dtstart": dt.datetime(2026, 1, 7, 9)},
    ),
)


def local(moments: Iterable[dt.datetime], zone: dt.tzinfo) -> str:
    """Moments as the clocks of a zone show them, with the offset where it is not that of UTC."""
    return ", ".join(
        f"{at.astimezone(zone):%Y-%m-%d %H:%M}" + ("" if zone is UTC else f" {at.astimezone(zone):%z}")
        for at in moments
    )


def ours(connection: Connection, kind: str, what: str, zone: str, after: dt.datetime, *policies: str | None) -> str:
    on_gap, on_overlap = policies or (None, None)
    query = (
        "select array_agg(u) from trimtab.upcoming_runs(%s::text, %s, %s, 3, %s, %s) u"
        if kind == "cron"
        else "select array_agg(u) from trimtab.upcoming_runs(%s::jsonb, %s, %s, 3, %s, %s) u"
    )
    try:
        with connection.transaction():
            row = connection.execute(query, [what, zone, after, on_gap, on_overlap]).fetchone()
    except psycopg.Error as error:
        assert error.sqlstate in ("TT070", "TT071"), error
        return "refused"
    assert row
    return local(row[0], UTC if zone == "UTC" else zoneinfo.ZoneInfo(zone))


def by_cronsim(cron: str, zone: dt.tzinfo, after: dt.datetime) -> str:
    try:
        begin = after.replace(tzinfo=None) if zone is UTC else after.astimezone(zone)
        found = list(itertools.islice(CronSim(cron, begin), 3))
    except CronSimError:
        return "refused"
    return local([at.replace(tzinfo=UTC) if zone is UTC else at for at in found], zone)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def beside(mine: str, theirs: str) -> str:
    return "the same" if mine == theirs else theirs


def readings(connection: Connection, page: Path) -> str:
    """How expressions are read."""
    lines = []
    for reading in READINGS:
        mine = ours(connection, "cron", reading.cron, "UTC", BEGIN)
        lines.append((f"`{reading.cron}`", mine, beside(mine, by_cronsim(reading.cron, UTC, BEGIN)), reading.remark))
    return table(("expression", "Trimtab", "cronsim", ""), lines)


def clocks(connection: Connection, page: Path) -> str:
    """What becomes of local times where the clocks change."""
    lines = []
    for clock in CLOCKS:
        zone = zoneinfo.ZoneInfo(clock.zone)
        after = dt.datetime.fromisoformat(clock.after).replace(tzinfo=zone)
        mine = ours(connection, "cron", clock.cron, clock.zone, after, clock.on_gap, clock.on_overlap)
        hourly = clock.cron.split()[1] == "*"
        policies = clock.on_gap or ("skip" if hourly else "shift"), clock.on_overlap or ("both" if hourly else "first")
        reference = local(cron_runs(clock.cron, zone, after.astimezone(UTC), 3, *policies), zone)
        said = " ".join(word for word in (clock.on_gap, clock.on_overlap) if word)
        lines.append(
            (
                f"`{clock.cron}`" + (f" {said}" if said else ""),
                clock.zone,
                mine,
                beside(mine, reference),
                beside(mine, by_cronsim(clock.cron, zone, after)),
                clock.remark,
            )
        )
    return table(("expression, policy", "zone", "Trimtab", "zoneinfo, by hand", "cronsim", ""), lines)


def recurrences(connection: Connection, page: Path) -> str:
    """What timings other than cron mean."""
    lines = []
    for recurrence in RECURRENCES:
        begin = BEGIN.replace(tzinfo=None)
        options = {"dtstart": begin, "byhour": 9, "byminute": 0, "bysecond": 0, **recurrence.options}
        mine = ours(connection, "timing", json.dumps(recurrence.timing), "UTC", BEGIN)
        theirs = local(runs(iter(rrule.rrule(**options)), UTC, BEGIN, 3, "shift", "first"), UTC)
        lines.append(
            (
                f"`{json.dumps(recurrence.timing)}`",
                mine,
                f"`{recurrence.rule}`",
                beside(mine, theirs),
                recurrence.remark,
            )
        )
    return table(("timing", "Trimtab", "rule", "dateutil", ""), lines)


PARTS: dict[str, Callable[[Connection, Path], str]] = {
    "readings": readings,
    "clocks": clocks,
    "recurrences": recurrences,
}
