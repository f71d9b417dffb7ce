"""Each slot runs exactly once, with several workers, killed ones, and one that is late."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from scheduling.conftest import Save
from support.database import ENGINE, Database

SLOTS = 64
WORKERS = 4
AT = "2026-11-20 12:00:00+00"
LONGEST = 60.0  # seconds until the test gives up

# Takes a moment, so that a kill finds it at work.
SLOW_JOB = """
create or replace function test.job(p_org_id uuid, p_arguments jsonb, p_context jsonb)
  returns jsonb language plpgsql volatile security definer set search_path to pg_catalog, pg_temp
as $$
begin
  insert into test.jobs_done (org_id, arguments, context) values (p_org_id, p_arguments, p_context);
  perform pg_sleep((p_arguments ->> 'seconds')::numeric);
  return '{"done": true}';
end
$$
"""


def work(db: Database, org: str, stopped: threading.Event) -> int:
    """A worker: dispatches and runs, a few at a time, until nothing is left; how often it was killed."""
    killed = 0
    while not stopped.is_set():
        try:
            with psycopg.connect(db.dsn(ENGINE), application_name="worker") as connection:
                while not stopped.is_set():
                    for query in (
                        "select trimtab.tick_schedules(%s, %s, 7)",
                        "select trimtab.tick_job_runs(%s, %s, 3)",
                    ):
                        connection.execute("select trimtab.init_transaction_context(null, %s)", [org])
                        connection.execute(query.encode(), [org, AT])
                        connection.commit()
                    stopped.wait(0.002)
        except psycopg.OperationalError:
            killed += 1
    return killed


@pytest.mark.timeout(120)
def test_each_slot_runs_once_with_workers_that_are_killed(tap_db: Database, org: str, save: Save) -> None:
    tap_db.rows(SLOW_JOB)
    tap_db.rows("select test.clock_at('2026-11-20 03:50+00')")
    for number in range(8):
        save(f"job {number}", arguments={"seconds": 0.01}, missed="all")
    tap_db.rows("select test.clock_at(%s)", [AT])
    # Eight schedules, of each the slots from 4 to 11 o'clock, and that of the present.
    expected = {(f"job {number}", hour) for number in range(8) for hour in range(4, 13)}
    assert len(expected) >= SLOTS
    stopped = threading.Event()
    deadline = time.monotonic() + LONGEST
    with ThreadPoolExecutor(WORKERS) as pool, tap_db.connect() as watcher:
        workers = [pool.submit(work, tap_db, org, stopped) for _ in range(WORKERS)]
        try:
            kills = 0
            while time.monotonic() < deadline:
                # One that is in the middle of it, whichever that is.
                row = watcher.execute(
                    "select count(pg_terminate_backend(a.pid)) from (select a.pid from pg_stat_activity a"
                    " where a.datname = current_database() and a.state = 'active' and a.usename = %s"
                    " and a.query like '%%tick_%%' order by random() limit 1) a where %s < 20",
                    [ENGINE, kills],
                ).fetchone()
                kills += row[0] if row else 0
                watcher.execute("select pg_sleep(0.02)")
                row = watcher.execute(
                    "select count(*) filter (where r.status = 'success'), count(*) from trimtab.job_runs r"
                ).fetchone()
                if row == (len(expected), len(expected)):
                    break
        finally:
            stopped.set()
        killed = sum(worker.result() for worker in workers)
    assert kills >= 10
    assert killed >= 1
    done = tap_db.rows(
        "select d.context ->> 'schedule_name', extract(hour from (d.context ->> 'slot_at')::timestamptz)::integer"
        " from test.jobs_done d"
    )
    assert sorted(done) == sorted(expected)
    assert tap_db.rows(
        "select r.status, count(*), min(r.attempts), max(r.attempts) from trimtab.job_runs r group by 1"
    ) == [("success", len(expected), 1, 1)]
    assert tap_db.rows("select distinct j.run_count, j.next_run_at::text from trimtab.scheduled_jobs j") == [
        (9, "2026-11-20 13:00:00+00")
    ]


def test_one_that_takes_too_long_is_timed_out_and_costs_the_others_nothing(
    tap_db: Database, org: str, save: Save
) -> None:
    tap_db.rows(SLOW_JOB)
    tap_db.rows("select test.clock_at('2026-11-20 11:50+00')")
    save("a slow one", arguments={"seconds": 30}, timeout_seconds=1, pause_after_failures=1)
    save("b quick one", arguments={"seconds": 0})
    tap_db.rows("select test.clock_at(%s)", [AT])
    with ThreadPoolExecutor(1) as pool, tap_db.connect(ENGINE, autocommit=False) as connection:

        def tick() -> None:
            connection.execute("select trimtab.init_transaction_context(null, %s)", [org])
            connection.execute("select trimtab.tick_schedules(%s, %s, 10)", [org, AT])
            connection.execute("select trimtab.tick_job_runs(%s, %s, 10)", [org, AT])
            connection.commit()

        running = pool.submit(tick)
        with tap_db.connect(ENGINE) as watch:
            deadline = time.monotonic() + LONGEST
            while not running.done() and time.monotonic() < deadline:
                watch.execute("select trimtab.cancel_overdue()")
                running_for = threading.Event()
                running_for.wait(0.05)
        running.result(timeout=LONGEST)
        [(name,)] = connection.execute("show application_name").fetchall()
    assert "until" not in name
    assert tap_db.rows(
        "select j.name, r.status, r.error_code, r.error_message, j.status, j.failure_count from trimtab.job_runs r"
        " join trimtab.scheduled_jobs j on j.id = r.job_id order by 1"
    ) == [
        ("a slow one", "timed_out", "57014", "It took longer than 1 seconds.", "failed", 1),
        ("b quick one", "success", None, None, "active", 0),
    ]


def test_a_cancel_that_is_meant_for_all_of_it_is_no_timeout(tap_db: Database, org: str, save: Save) -> None:
    tap_db.rows(SLOW_JOB)
    tap_db.rows("select test.clock_at('2026-11-20 11:50+00')")
    save("slow", arguments={"seconds": 30})
    tap_db.rows("select test.clock_at(%s)", [AT])
    with tap_db.connect(ENGINE) as connection:
        connection.execute("set statement_timeout = '300ms'")
        connection.execute("select trimtab.tick_schedules(%s, %s, 10)", [org, AT])
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("select trimtab.tick_job_runs(%s, %s, 10)", [org, AT])
    assert tap_db.rows("select status, attempts from trimtab.job_runs") == [("due", 0)]


def test_a_schedule_is_dispatched_beside_a_person_who_changes_another(tap_db: Database, org: str, save: Save) -> None:
    tap_db.rows("select test.clock_at('2026-11-20 11:50+00')")
    save("one")
    save("two")
    tap_db.rows("select test.clock_at(%s)", [AT])
    with tap_db.connect(autocommit=False) as person, tap_db.connect(ENGINE) as engine:
        person.execute("update trimtab.scheduled_jobs set description = 'x' where name = 'one'")
        dispatch = "select trimtab.tick_schedules(%s, %s, 10)"
        assert engine.execute(dispatch.encode(), [org, AT]).fetchall() == [(1,)]
        person.commit()
        assert engine.execute(dispatch.encode(), [org, AT]).fetchall() == [(1,)]
        assert engine.execute(dispatch.encode(), [org, AT]).fetchall() == [(0,)]


def beat(db: Database, lane: str) -> None:
    db.rows("call trimtab.tick(%s)", [lane], user=ENGINE)


def wait_for(db: Database, state: str) -> None:
    """Until a session of the database is in this state."""
    until = time.monotonic() + LONGEST
    while not db.value(f"select count(*) from pg_stat_activity where {state} and datname = current_database()"):
        assert time.monotonic() < until
        time.sleep(0.01)


def told(db: Database) -> list[tuple[str, str]]:
    return db.rows(
        "select to_char(r.slot_at at time zone 'UTC', 'HH24:MI'), r.status from trimtab.job_runs r order by r.slot_at"
    )


def test_a_slot_runs_in_the_beat_in_which_it_is_due_whichever_lane_is_first(
    tap_db: Database, org: str, save: Save
) -> None:
    tap_db.rows("select test.clock_at('2026-11-20 11:59+00')")
    save("each minute", timing={"frequency": "cron", "cron": "* * * * *"}, time_zone="UTC")
    tap_db.rows("select test.clock_at(%s)", [AT])
    beat(tap_db, "jobs")
    assert told(tap_db) == [("12:00", "success")], "the quick lane has not come yet"
    tap_db.rows("select test.clock_at('2026-11-20 12:01+00')")
    with tap_db.connect(ENGINE, autocommit=False) as quick, ThreadPoolExecutor() as pool:
        quick.execute("select trimtab.init_transaction_context(null, %s)", [org])
        quick.execute("select trimtab.tick_schedules(%s, '2026-11-20 12:01+00', 10)", [org])
        jobs = pool.submit(beat, tap_db, "jobs")
        waiting = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        until = time.monotonic() + LONGEST
        while not tap_db.value(waiting) and time.monotonic() < until:
            time.sleep(0.01)
        quick.commit()
        jobs.result(LONGEST)
    assert told(tap_db) == [("12:00", "success"), ("12:01", "success")], "the quick lane was at it"


def test_a_slot_waits_for_whoever_has_its_organization_at_that_moment(tap_db: Database, org: str, save: Save) -> None:
    tap_db.rows("select test.clock_at('2026-11-20 11:59+00')")
    save("each minute", timing={"frequency": "cron", "cron": "* * * * *"}, time_zone="UTC")
    tap_db.rows("select test.clock_at(%s)", [AT])
    with tap_db.connect(autocommit=False) as other_lane, ThreadPoolExecutor() as pool:
        other_lane.execute("select from trimtab.organizations where org_id = %s for no key update", [org])
        jobs = pool.submit(beat, tap_db, "jobs")
        wait_for(tap_db, "wait_event = 'PgSleep'")
        assert told(tap_db) == [("12:00", "due")]
        other_lane.commit()
        jobs.result(LONGEST)
    assert told(tap_db) == [("12:00", "success")]


def test_a_slot_is_not_missed_because_the_one_before_goes_on(tap_db: Database, org: str, save: Save) -> None:
    tap_db.rows(SLOW_JOB.replace("pg_sleep((p_arguments ->> 'seconds')::numeric)", "pg_advisory_xact_lock(77)"))
    tap_db.rows("select test.clock_at('2026-11-20 11:59+00')")
    save("each minute", timing={"frequency": "cron", "cron": "* * * * *"}, time_zone="UTC")
    tap_db.rows("select test.clock_at(%s)", [AT])
    beat(tap_db, "quick")
    with tap_db.connect(autocommit=False) as holder, ThreadPoolExecutor() as pool:
        holder.execute("select pg_advisory_xact_lock(77)")
        jobs = pool.submit(beat, tap_db, "jobs")
        wait_for(tap_db, "wait_event_type = 'Lock'")
        for minute in (1, 2):
            tap_db.rows("select test.clock_at(%s)", [f"2026-11-20 12:0{minute}+00"])
            beat(tap_db, "quick")
        assert told(tap_db) == [("12:00", "due"), ("12:01", "due"), ("12:02", "due")]
        holder.commit()
        jobs.result(LONGEST)
    beat(tap_db, "jobs")
    assert told(tap_db) == [("12:00", "success"), ("12:01", "success"), ("12:02", "success")]
