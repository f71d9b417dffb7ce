"""`trimtab schedules`: what runs when; `trimtab process-schedules`: run now what is due."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TextIO
from uuid import UUID
from zoneinfo import ZoneInfo

import click
import psycopg
from psycopg import errors, sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from trimtab.cli.context import (
    Connection,
    Settings,
    confirm,
    enter_org,
    err,
    find_org,
    json_option,
    org_option,
    pass_settings,
    print_json,
    print_rows,
    refuse_before_subcommand,
    yes_option,
)
from trimtab.cli.documents import named, read_documents
from trimtab.errors import TrimtabError

FAILED = 4
STEP = 1000  # schedules or runs in a transaction
MOST_STEPS = 1000
LISTED = ("name", "runs", "status", "next", "time_zone", "last", "last_status", "failures_in_a_row", "last_error")
RUNS = ("slot", "status", "origin", "slots", "duration_ms", "outcome")
NEXT = ("local", "utc", "offset")
DUE = ("organization", "schedule", "slot", "late", "missed", "what")
PROCESSED = ("organization", "schedules", "runs", "failed", "error")
OUTCOMES = ("executed", "shadowed", "held_back", "failed")
REHEARSED = ("slot", "utc", "status", "outcome")


@click.group(invoke_without_command=True)
@org_option()
@json_option
@click.pass_context
def schedules(ctx: click.Context, org: str | None, as_json: bool) -> None:
    """List the schedules (also without a subcommand); add, rehearse, pause, run them; see what comes next."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_schedules, org=org, as_json=as_json)
    else:
        refuse_before_subcommand(ctx)


@schedules.command("list")
@org_option()
@json_option
@pass_settings
def list_schedules(settings: Settings, org: str | None = None, as_json: bool = False) -> None:
    """List the schedules, the next to run first."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = _rows(
            connection,
            "select * from trimtab.v_schedules where org_id = %s order by next_run_at nulls last, name",
            [org_id],
        )
    if as_json:
        print_json(rows)
        return
    print_rows([_line(row) for row in rows], LISTED, nothing="no schedules; `trimtab schedules add FILE` makes one")


@schedules.command()
@click.argument("schedule")
@click.option("--runs", "count", type=click.IntRange(0, 1000), default=10, show_default=True, help="Of the last runs.")
@org_option()
@json_option
@pass_settings
def show(settings: Settings, schedule: str, count: int, org: str | None, as_json: bool) -> None:
    """Show a SCHEDULE (its name or id) as the document that makes it, where it stands, and its last runs."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        found = _find(connection, org_id, schedule)
        [state] = _rows(
            connection,
            "select v.*, trimtab.schedule_document(j) as document from trimtab.v_schedules v"
            " join trimtab.scheduled_jobs j on j.org_id = v.org_id and j.id = v.schedule_id"
            " where v.org_id = %s and v.schedule_id = %s",
            [org_id, found],
        )
        runs = _rows(
            connection,
            "select * from trimtab.v_schedule_runs where org_id = %s and schedule_id = %s"
            " order by slot_at desc, run_id limit %s",
            [org_id, found, count],
        )
    if as_json:
        print_json({**state, "runs": runs})
        return
    click.echo(json.dumps(state["document"], indent=2, ensure_ascii=False, default=str))
    click.echo()
    print_rows([_line(state)], LISTED)
    print_rows([_run_line(run) for run in runs], RUNS, nothing="it has not run yet")


@schedules.command()
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@org_option()
@json_option
@pass_settings
def add(settings: Settings, file: TextIO, org: str | None, as_json: bool) -> None:
    """Save the schedules of a JSON FILE: one, or a list of them (- reads standard input).

    One that has the name of another takes its place. Of several all are saved, or none.
    """
    documents = read_documents(file)
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        ids = []
        for place, document in documents:
            with named("schedule", place, document):
                row = connection.execute("select trimtab.save_schedule(%s)", [Jsonb(document)]).fetchone()
            ids.append(row[0] if row else None)
        rows = _rows(
            connection,
            "select * from trimtab.v_schedules where org_id = %s and schedule_id = any(%s)"
            " order by next_run_at nulls last, name",
            [org_id, ids],
        )
    if as_json:
        print_json(rows)
    else:
        print_rows([_line(row) for row in rows], LISTED)


