"""`trimtab cron`: the jobs by which pg_cron beats the clock."""

from __future__ import annotations

import click

from trimtab.cli.context import Connection, Settings, json_option, pass_settings, print_rows
from trimtab.database.clock import EVERY_MINUTE, jobs
from trimtab.database.cluster import ENGINE
from trimtab.errors import TrimtabError

COLUMNS = ("job", "schedule", "command", "login", "active", "last_status", "last_start", "last_message")
UNSCHEDULE = (
    "select cron.unschedule(j.jobid) from cron.job j where j.username = current_user and j.jobname like 'trimtab %'"
)
RUNS = ("start", "seconds", "job", "status", "message")


@click.group()
def cron() -> None:
    """Let pg_cron beat the clock: install, list, remove its jobs."""


@cron.command()
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 16),
    help="Jobs for each lane but the quick one: so many organizations are worked on at a time.",
)
@pass_settings
def install(settings: Settings, workers: int) -> None:
    """Install the jobs, each of them every minute: the tick's lanes, and what watches them."""
    wanted = jobs(workers)
    with settings.connect("engine") as connection:
        _become_engine(connection)
        # Anew, for a job keeps the address at which it reaches the server.
        connection.execute(UNSCHEDULE)
        for name, command in wanted:
            connection.execute("select cron.schedule(%s, %s, %s)", [name, EVERY_MINUTE, command])
    for name, command in wanted:
        click.echo(f"{name}: {command}, every minute", err=True)
    click.echo("→ the first tick comes within a minute; `trimtab doctor` tells how it goes", err=True)


@cron.command("list")
@json_option
@pass_settings
def list_jobs(settings: Settings, as_json: bool) -> None:
    """List the jobs, and how they went last."""
    with settings.connect("engine") as connection:
        _become_engine(connection)
        rows = connection.execute(
            "select j.jobname, j.schedule, j.command, j.username, j.active, d.status, d.start_time, d.return_message"
            " from cron.job j"
            " left join lateral (select * from cron.job_run_details d where d.jobid = j.jobid"
            " order by d.runid desc limit 1) d on true"
            " where j.command ilike '%%trimtab.%%' or j.jobname like 'trimtab %%' order by j.jobname"
        ).fetchall()
    print_rows(rows, COLUMNS, as_json=as_json, nothing="no job; `trimtab cron install` makes it")


@cron.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="How many, the latest first.")
@click.option("--failed", is_flag=True, help="Only runs that failed.")
@json_option
@pass_settings
def history(settings: Settings, limit: int, failed: bool, as_json: bool) -> None:
    """List what pg_cron ran, the latest first (kept for a week)."""
    with settings.connect("engine") as connection:
        _become_engine(connection)
        rows = connection.execute(
            "select d.start_time, round(extract(epoch from d.end_time - d.start_time)::numeric, 2),"
            " coalesce(j.jobname, d.command), d.status, d.return_message"
            " from cron.job_run_details d left join cron.job j using (jobid)"
            " where d.username = current_user and (not %(failed)s or d.status = 'failed')"
            " order by d.runid desc limit %(limit)s",
            {"failed": failed, "limit": limit},
        ).fetchall()
    print_rows(rows, RUNS, as_json=as_json, nothing="no run failed" if failed else "pg_cron has run nothing yet")


@cron.command()
@pass_settings
def remove(settings: Settings) -> None:
    """Remove the jobs."""
    with settings.connect("engine") as connection:
        _become_engine(connection)
        gone = connection.execute(UNSCHEDULE).fetchall()
    click.echo("removed" if gone else "there was no job", err=True)


def _become_engine(connection: Connection) -> None:
    """The job belongs to trimtab_engine and runs as it, so it must be the one that schedules."""
    if not connection.execute("select 1 from pg_catalog.pg_extension where extname = 'pg_cron'").fetchone():
        raise TrimtabError(
            "pg_cron is not installed in this database",
            "let `trimtab tick --loop` keep the clock instead (docs/clockwork.md)",
        )
    row = connection.execute(
        "select session_user = %(engine)s or pg_catalog.pg_has_role(%(engine)s, 'member'),"
        " pg_catalog.has_schema_privilege(%(engine)s, 'cron', 'usage')",
        {"engine": ENGINE},
    ).fetchone()
    may, usage = row or (False, False)
    if not may:
        raise TrimtabError(
            f"{connection.info.user} may not schedule for {ENGINE}",
            f"connect as {ENGINE}: --database-url postgresql://{ENGINE}@…",
        )
    if not usage:
        raise TrimtabError(
            f"{ENGINE} may not use pg_cron", f"as an administrator: grant usage on schema cron to {ENGINE};"
        )
    connection.execute("set local role trimtab_engine")


COMMANDS = (cron,)
