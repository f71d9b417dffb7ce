"""A minute in which 100,000 schedules are due: how long it takes until each has its run and its next time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bench import measure
from support.database import ENGINE, Database, TestCluster

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

SCHEDULES = 100_000
AT = "2026-11-20 09:00:00.5+00"
GOAL = 10.0  # seconds

MAKE = """
insert into trimtab.scheduled_jobs (
  org_id, name, handler, timing, plans, time_zone, settled_until, next_run_at, next_run_wall, created_at, updated_at)
select o.org_id, 'schedule ' || g.number, 'measure_effects', '{"frequency": "cron"}', array[trimtab.cron_plan(c.cron)],
       z.zone, '2026-11-20 08:59+00', '2026-11-20 09:00+00', timestamptz '2026-11-20 09:00+00' at time zone z.zone,
       '2026-11-20 08:00+00', '2026-11-20 08:00+00'
from (select org_id, row_number() over (order by org_id) - 1 as place, count(*) over () as organizations
      from trimtab.organizations) o
join generate_series(0, %s::integer - 1) g (number) on g.number %% o.organizations = o.place
cross join lateral (
  select (array['0 9 * * *', '*/5 * * * *', '0 * * * 1-5', '* * * * *', '0 9 1,15 * 5'])[1 + g.number %% 5] as cron) c
cross join lateral (
  select (array['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Sydney'])[
    1 + g.number / 5 %% 5] as zone) z
"""
RUNS = (
    "insert into bench_runs select org_id, gen_random_uuid(), id, next_run_at, next_run_at from trimtab.scheduled_jobs"
)


@pytest.fixture(scope="module")
def database(bench_cluster: TestCluster) -> Iterator[Database]:
    found = bench_cluster.create(bench_cluster.template("migrated"))
    yield found
    bench_cluster.drop(found)


@pytest.mark.parametrize("organizations", [1, 1000])
def test_a_minute_with_100_000_due_schedules(
    request: pytest.FixtureRequest, database: Database, organizations: int
) -> None:
    rounds = request.config.getoption("--runs")
    made = int(database.value("select count(*) from trimtab.organizations"))
    database.rows(
        "select count(trimtab.create_organization('Organization ' || n, 'UTC', 'EUR'))"
        " from generate_series(%s::integer, %s::integer) n",
        [made + 1, organizations],
    )
    ids = [org_id for (org_id,) in database.rows("select org_id from trimtab.organizations order by 1")]

    def prepare() -> None:
        with database.connect() as connection:
            # Past the audit log, which is not what is measured.
            connection.execute("set session_replication_role = replica")
            connection.execute("truncate trimtab.scheduled_jobs cascade")
            connection.execute(MAKE.encode(), [SCHEDULES])
        measure.vacuum(database, "trimtab.calendar_months", "trimtab.scheduled_jobs", "trimtab.job_runs")

    def dispatch() -> float:
        prepare()
        with database.connect(ENGINE) as connection:

            def all_of_them() -> None:
                for org_id in ids:
                    done = 5000
                    while done == 5000:
                        [(done,)] = connection.execute(
                            "select trimtab.tick_schedules(%s, %s, 5000)", [org_id, AT]
                        ).fetchall()

            seconds = measure.timed(all_of_them)
        assert database.value("select count(*) from trimtab.job_runs where status = 'due'") == SCHEDULES
        assert database.value("select count(*) from trimtab.scheduled_jobs where next_run_at <= %s", [AT]) == 0
        return seconds

    def bare() -> float:
        prepare()
        with database.connect() as connection:
            connection.execute(
                "create table bench_runs (org_id uuid, id uuid, job_id uuid, slot_at timestamptz, due_at timestamptz,"
                " primary key (org_id, id), unique (org_id, job_id, slot_at))"
            )
            seconds = measure.timed(
                lambda: connection.execute(
                    (RUNS + "; update trimtab.scheduled_jobs set next_run_at = next_run_at + interval '1 day'").encode()
                )
            )
            connection.execute("drop table bench_runs")
        return seconds

    seconds = measure.alternate(rounds, {"dispatch": dispatch, "bare": bare}, warm=False)
    measure.say_figure(
        f"    a minute with {SCHEDULES:,} due schedules of {organizations:,} organizations",
        {"dispatched": seconds["dispatch"], "a bare INSERT and UPDATE of as many rows, no calendar": seconds["bare"]},
    )
    measure.say_ratio("seconds to dispatch", seconds["dispatch"], most=GOAL)
    measure.say_ratio("times the bare INSERT and UPDATE", measure.ratios(seconds["dispatch"], seconds["bare"]))
