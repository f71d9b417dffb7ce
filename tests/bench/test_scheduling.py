"""The next run of many mixed schedules in five time zones, beside cronsim and croniter over the same rows."""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo

import pytest
from bench import measure
from cronsim import CronSim
from support.database import Connection, TestCluster

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

ZONES = ("Europe/Berlin", "America/New_York", "UTC", "Asia/Tokyo", "Australia/Sydney")
AFTER = dt.datetime(2026, 5, 12, 10, 17, tzinfo=dt.UTC)
# Sydney's clocks went back the day before, Berlin's and New York's have yet to.
AFTER_CHANGE = dt.datetime(2026, 4, 5, 10, 17, tzinfo=dt.UTC)

# How often people schedule what: of a hundred so many.
SHARES = {
    "*/{step} * * * *": 15,
    "{minute} * * * *": 10,
    "{minute} {hour} * * *": 25,
    "{minute} {hour} * * {weekday}": 20,
    "{minute} {hour} * * 1-5": 10,
    "{minute} {hour} {day} * *": 10,
    "{minute} {hour} l * *": 4,
    "{minute} {hour} * * {weekday}#{nth}": 3,
    "{minute} {hour} {day} {month} *": 3,
}


def schedules(count: int) -> list[tuple[str, str]]:
    """Expression and zone, the same each time."""
    rng = random.Random(4)  # noqa: S311
    return [
        (
            form.format(
                step=rng.choice([5, 10, 15, 20, 30]),
                minute=rng.randrange(60),
                hour=rng.randrange(24),
                weekday=rng.randrange(7),
                day=rng.randint(1, 28),
                month=rng.randint(1, 12),
                nth=rng.randint(1, 4),
            ),
            ZONES[number % len(ZONES)],
        )
        for number, form in enumerate(rng.choices(list(SHARES), list(SHARES.values()), k=count))
    ]


def load(connection: Connection, rows: list[tuple[str, str]]) -> None:
    connection.execute(
        "create schema bench; create table bench.schedules (id integer primary key, cron text not null,"
        " time_zone text not null, plans trimtab.schedule_plan[], next_run_at timestamptz) with (fillfactor = 50)"
    )
    connection.execute(
        "insert into bench.schedules (id, cron, time_zone)"
        " select s.n, s.cron, s.time_zone from unnest(%s::text[], %s::text[]) with ordinality s (cron, time_zone, n)",
        [[cron for cron, _ in rows], [zone for _, zone in rows]],
    )
    connection.execute("update bench.schedules set plans = array[trimtab.cron_plan(cron)]")
    connection.execute("vacuum full analyze bench.schedules")
    # One process on either side.
    connection.execute("set max_parallel_workers_per_gather = 0; set time zone 'UTC'")


ASKED = (
    "select {} from bench.schedules s cross join lateral trimtab.run_after(s.plans, s.time_zone, %s::timestamptz) r"
    " {}"
)  # fmt: skip
UPDATED = (
    "update bench.schedules s set next_run_at = n.run_at from (select o.id, r.run_at from bench.schedules o"
    " cross join lateral trimtab.run_after(o.plans, o.time_zone, %s::timestamptz) r) n where n.id = s.id"
)


def test_next_run(bench_cluster: TestCluster, request: pytest.FixtureRequest) -> None:
    croniter = pytest.importorskip("croniter", reason="pip install '.[bench]'").croniter
    runs = request.config.getoption("--runs")
    count = 100 * request.config.getoption("--organizations")
    rows = schedules(count)
    database = bench_cluster.create(bench_cluster.template("migrated"))
    connection = database.connect()
    load(connection, rows)
    zones = {zone: zoneinfo.ZoneInfo(zone) for zone in ZONES}
    begin = {zone: AFTER.astimezone(tz) for zone, tz in zones.items()}

    # The same answers first.
    found = connection.execute(ASKED.format("r.run_at", "order by s.id").encode(), [AFTER]).fetchall()
    assert [run for (run,) in found] == [next(CronSim(cron, begin[zone])).astimezone(dt.UTC) for cron, zone in rows]

    def ours(after: dt.datetime) -> float:
        return measure.timed(lambda: measure.scalar(connection, ASKED.format("count(r.run_at)", ""), [after]))

    def updated() -> float:
        seconds = measure.timed(lambda: connection.execute(UPDATED.encode(), [AFTER]))
        connection.execute("vacuum bench.schedules")
        return seconds

    def with_cronsim() -> float:
        return measure.timed(lambda: [next(CronSim(cron, begin[zone])) for cron, zone in rows])

    def with_croniter() -> float:
        return measure.timed(lambda: [croniter(cron, begin[zone]).get_next(dt.datetime) for cron, zone in rows])

    seconds = measure.alternate(
        runs,
        {
            "run_after()": lambda: ours(AFTER),
            "run_after(), update": updated,
            "cronsim": with_cronsim,
            "run_after(), clocks change": lambda: ours(AFTER_CHANGE),
        },
    )
    seconds |= {"croniter": measure.alternate(max(1, runs // 2), {"croniter": with_croniter}, warm=False)["croniter"]}
    again = measure.alternate(len(seconds["croniter"]), {"ours": lambda: ours(AFTER)}, warm=False)["ours"]
    micro = {name: [1e6 * value / count for value in values] for name, values in seconds.items()}
    measure.say()
    measure.say(f"next run of {count:,} mixed schedules in {len(ZONES)} time zones, microseconds a schedule")
    for name, values in micro.items():
        measure.say(f"    {name:<58} {measure.spread(values):>28} us")
    measure.say_ratio("times faster than croniter", measure.ratios(seconds["croniter"], again), least=20)
    measure.say_ratio("times faster than cronsim", measure.ratios(seconds["cronsim"], seconds["run_after()"]), least=5)
    measure.say_ratio(
        "with the update, times faster than cronsim",
        measure.ratios(seconds["cronsim"], seconds["run_after(), update"]),
        least=3,
    )
    measure.say_ratio(
        "on the day of a change, times faster than cronsim elsewhere",
        measure.ratios(seconds["cronsim"], seconds["run_after(), clocks change"]),
    )
    measure.say(f"load of the machine at the end: {measure.busy()}")
    connection.close()
    bench_cluster.drop(database)
