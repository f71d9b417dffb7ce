"""`trimtab tick --loop` as a real process: it acts on what arrives, drains, is cancelled, finds its database again."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.database import ENGINE, Database

TRIMTAB = Path(sys.executable).parent / "trimtab"
SLEEPERS = (
    "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and application_name like 'trimtab until%'"
)


@contextmanager
def ticking(db: Database, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The process; killed at the end where it still runs."""
    process = subprocess.Popen(
        [TRIMTAB, "--database-url", db.dsn(ENGINE), "tick", "--loop", "--every", "0.1", *options],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()


def until(db: Database, query: str, wanted: object) -> None:
    """Come back when the query says so; the test's timeout is the limit."""
    with db.connect() as connection:
        while connection.execute(f"select ({query}), pg_sleep(0.01)".encode()).fetchone()[0] != wanted:  # type: ignore[index]
            pass


def sleepy(db: Database, seconds: int) -> None:
    """One organization, and one part that sleeps before it notes what it did."""
    db.rows("delete from trimtab.handlers where kind = 'tick_part'")
    db.rows("select test.organization('Acme')")
    db.rows("create table test.done (part text)")
    db.rows("grant all on test.done to trimtab_engine; grant usage on schema test to trimtab_engine")
    db.rows(
        "create function trimtab.tick_sleepy(p_org_id uuid, p_as_of timestamptz, p_limit integer) returns integer"
        f" language plpgsql as $$ begin perform pg_sleep({seconds});"
        " insert into test.done values ('x'); return 0; end $$"
    )
    db.rows(
        "insert into trimtab.handlers (kind, function, options)"
        """ values ('tick_part', 'trimtab.tick_sleepy', '{"every_seconds": 3600, "organization_seconds": 60}')"""
    )


def test_facts_that_arrive_are_judged_and_what_is_late_is_not_needed(tap_db: Database) -> None:
    org = tap_db.value("select test.organization('Acme')")
    campaign = tap_db.value("select test.running_campaign(%s, 'loser')", [org])
    runs = "select count(*)::int from trimtab.autopilot_runs where knowledge_revision = {}"
    with ticking(tap_db, "--workers", "1") as process:
        until(tap_db, runs.format(0), 1)
        for revision, spend in ((1, 300), (2, 301)):
            tap_db.rows(
                "select test.facts(%s, %s, (trimtab.clock() at time zone 'UTC')::date - 1, 50000, 500, %s, 60, 30)",
                [org, campaign, spend],
            )
            until(tap_db, runs.format(revision), 1)
        until(tap_db, "select is_alive from trimtab.v_heartbeat", True)
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert tap_db.value("select status from trimtab.campaigns") == "paused"


def test_the_first_signal_lets_it_finish(tap_db: Database) -> None:
    sleepy(tap_db, 1)
    with ticking(tap_db, "--lane", "quick") as process:
        until(tap_db, SLEEPERS, 1)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
    assert tap_db.rows("select part from test.done") == [("x",)]


def test_the_second_signal_cancels_and_the_next_clock_does_it(tap_db: Database) -> None:
    sleepy(tap_db, 60)
    with ticking(tap_db, "--lane", "quick") as process:
        until(tap_db, SLEEPERS, 1)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
        while process.poll() is None:
            # The signals may come as one, and the cancel between two statements: it is told until it obeys.
            until(tap_db, "select 1", 1)
            process.send_signal(signal.SIGTERM)
    assert tap_db.rows("select part from test.done") == []
    tap_db.rows(
        "create or replace function trimtab.tick_sleepy(p_org_id uuid, p_as_of timestamptz, p_limit integer)"
        " returns integer language plpgsql as $$ begin insert into test.done values ('x'); return 0; end $$"
    )
    tap_db.rows("update trimtab.tick_units set not_before = null")
    tap_db.rows("call trimtab.tick()", user=ENGINE)
    assert tap_db.rows("select part from test.done") == [("x",)]


def test_it_finds_its_database_again(tap_db: Database) -> None:
    sleepy(tap_db, 0)
    with ticking(tap_db) as process:
        until(tap_db, "select count(*)::int from test.done", 1)
        tap_db.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and usename = 'trimtab_engine'"
        )
        tap_db.rows("update trimtab.tick_units set served_at = '-infinity'")
        until(tap_db, "select count(*)::int from test.done", 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
        assert process.stderr
        assert "the clock stands still" in process.stderr.read()
