"""pg_cron: the job is installed once, and really fires.

The first test installs it and the last one looks whether it ran, so that the minute in between is not lost.
"""

from __future__ import annotations

import json
import time

import pytest
from click.testing import CliRunner
from support.database import ADMIN, CRON_DATABASE, ENGINE, Database, TestCluster

from trimtab.cli.main import main
from trimtab.database.deploy import migrate
from trimtab.database.verify import verify

pytestmark = pytest.mark.xdist_group("cron")

FIRES_WITHIN = 130  # seconds; pg_cron looks once a minute


def trimtab(database: Database, *arguments: str, user: str = ENGINE) -> str:
    result = CliRunner().invoke(main, ["--database-url", database.dsn(user), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="session")
def flight(cluster: TestCluster) -> Database:
    """The one database in which pg_cron lives, with an organization and the job at every minute."""
    if not cluster.has_cron:
        pytest.skip("pg_cron is not installed on this machine")
    database = Database(cluster, CRON_DATABASE)
    database.rows("create extension pg_cron")
    database.rows("grant usage on schema cron to trimtab_engine")
    migrate(database.dsn(ADMIN))
    if database.value("select to_regprocedure('trimtab.run_all()')") is None:
        pytest.skip("this checkout has no trimtab.run_all() yet")
    database.rows("select trimtab.create_organization('Flown by the clock')", user=ENGINE)
    trimtab(database, "cron", "install", "--schedule", "* * * * *")
    return database


@pytest.mark.early
def test_install_is_idempotent_and_listed(flight: Database) -> None:
    before = flight.rows("select jobid from cron.job")
    trimtab(flight, "cron", "install", "--schedule", "* * * * *")
    assert flight.rows("select jobid from cron.job") == before
    job, due = json.loads(trimtab(flight, "cron", "list", "--json"))
    assert (due["schedule"], due["command"], due["login"]) == ("* * * * *", "call trimtab.run_due()", "trimtab_engine")
    assert (job["schedule"], job["command"], job["login"], job["active"]) == (
        "* * * * *",
        "call trimtab.run_all()",
        "trimtab_engine",
        True,
    )
    assert {check.name: check.verdict for check in verify(flight.dsn(ENGINE))}["cron job"] == "ok"


def test_refused_without_rights(flight: Database) -> None:
    result = CliRunner().invoke(main, ["--database-url", flight.dsn(ADMIN), "cron", "install"])
    assert result.exit_code == 1
    assert "trimtab_admin may not schedule for trimtab_engine" in result.output


def test_refused_without_pg_cron(db: Database) -> None:
    result = CliRunner().invoke(main, ["--database-url", db.dsn(ENGINE), "cron", "install"])
    assert result.exit_code == 1
    assert "pg_cron is not installed in this database" in result.output


def test_bad_schedule_is_refused(flight: Database) -> None:
    result = CliRunner().invoke(main, ["--database-url", flight.dsn(ENGINE), "cron", "install", "--schedule", "soon"])
    assert result.exit_code == 1
    assert "invalid schedule" in result.output
    assert flight.rows("select schedule from cron.job") == [("* * * * *",), ("* * * * *",)]


@pytest.mark.late
@pytest.mark.timeout(FIRES_WITHIN + 30)
def test_the_job_fires_and_the_run_appears(flight: Database) -> None:
    deadline = time.monotonic() + FIRES_WITHIN
    with flight.connect() as connection:
        while True:
            ran = connection.execute(
                "select status, return_message from cron.job_run_details"
                " where command = 'call trimtab.run_all()' and status in ('succeeded', 'failed') order by runid limit 1"
            ).fetchone()
            if ran is not None:
                break
            assert time.monotonic() < deadline, "pg_cron did not fire"
            # pg_cron tells nobody when it is done, so there is nothing to wait on but its table.
            time.sleep(0.25)
    assert ran[0] == "succeeded", ran[1]
    runs = flight.rows(
        "select o.name, r.status, r.login from trimtab.autopilot_runs r join trimtab.organizations o using (org_id)"
        " where r.trigger = 'clock'"
    )
    assert runs == [("Flown by the clock", "success", "trimtab_engine")]
    trimtab(flight, "cron", "remove")
    assert flight.rows("select jobid from cron.job") == []
    assert trimtab(flight, "cron", "list") == ""
