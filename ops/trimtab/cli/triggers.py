"""`trimtab triggers`: what an event or a metric starts, and what became of it."""

from __future__ import annotations

import json
from typing import Any, TextIO
from uuid import UUID

import click
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from trimtab.cli.context import (
    Connection,
    Settings,
    enter_org,
    err,
    json_option,
    moment_of,
    org_option,
    pass_settings,
    print_json,
    print_rows,
    refuse_before_subcommand,
)
from trimtab.cli.documents import named, read_documents
from trimtab.errors import TrimtabError

LISTED = (
    "name",
    "status",
    "listens_to",
    "target",
    "fired",
    "failed",
    "suppressed",
    "waiting",
    "last_fired_at",
    "last_error",
)
FIRINGS = ("fired_at", "trigger", "status", "reason", "events", "target", "attempts", "retry_at", "told")
MATCHED = ("received_at", "type", "subject_type", "subject_id", "payload", "event_id")


@click.group(invoke_without_command=True)
@org_option()
@json_option
@click.pass_context
def triggers(ctx: click.Context, org: str | None, as_json: bool) -> None:
    """List what events and metrics start (also without a subcommand); add, preview, switch triggers; see firings."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_triggers, org=org, as_json=as_json)
    else:
        refuse_before_subcommand(ctx)


@triggers.command("list")
@org_option()
@json_option
@pass_settings
def list_triggers(settings: Settings, org: str | None = None, as_json: bool = False) -> None:
    """List the triggers: what they listen to, what they start, how often they fired."""
    with settings.connect() as connection:
        rows = _listed(connection, enter_org(connection, org))
    if as_json:
        print_json(rows)
        return
    print_rows([_short(row) for row in rows], LISTED, nothing="no triggers")


@triggers.command()
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@org_option()
@json_option
@pass_settings
def add(settings: Settings, file: TextIO, org: str | None, as_json: bool) -> None:
    """Save the triggers of a JSON FILE: one or a list of them (- reads standard input), all or none.

    One whose name is there already replaces it.
    """
    saved: set[UUID] = set()
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        for place, document in read_documents(file):
            with named("trigger", place, document):
                row = connection.execute("select trimtab.save_trigger(%s)", [Jsonb(document)]).fetchone()
            saved.add(row[0] if row else UUID(int=0))
        _say([row for row in _listed(connection, org_id) if row["id"] in saved], as_json)
        for event_type in _unheard_of(connection, org_id, saved):
            err.print(f"→ no {event_type} has ever come; `trimtab events types` lists known types", highlight=False)


@triggers.command()
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--since", metavar="TIME", help="From when on, ISO 8601 with its offset; without it the last seven days.")
@click.option("--limit", type=click.IntRange(1, 10000), default=100, show_default=True, help="At most so many events.")
@org_option()
@json_option
@pass_settings
def preview(settings: Settings, file: TextIO, since: str | None, limit: int, org: str | None, as_json: bool) -> None:
    """Show which past events the trigger of a JSON FILE would have matched. Nothing is saved or fired."""
    moment = moment_of(since, "--since")
    documents = read_documents(file)
    if len(documents) != 1:
        raise click.UsageError("preview takes one trigger")
    with settings.connect() as connection:
        enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select p.* from trimtab.preview_trigger(%(document)s,"
                " coalesce(%(since)s, trimtab.clock() - interval '7 days'), %(limit)s) p",
                {"document": Jsonb(documents[0][1]), "since": moment, "limit": limit},
            )
            .fetchall()
        )
    if as_json:
        print_json(rows)
        return
    print_rows(
        [
            row | {"received_at": row["recorded_at"], "payload": json.dumps(row["payload"], ensure_ascii=False)}
            for row in rows
        ],
        MATCHED,
        nothing="no event would have matched",
    )


@triggers.command()
@click.argument("trigger", metavar="NAME|ID")
@org_option()
@json_option
@pass_settings
def resume(settings: Settings, trigger: str, org: str | None, as_json: bool) -> None:
    """Let a trigger listen. One that watches a metric takes what there is as known."""
    _switch(settings, org, trigger, "active", as_json)


@triggers.command()
@click.argument("trigger", metavar="NAME|ID")
@org_option()
@json_option
@pass_settings
def pause(settings: Settings, trigger: str, org: str | None, as_json: bool) -> None:
    """Let a trigger rest: what happens meanwhile passes it by."""
    _switch(settings, org, trigger, "paused", as_json)


@triggers.command()
@click.argument("trigger", metavar="NAME|ID")
@org_option()
@pass_settings
def remove(settings: Settings, trigger: str, org: str | None) -> None:
    """Remove a trigger and what waits for it; its firings stay in the record."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        connection.execute("select trimtab.remove_trigger(%s)", [_find(connection, org_id, trigger)])
    click.echo(f"{trigger}: removed")