@schedules.command("next")
@click.argument("schedule")
@click.option("--count", type=click.IntRange(1, 10000), default=10, show_default=True, help="How many.")
@org_option()
@json_option
@pass_settings
def next_runs(settings: Settings, schedule: str, count: int, org: str | None, as_json: bool) -> None:
    """Tell when a SCHEDULE (its name or id) runs next."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        found = _find(connection, org_id, schedule)
        rows = _rows(
            connection,
            "select u.local_time::text as local, pg_catalog.to_char(u.slot_at at time zone 'UTC',"
            " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') as utc, u.local_time - (u.slot_at at time zone 'UTC') as offset"
            " from trimtab.upcoming_runs_of(%s, %s) u order by u.slot_at",
            [found, count],
        )
        [job] = _rows(
            connection,
            "select event_type, event_delay, status from trimtab.scheduled_jobs where org_id = %s and id = %s",
            [org_id, found],
        )
    for row in rows:
        row["offset"] = _offset(row["offset"])
    nothing = "it has no run to come"
    if job["event_type"]:
        nothing = f"it runs {_duration(job['event_delay'])} after each event {job['event_type']}"
    print_rows(rows, NEXT, as_json=as_json, nothing=nothing)
    if job["status"] in ("paused", "failed"):
        err.print(
            f"→ it is {job['status']}, so none of them happens before `trimtab schedules resume`", highlight=False
        )


@schedules.command()
@click.argument("schedule")
@org_option()
@pass_settings
def pause(settings: Settings, schedule: str, org: str | None) -> None:
    """Let a SCHEDULE (its name or id) rest."""
    _switch(settings, schedule, org, "paused")


@schedules.command()
@click.argument("schedule")
@org_option()
@pass_settings
def resume(settings: Settings, schedule: str, org: str | None) -> None:
    """Let a SCHEDULE (its name or id) go on from now; what lay in between is not run."""
    _switch(settings, schedule, org, "active")


@schedules.command("run-now")
@click.argument("schedule")
@org_option()
@json_option
@pass_settings
def run_now(settings: Settings, schedule: str, org: str | None, as_json: bool) -> None:
    """Run a SCHEDULE (its name or id) at once. Exit code 4: the run failed."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        found = _find(connection, org_id, schedule)
        row = connection.execute("select trimtab.run_schedule_now(%s)", [found]).fetchone()
    result = row[0] if row else {}
    if as_json:
        print_json(result)
    else:
        click.echo(": ".join(filter(None, (result["status"], _outcome(result)))))
    if result["status"] in ("failure", "timed_out"):
        raise click.exceptions.Exit(FAILED)


@schedules.command()
@click.argument("schedule")
@click.option("--from", "first", metavar="TIME", required=True, help="Slots from this moment on.")
@click.option("--to", "last", metavar="TIME", required=True, help="And before this one.")
@org_option()
@pass_settings
def backfill(settings: Settings, schedule: str, first: str, last: str, org: str | None) -> None:
    """Let slots of a SCHEDULE run that were missed, skipped, or from before it was made; each slot once.

    Times without an offset are local times of the schedule. The next tick runs them, oldest first.
    """
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        found = _find(connection, org_id, schedule)
        zone = _zone(connection, org_id, found)
        row = connection.execute(
            "select trimtab.backfill_schedule(%s, %s, %s)",
            [found, _moment(first, zone, "--from"), _moment(last, zone, "--to")],
        ).fetchone()
    count = row[0] if row else 0
    click.echo(f"{count} {'slot is' if count == 1 else 'slots are'} due")
    if count == 0:
        err.print("→ those of this time have run or are due already, or there are none: trimtab schedules show NAME")


