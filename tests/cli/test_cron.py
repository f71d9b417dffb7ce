"""pg_cron: the job is installed once, and really fires.

The first test installs it and the last one looks whether it ran, so that the minute in between is not lost.
"""

from __future__ import annotations

import json
import time

import psycopg
import pytest
from click.testing import CliRunner
from support.database import ADMIN, CRON_DATABASE, ENGINE, Database, TestCluster

from trimtab.cli.main import main
from trimtab.database.clock import has_jobs, jobs
from trimtab.database.deploy import migrate
from trimtab.database.verify import verify

pytestmark = pytest.mark.xdist_group("cron")

FIRES_WITHIN = 130  # seconds; pg_cron looks once a minute


def trimtab(database: Database, *arguments: str, user: str = ENGINE) -> str:
    result = CliRunner().invoke(main, ["--database-url", database.dsn(user), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def verdict_on_the_jobs(database: Database) -> str:
    return {check.name: str(check.verdict) for check in verify(database.dsn(ENGINE))}["cron job"]


def knows_the_jobs(database: Database) -> bool:
    """Whether the doctor, where the clock has never ticked, knows that it soon will."""
    with psycopg.connect(database.dsn(ENGINE)) as connection:
        return has_jobs(connection)


@pytest.fixture(scope="session")
def flight(cluster: TestCluster) -> Database:
    """The one database in which pg_cron lives, with an organization and the job at every minute."""
    if not cluster.has_cron:
        pytest.skip("pg_cron is not installed on this machine")
    database = Database(cluster, CRON_DATABASE)
    database.rows("create extension pg_cron")
    database.rows("grant usage on schema cron to trimtab_engine")
    migrate(database.dsn(ADMIN))
    database.rows("select trimtab.create_organization('Flown by the clock')", user=ENGINE)
    # A part that hangs once: the watch has to stop it, or the quick lane never ends.
    database.rows(
        "create function trimtab.tick_stuck(p_org_id uuid, p_as_of timestamptz, p_limit integer) returns integer"
        " language plpgsql as $$ begin"
        " if not exists (select from trimtab.tick_parts p where p.part = 'stuck' and p.overruns > 0)"
        " then perform pg_sleep(1000); end if; return 0; end $$"
    )
    database.rows(
        "insert into trimtab.handlers (kind, function, position, options) values"
        """ ('tick_part', 'trimtab.tick_stuck', 999, '{"organization_seconds": 1}')"""
    )
    # What an earlier version left behind goes when the jobs of this one are installed.
    database.rows("select cron.schedule('trimtab run_all', '0 * * * *', 'call trimtab.run_all()')", user=ENGINE)
    assert verdict_on_the_jobs(database) == "fail"
    assert not knows_the_jobs(database)
    trimtab(database, "cron", "install", "--workers", "3")
    trimtab(database, "cron", "install", "--workers", "1")
    assert knows_the_jobs(database)
    return database


@pytest.mark.early
def test_install_is_idempotent_and_listed(flight: Database) -> None:
    found = json.loads(trimtab(flight, "cron", "list", "--json"))
    assert [(job["job"], job["command"]) for job in found] == [
        ("trimtab tick jobs 1", "call trimtab.tick('jobs')"),
        ("trimtab tick quick", "call trimtab.tick('quick')"),
        ("trimtab tick slow 1", "call trimtab.tick('slow')"),
        ("trimtab watch", "select trimtab.cancel_overdue()"),
    ]
    assert {(job["schedule"], job["login"], job["active"]) for job in found} == {("* * * * *", "trimtab_engine", True)}
    assert verdict_on_the_jobs(flight) == "ok"
    # The server keeps no other job waiting while one runs.
    assert {check.name: check.verdict for check in verify(flight.dsn())}["pg_cron"] == "ok"


def test_refused_without_rights(flight: Database) -> None:
    result = CliRunner().invoke(main, ["--database-url", flight.dsn(ADMIN), "cron", "install"])
    assert result.exit_code == 1
    assert "trimtab_admin may not schedule for trimtab_engine" in result.output


def test_refused_without_pg_cron(db: Database) -> None:
    result = CliRunner().invoke(main, ["--database-url", db.dsn(ENGINE), "cron", "install"])
    assert result.exit_code == 1
    assert "pg_cron is not installed in this database" in result.output


@pytest.mark.late
@pytest.mark.timeout(FIRES_WITHIN + 30)
def test_the_clock_beats_and_the_run_appears(flight: Database) -> None:
    deadline = time.monotonic() + FIRES_WITHIN
    wanted = {"call trimtab.tick('quick')", "call trimtab.tick('slow')", "select trimtab.cancel_overdue()"}
    with flight.connect() as connection:
        while True:
            ran = {
                command: (status, message)
                for command, status, message in connection.execute(
                    "select command, status, return_message from cron.job_run_details"
                    " where status in ('succeeded', 'failed') order by runid"
                )
            }
            if wanted <= set(ran):
                break
            assert time.monotonic() < deadline, f"pg_cron did not fire: {ran}"
            # pg_cron tells nobody when it is done, so there is nothing to wait on but its table.
            time.sleep(0.25)
    assert {status for status, _ in ran.values()} == {"succeeded"}, ran
    runs = flight.rows(
        "select o.name, r.status, r.login from trimtab.autopilot_runs r join trimtab.organizations o using (org_id)"
        " where r.trigger = 'clock'"
    )
    assert runs == [("Flown by the clock", "success", "trimtab_engine")]
    assert flight.rows("select is_alive, late_parts from trimtab.v_heartbeat", user=ENGINE) == [(True, [])]
    stuck = "select failures, overruns, error_code from trimtab.v_tick_health where part = 'stuck'"
    assert flight.rows(stuck, user=ENGINE) == [(1, 1, "57014")]
    told = json.loads(trimtab(flight, "cron", "history", "--json"))
    assert {name for name, _ in jobs(workers=1)} <= {row["job"] for row in told}
    assert {row["status"] for row in told} <= {"succeeded", "running", "starting"}
    assert json.loads(trimtab(flight, "cron", "history", "--failed", "--json")) == []
    told_by_doctor = CliRunner().invoke(main, ["--database-url", flight.dsn(ENGINE), "doctor"])
    assert told_by_doctor.stdout.count("ok ") > 5

    # What pg_cron noted more than a week ago goes.
    flight.rows("update cron.job_run_details set end_time = end_time - interval '8 days'")
    flight.rows("select trimtab.tick_cron_history(trimtab.clock(), 1000)", user=ENGINE)
    assert flight.value("select count(*) from cron.job_run_details where end_time < now() - interval '7 days'") == 0

    trimtab(flight, "cron", "remove")
    assert flight.rows("select jobid from cron.job") == []
    assert trimtab(flight, "cron", "list") == ""