@triggers.command()
@click.option("--trigger", metavar="NAME|ID", help="Only those of this one.")
@click.option("--status", help="Only these: success, skipped, retrying, failed, suppressed.")
@click.option("--limit", type=click.IntRange(1, 10000), default=50, show_default=True, help="At most so many.")
@org_option()
@json_option
@pass_settings
def firings(
    settings: Settings, trigger: str | None, status: str | None, limit: int, org: str | None, as_json: bool
) -> None:
    """List what triggers set off, the latest first, and what they were kept from."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select f.id, f.trigger_id, f.trigger_name as trigger, f.status, f.reason, f.event_count as events,"
                " f.event_ids, f.first_event_at, f.last_event_at, f.target, f.attempts, f.retry_at, f.result,"
                " f.error_code, f.error_message, f.fired_at, f.completed_at"
                " from trimtab.v_trigger_firings f"
                " where f.org_id = %(org_id)s and (%(status)s::text is null or f.status = %(status)s)"
                " and (%(trigger)s::text is null or f.trigger_name = %(trigger)s"
                " or f.trigger_id::text = pg_catalog.lower(%(trigger)s))"
                " order by f.id desc limit %(limit)s",
                {"org_id": org_id, "status": status, "trigger": trigger, "limit": limit},
            )
            .fetchall()
        )
    if as_json:
        print_json(rows)
        return
    print_rows([row | {"told": _told(row)} for row in rows], FIRINGS, nothing="nothing was fired")


@triggers.command()
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@org_option()
@json_option
@pass_settings
def measure(settings: Settings, file: TextIO, org: str | None, as_json: bool) -> None:
    """Record the measurements of a JSON FILE, which triggers may watch: one or a list (- reads standard input).

    {"subject_type": "account", "subject": "instagram", "metric": "followers", "value": 1200}
    """
    documents = [document for _, document in read_documents(file)]
    with settings.connect() as connection:
        enter_org(connection, org)
        row = connection.execute("select trimtab.record_measurements(%s)", [Jsonb(documents)]).fetchone()
    result: dict[str, Any] = row[0] if row else {}
    if as_json:
        print_json(result)
    else:
        click.echo(f"{result['recorded']} recorded, {result['repeated']} known already")
        for refused in result["refused"]:
            for fault in refused["faults"]:
                err.print(f"[{refused['index']}] {fault}", highlight=False, markup=False)
    if result["refused"]:
        raise click.exceptions.Exit(1)


def _listed(connection: Connection, org_id: UUID) -> list[dict[str, Any]]:
    return (
        connection.cursor(row_factory=dict_row)
        .execute(
            "select t.id, t.name, t.description, t.status, t.source, t.event_type, t.listens_to, t.target,"
            " t.fired_count, t.failed_count, t.suppressed_count, t.waiting_count, t.last_fired_at, t.last_error,"
            " t.last_error_at, t.document from trimtab.v_triggers t where t.org_id = %s order by t.name",
            [org_id],
        )
        .fetchall()
    )


def _unheard_of(connection: Connection, org_id: UUID, trigger_ids: set[UUID]) -> list[str]:
    """What some of these triggers listen to, and neither the catalogue nor the journal knows: a slip, maybe."""
    rows = connection.execute(
        "select distinct t.event_type from trimtab.triggers t"
        " where t.org_id = %s and t.id = any(%s) and right(t.event_type, 1) <> '*'"
        " and not exists (select from trimtab.event_types k where k.type = t.event_type)"
        " and not exists (select from trimtab.events e where e.org_id = t.org_id and e.type = t.event_type)"
        " order by 1",
        [org_id, list(trigger_ids)],
    ).fetchall()
    return [event_type for (event_type,) in rows]


def _short(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: row[f"{name}_count"] for name in ("fired", "failed", "suppressed", "waiting")}


def _told(row: dict[str, Any]) -> str:
    """What a firing came to, in a line."""
    if row["error_message"]:
        return f"{row['error_message']} [{row['error_code']}]"
    return json.dumps(row["result"], ensure_ascii=False) if row["result"] else ""


def _say(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['name']}: {row['status']}  {row['listens_to']} → {row['target']}")


def _switch(settings: Settings, org: str | None, trigger: str, status: str, as_json: bool) -> None:
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        trigger_id = _find(connection, org_id, trigger)
        connection.execute("select trimtab.set_trigger_status(%s, %s)", [trigger_id, status])
        _say([row for row in _listed(connection, org_id) if row["id"] == trigger_id], as_json)


def _find(connection: Connection, org_id: UUID, trigger: str) -> UUID:
    """The id of a trigger given by name or id."""
    row = connection.execute(
        "select t.id from trimtab.triggers t where t.org_id = %(org_id)s"
        " and (t.name = %(trigger)s or t.id::text = pg_catalog.lower(%(trigger)s))"
        # An id means the trigger that has it, whatever others are called.
        " order by t.id::text = pg_catalog.lower(%(trigger)s) desc",
        {"org_id": org_id, "trigger": trigger},
    ).fetchone()
    if row is None:
        raise TrimtabError(
            f"there is no trigger {trigger!r} in this organization", "`trimtab triggers list` lists them"
        )
    return UUID(str(row[0]))


COMMANDS = (triggers,)