@schedules.command()
@click.argument("schedule")
@org_option()
@yes_option
@pass_settings
def remove(settings: Settings, schedule: str, org: str | None, yes: bool) -> None:
    """Remove a SCHEDULE (its name or id) with the record of its runs."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        found = _find(connection, org_id, schedule)
        confirm(f"Remove the schedule {schedule!r} and the record of its runs?", yes=yes)
        connection.execute("select trimtab.remove_schedule(%s)", [found])
    click.echo("removed", err=True)


@schedules.command()
@click.argument("schedule")
@click.option("--from", "first", metavar="TIME", required=True, help="Where the clock starts.")
@click.option("--until", "last", metavar="TIME", required=True, help="Where it ends.")
@org_option()
@json_option
@pass_settings
def rehearse(settings: Settings, schedule: str, first: str, last: str, org: str | None, as_json: bool) -> None:
    """Let a SCHEDULE (its name or id) really run through a time of your choice, and take all of it back.

    In one transaction a clock is put in place that goes from slot to slot; the schedule is dispatched and run as it
    would be, by today's rules and figures; then everything is rolled back. Times without an offset are local times of
    the schedule. It takes the role that deploys. While it lasts (seconds), the organization's own runs wait.
    """
    with settings.connect("deploy") as connection:
        try:
            zone, rows = _rehearse(connection, schedule, first, last, org)
        except errors.InsufficientPrivilege as error:
            raise TrimtabError(
                f"{connection.info.user} may not put another clock in place: {error.diag.message_primary}",
                "a rehearsal takes the role that deploys (a member of trimtab_owner and trimtab_definer):"
                " --database-url postgresql://…",
            ) from error
        finally:
            connection.rollback()
    for row in rows:
        row["outcome"] = _outcome(row)
    if as_json:
        print_json(rows)
        return
    print_rows(rows, REHEARSED, title=f"{schedule}, {zone}", nothing="it does not run in this time")
    err.print("→ nothing of this has happened: it was rolled back", highlight=False)


@click.command("process-schedules")
@org_option()
@click.option("--dry-run", is_flag=True, help="Say what is due; change nothing.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many schedules, and so many runs.")
@json_option
@pass_settings
def process_schedules(settings: Settings, org: str | None, dry_run: bool, limit: int | None, as_json: bool) -> None:
    """Dispatch the schedules that are due and run them, of all organizations or of one.

    The clock does this by itself (`trimtab tick`, pg_cron); this is for a look, or for doing it by hand. Exit code 4:
    a run, or an organization, failed.
    """
    with settings.connect(autocommit=True) as connection:
        chosen = None if org is None else find_org(connection, org)
        if dry_run:
            rows = _due(connection, chosen, limit)
            print_rows(rows, DUE, as_json=as_json, nothing="nothing is due")
            return
        results: list[dict[str, Any]] = []
        for org_id, name in _organizations(connection, chosen):
            left = [
                None if limit is None else limit - sum(result[what] for result in results)
                for what in ("schedules", "runs")
            ]
            if any(left) or limit is None:
                results.append(_process(connection, org_id, name, *left))
    print_rows(results, PROCESSED, as_json=as_json, nothing="nothing is due")
    if any(result["failed"] or result.get("error") for result in results):
        raise click.exceptions.Exit(FAILED)


def _rows(connection: Connection, query: str, parameters: list[Any]) -> list[dict[str, Any]]:
    return connection.cursor(row_factory=dict_row).execute(query.encode(), parameters).fetchall()


def _find(connection: Connection, org_id: UUID, schedule: str) -> UUID:
    row = connection.execute(
        "select id from trimtab.scheduled_jobs where org_id = %(org_id)s and (name = %(given)s or id::text = %(given)s)"
        " order by name = %(given)s desc limit 1",
        {"org_id": org_id, "given": schedule},
    ).fetchone()
    if not row:
        raise TrimtabError(f"there is no schedule {schedule!r}", "`trimtab schedules list` lists them")
    return UUID(str(row[0]))


def _zone(connection: Connection, org_id: UUID, schedule_id: UUID) -> ZoneInfo:
    [(name,)] = connection.execute(
        "select time_zone::text from trimtab.scheduled_jobs where org_id = %s and id = %s", [org_id, schedule_id]
    ).fetchall()
    return ZoneInfo(name)


def _moment(text: str, zone: ZoneInfo, option: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is no ISO 8601 time; write 2026-07-01 or 2026-07-01T09:00+02:00", param_hint=option
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _switch(settings: Settings, schedule: str, org: str | None, status: str) -> None:
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        found = _find(connection, org_id, schedule)
        row = connection.execute("select trimtab.set_schedule_status(%s, %s)", [found, status]).fetchone()
        if row and row[0]:
            zone = _zone(connection, org_id, found)
            click.echo(f"{status}; it runs next at {row[0].astimezone(zone):%Y-%m-%d %H:%M} {zone.key}")
        else:
            click.echo(status)


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("name", "status", "time_zone", "last_status", "last_error")},
        "runs": f"rule {row['rule_name']}" if row["rule_name"] else row["job"],
        "next": row["next_run_local"] or (row["event_type"] and f"after {row['event_type']}"),
        "last": row["last_run_local"],
        "failures_in_a_row": row["consecutive_failures"] or None,
    }


def _run_line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("status", "origin", "duration_ms")},
        "slot": row["slot_local"],
        "slots": row["slots"] if row["slots"] > 1 else None,
        "outcome": _outcome(row),
    }


def _outcome(row: Mapping[str, Any]) -> str | None:
    """What a run did, in a line."""
    if row.get("error_message"):
        return str(row["error_message"])
    result = row.get("result") or {}
    if result.get("reason"):
        return str(result["reason"])
    told = [
        f"{key.replace('_', ' ')} {value}"
        for key, value in sorted({**result, **(result.get("actions_taken") or {})}.items(), key=_place)
        if isinstance(value, int | float) and not isinstance(value, bool) and not key.endswith(("_id", "_revision"))
    ]
    return ", ".join(told) or None


def _place(item: tuple[str, Any]) -> int:
    """Where a figure stands in a line: what was done, what was not, what went wrong; any other before them."""
    return OUTCOMES.index(item[0]) if item[0] in OUTCOMES else -1


def _duration(duration: timedelta) -> str:
    minutes, hours = round(duration.total_seconds() / 60), round(duration.total_seconds() / 3600)
    number, unit = (minutes, "minute") if minutes % 60 else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _due(connection: Connection, org_id: UUID | None, limit: int | None) -> list[dict[str, Any]]:
    """What waits to be dispatched or run, oldest first."""
    return _rows(
        connection,
        "select o.name as organization, d.schedule, d.slot::text || ' ' || d.time_zone as slot,"
        " pg_catalog.date_trunc('second', trimtab.clock() - d.due_at)::text as late, d.missed, d.what,"
        " d.slot_at, d.schedule_id from ("
        "  select j.org_id, j.id as schedule_id, j.name as schedule, j.next_run_at as due_at, j.next_run_at as slot_at,"
        "   j.next_run_at at time zone j.time_zone as slot, j.time_zone::text as time_zone, j.missed,"
        "   'to dispatch' as what"
        "  from trimtab.scheduled_jobs j where j.next_run_at <= trimtab.clock()"
        "  union all"
        "  select r.org_id, j.id, j.name, r.due_at, r.slot_at, r.slot_at at time zone j.time_zone, j.time_zone::text,"
        "   null, 'to run (' || r.origin || ')'"
        "  from trimtab.job_runs r join trimtab.scheduled_jobs j on j.org_id = r.org_id and j.id = r.job_id"
        "  where r.status = 'due' and r.due_at <= trimtab.clock()"
        " ) d join trimtab.organizations o on o.org_id = d.org_id and o.archived_at is null"
        " where %s::uuid is null or d.org_id = %s"
        " order by d.due_at, d.schedule, d.schedule_id limit %s",
        [org_id, org_id, limit],
    )


def _organizations(connection: Connection, org_id: UUID | None) -> list[tuple[UUID, str]]:
    rows = connection.execute(
        "select o.org_id, o.name from trimtab.organizations o"
        " where (%(org)s::uuid is null or o.org_id = %(org)s)"
        " and (o.org_id in (select trimtab.organizations_with_due_schedules())"
        " or o.org_id in (select trimtab.organizations_with_due_runs()))"
        " order by o.name, o.org_id",
        {"org": org_id},
    ).fetchall()
    return [(found, name) for found, name in rows]


def _process(
    connection: Connection, org_id: UUID, name: str, schedules: int | None, runs: int | None
) -> dict[str, Any]:
    """Dispatch and run what is due for an organization, at most so many schedules and runs."""
    result: dict[str, Any] = {"organization": name, "org_id": org_id, "schedules": 0, "runs": 0, "failed": 0}
    try:
        for what, limit, query in (
            ("schedules", schedules, "select trimtab.tick_schedules(%s, trimtab.clock(), %s), trimtab.clock()"),
            ("runs", runs, "select trimtab.tick_job_runs(%s, trimtab.clock(), %s), trimtab.clock()"),
        ):
            step = done = 1
            while done == step and (limit is None or result[what] < limit):
                step = STEP if limit is None else min(STEP, limit - result[what])
                with connection.transaction():
                    enter_org(connection, str(org_id))
                    [(done, moment)] = connection.execute(query.encode(), [org_id, step]).fetchall()
                    [(failed,)] = connection.execute(
                        "select count(*) from trimtab.job_runs where org_id = %s and completed_at = %s"
                        " and status in ('failure', 'timed_out')",
                        [org_id, moment],
                    ).fetchall()
                result[what] += done
                result["failed"] += failed
    except psycopg.Error as error:
        result["error"] = f"{error.diag.message_primary} [{error.sqlstate}]"
    return result


def _rehearse(
    connection: Connection, schedule: str, first: str, last: str, org: str | None
) -> tuple[str, list[dict[str, Any]]]:
    """Run a schedule through a span of time, in the transaction of the connection; the zone, and what the runs did."""
    org_id = find_org(connection, org)
    found = _find(connection, org_id, schedule)
    zone = _zone(connection, org_id, found)
    now, until = _moment(first, zone, "--from"), _moment(last, zone, "--until")
    if now >= until:
        raise click.UsageError("--until comes after --from")
    connection.execute("set local lock_timeout = '5s'")
    connection.execute("set local statement_timeout = '60s'")
    # For this transaction, whoever deploys is the engine, and this schedule is alone.
    connection.execute(
        "insert into trimtab.database_logins (login, kind) values (session_user, 'engine')"
        " on conflict (login) do update set kind = excluded.kind, user_id = null"
    )
    connection.execute("select trimtab.init_transaction_context(null, %s)", [org_id])
    connection.execute("select trimtab.lock_organization(%s)", [org_id])
    connection.execute("delete from trimtab.job_runs where org_id = %s and status in ('due', 'running')", [org_id])
    connection.execute(
        "update trimtab.scheduled_jobs set status = 'paused', next_run_at = null, next_run_wall = null"
        " where org_id = %s and id <> %s and status = 'active'",
        [org_id, found],
    )
    connection.execute("select trimtab.ensure_partitions(greatest(trimtab.clock(), %s))", [until])
    _set_clock(connection, now)
    [(slot, event_type)] = connection.execute(
        "update trimtab.scheduled_jobs j set status = 'active', consecutive_failures = 0, settled_until = s.since,"
        " next_run_at = n.slot_at, next_run_wall = n.slot_at at time zone j.time_zone"
        " from (select %(now)s::timestamptz - interval '1 microsecond' as since) s"
        " cross join lateral (select trimtab.next_slot(o.plans, o.time_zone, s.since, o.on_gap, o.on_overlap,"
        " o.starts_at, o.ends_at) as slot_at from trimtab.scheduled_jobs o"
        "  where o.org_id = %(org)s and o.id = %(id)s) n"
        " where j.org_id = %(org)s and j.id = %(id)s returning j.next_run_at, j.event_type",
        {"now": now, "org": org_id, "id": found},
    ).fetchall()
    if event_type:
        raise TrimtabError(
            f"{schedule!r} runs after each event {event_type}", "only what runs by a calendar is rehearsed"
        )
    rows: list[dict[str, Any]] = []
    for _ in range(MOST_STEPS):
        if slot is None or slot >= until:
            break
        _set_clock(connection, slot)
        connection.execute("select trimtab.tick_schedules(%s, %s, 1)", [org_id, slot])
        connection.execute("select trimtab.tick_job_runs(%s, %s, 1000)", [org_id, slot])
        rows += _rows(
            connection,
            "select pg_catalog.to_char(v.slot_local, 'Dy YYYY-MM-DD HH24:MI') as slot,"
            " pg_catalog.to_char(v.slot_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') as utc, v.status,"
            " v.result, v.error_code, v.error_message from trimtab.v_schedule_runs v"
            " where v.org_id = %s and v.schedule_id = %s and coalesce(v.completed_at, v.started_at) = %s"
            " order by v.slot_at",
            [org_id, found, slot],
        )
        [(slot,)] = connection.execute(
            "select least(j.next_run_at, (select min(r.due_at) from trimtab.job_runs r"
            " where r.org_id = j.org_id and r.job_id = j.id and r.status = 'due'))"
            " from trimtab.scheduled_jobs j where j.org_id = %s and j.id = %s",
            [org_id, found],
        ).fetchall()
    else:
        err.print(f"only the first {MOST_STEPS} steps are shown", highlight=False)
    return zone.key, rows


def _set_clock(connection: Connection, moment: datetime) -> None:
    connection.execute(
        sql.SQL(
            "create or replace function trimtab.clock() returns timestamptz language sql stable parallel safe"
            " begin atomic select {}::timestamptz; end"
        ).format(sql.Literal(moment))
    )


COMMANDS = (schedules, process_schedules)
