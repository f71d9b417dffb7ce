"""The next run against cronsim, dateutil and zoneinfo: random expressions, every change of the clocks."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import zoneinfo

import pytest
from scheduling.asking import Question, next_runs
from scheduling.reference import GAPS, OVERLAPS, UTC, changes, cron_runs, expression, local_times, seeded, zones
from support.database import Connection

# Half an hour, two hours, at midnight, at one, negative and Ramadan's summer times, across the date line.
ODD_ZONES = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll", "America/Santiago", "Asia/Beirut",
    "Europe/Dublin", "Africa/Casablanca", "Pacific/Apia", "Asia/Tehran", "America/Caracas", "Asia/Pyongyang",
    "Africa/Cairo",
)  # fmt: skip


def random_moment(rng: random.Random, first: int = 2015, last: int = 2035) -> dt.datetime:
    begin, end = (dt.datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (first, last + 1))
    return dt.datetime.fromtimestamp(rng.randrange(int(begin), int(end)), UTC)


def check(connection: Connection, questions: list[Question]) -> None:
    """Every answer is the reference's."""
    differ = []
    for question, found in zip(questions, next_runs(connection, questions) if questions else [], strict=True):
        cron, zone, after, on_gap, on_overlap = question
        expected = cron_runs(cron, zoneinfo.ZoneInfo(zone), after, 1, on_gap, on_overlap)
        if found != (expected[0] if expected else None):
            differ.append((question, found, expected))
    assert not differ, f"{len(differ)} of {len(questions)} differ, such as {differ[:3]}"


@pytest.mark.parametrize("seed", range(2))
def test_random_expressions_in_utc(connection: Connection, seed: int) -> None:
    """cronsim itself, without anything of ours in between."""
    rng = seeded(seed)
    asked = [(expression(rng), random_moment(rng)) for _ in range(1000)]
    got = next_runs(connection, [(cron, "UTC", after, "shift", "first") for cron, after in asked])
    expected = [next(local_times(cron, after.replace(tzinfo=None))).replace(tzinfo=UTC) for cron, after in asked]
    differ = [
        (*question, run, right) for question, run, right in zip(asked, got, expected, strict=True) if run != right
    ]
    assert differ == []


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_near_changes_of_the_clocks(connection: Connection, zone: str) -> None:
    rng = seeded(zone)
    check(connection, near_changes(rng, zone, 8, 1))


def near_changes(rng: random.Random, zone: str, expressions: int, moments: int) -> list[Question]:
    """Random expressions, every policy, moments within hours of each change and of the local times that it touches."""
    tz = zoneinfo.ZoneInfo(zone)
    found: list[Question] = []
    for change in changes(tz, 2015, 2035):
        local = (change - dt.timedelta(seconds=1)).astimezone(tz).replace(tzinfo=None)
        for _ in range(expressions):
            kind = rng.random()
            hours = (local + dt.timedelta(hours=rng.choice([0, 0, 1, -1]))).hour
            minute, month, weekday = rng.randrange(60), rng.choice(["*", local.month]), local.isoweekday() % 7
            cron = (
                f"{minute} {hours} * * *" if kind < 0.2
                else f"{minute},{(minute + 20) % 60} {hours} * * *" if kind < 0.3
                else f"{minute} {hours} {local.day} {local.month} *" if kind < 0.4
                else f"*/{rng.choice([5, 15, 20])} {rng.choice(['*', hours])} * * *" if kind < 0.6
                else f"{minute} {hours} * {month} {weekday}" if kind < 0.8
                else expression(rng)
            )  # fmt: skip
            for _ in range(moments):
                after = change + dt.timedelta(
                    minutes=rng.randrange(-180, 180), hours=rng.choice([0, 0, 0, -26, 20, -240, 24])
                )
                found.append((cron, zone, after, rng.choice(GAPS), rng.choice(OVERLAPS)))
    return found


def test_random_moments_in_random_zones(connection: Connection) -> None:
    rng = seeded(11)
    names = zones()
    check(connection, [anywhere(rng, expression(rng), rng.choice(names)) for _ in range(2000)])


def anywhere(rng: random.Random, cron: str, zone: str) -> Question:
    return cron, zone, random_moment(rng), rng.choice(GAPS), rng.choice(OVERLAPS)


def test_no_run_is_left_out_or_comes_twice(connection: Connection) -> None:
    """From run to run through two changes, the sequence is the reference's."""
    crons = ("30 2 * * *", "0 * * * *", "*/20 1-3 * * *", "0 3 * * *", "59 1 * * 0", "20,40 2 * * *")
    cases = itertools.product(crons, ("Europe/Berlin", "Australia/Lord_Howe"), GAPS, OVERLAPS)
    for cron, zone, on_gap, on_overlap in cases:
        tz = zoneinfo.ZoneInfo(zone)
        for change in changes(tz, 2026, 2026):
            after = change - dt.timedelta(days=1, hours=3)
            rows = connection.execute(
                "select u from trimtab.upcoming_runs(%s::text, %s, %s, 60, %s, %s) u",
                [cron, zone, after, on_gap, on_overlap],
            ).fetchall()
            assert [row[0] for row in rows] == cron_runs(cron, tz, after, 60, on_gap, on_overlap), (
                cron,
                zone,
                on_gap,
                on_overlap,
            )


def test_the_reference_knows_the_clocks() -> None:
    """What the other tests lean on, by hand."""
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    after = dt.datetime(2026, 3, 28, 12, tzinfo=UTC)

    def hours(cron: str, moment: dt.datetime, *policies: str) -> list[str]:
        return [f"{run:%d %H:%M}" for run in cron_runs(cron, berlin, moment, 2, *policies)]

    assert hours("30 2 * * *", after, "shift", "first") == ["29 01:30", "30 00:30"]
    assert hours("30 2 * * *", after, "skip", "first") == ["30 00:30", "31 00:30"]
    autumn = dt.datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert hours("30 2 * * *", autumn, "shift", "first") == ["25 00:30", "26 01:30"]
    assert hours("30 2 * * *", autumn, "shift", "last") == ["25 01:30", "26 01:30"]
    assert hours("30 2 * * *", autumn, "shift", "both") == ["25 00:30", "25 01:30"]
    assert [f"{change:%m-%d %H:%M}" for change in changes(berlin, 2026, 2026)] == ["03-29 01:00", "10-25 01:00"]


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(12))
def test_every_zone(connection: Connection, part: int) -> None:
    """Every IANA zone, each change from 2015 to 2035, 20 expressions; and as many moments anywhere."""
    for zone in zones()[part::12]:
        rng = seeded(zone)
        check(connection, near_changes(rng, zone, 20, 1))
        crons = [expression(rng) for _ in range(20)]
        check(connection, [anywhere(rng, cron, zone) for cron in crons for _ in range(21)])


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_many_random_expressions(connection: Connection) -> None:
    rng = seeded(None)
    for _ in range(50):
        check(connection, [(expression(rng), "UTC", random_moment(rng), "shift", "first") for _ in range(2000)])
