"""`trimtab cron`: the jobs by which pg_cron starts the autopilot."""

from __future__ import annotations

import click

from trimtab.cli.context import Connection, Settings, json_option, pass_settings, print_rows
from trimtab.database.cluster import ENGINE
from trimtab.errors import TrimtabError

JOB = "trimtab run_all"
COMMAND = "call trimtab.run_all()"
DUE_JOB = "trimtab run_due"
DUE_COMMAND = "call trimtab.run_due()"
COLUMNS = ("job", "schedule", "command", "login", "active", "last_status", "last_start", "last_message")


@click.group()
def cron() -> None:
    """Let pg_cron run the autopilot: install, list, remove its jobs."""


@cron.command()
@click.option(
    "--schedule", default="0 * * * *", show_default=True, help="When, as a cron expression in the server's time (UTC)."
)
@click.option(
    "--due-schedule",
    default="* * * * *",
    show_default=True,
    help="When to look for events that rules wait for, and actions whose delay is over.",
)
@pass_settings
def install(settings: Settings, schedule: str, due_schedule: str) -> None:
    """Install the jobs, or change their schedules."""
    jobs = ((JOB, schedule, COMMAND), (DUE_JOB, due_schedule, DUE_COMMAND))
    with settings.connect("engine") as connection:
        _become_engine(connection)
        for job in jobs:
            connection.execute("select cron.schedule(%s, %s, %s)", job)
    for _, at, command in jobs:
        click.echo(f"{command} runs at '{at}'", err=True)


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
            " where j.command ilike '%%trimtab.%%' or j.jobname = any(%s) order by j.jobname",
            [[JOB, DUE_JOB]],
        ).fetchall()
    print_rows(rows, COLUMNS, as_json=as_json, nothing="no job; `trimtab cron install` makes it")


@cron.command()
@pass_settings
def remove(settings: Settings) -> None:
    """Remove the jobs."""
    with settings.connect("engine") as connection:
        _become_engine(connection)
        gone = connection.execute(
            "select cron.unschedule(j.jobid) from cron.job j where j.jobname = any(%s) and j.username = current_user",
            [[JOB, DUE_JOB]],
        ).fetchall()
    click.echo("removed" if gone else "there was no job", err=True)


def _become_engine(connection: Connection) -> None:
    """The job belongs to trimtab_engine and runs as it, so it must be the one that schedules."""
    if not connection.execute("select 1 from pg_catalog.pg_extension where extname = 'pg_cron'").fetchone():
        raise TrimtabError(
            "pg_cron is not installed in this database",
            "have any scheduler call trimtab.run_all() every hour and trimtab.run_due() every minute instead"
            " (docs/install.md, Without pg_cron)",
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
