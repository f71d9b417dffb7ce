"""`trimtab actions`: what the autopilot did; and how `trimtab rollback` takes it back."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import click
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from trimtab.cli.context import (
    Connection,
    Settings,
    enter_org,
    err,
    json_option,
    org_option,
    pass_settings,
    print_json,
    print_rows,
)
from trimtab.cli.tables import as_amount, as_percent
from trimtab.errors import TrimtabError

LISTED = ("created_at", "campaign", "action", "change", "confidence", "status", "reason", "id")
STATUSES = ("pending", "executed", "rolled_back", "failed")


@click.command()
@click.argument("action_id", type=click.UUID, required=False)
@org_option()
@click.option("--status", type=click.Choice(STATUSES), help="Only actions with this status.")
@click.option("--campaign", metavar="ID|TITLE", help="Only actions on this campaign.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many, newest first.")
@click.option("--overview", is_flag=True, help="Counts instead of a list.")
@json_option
@pass_settings
def actions(
    settings: Settings,
    action_id: UUID | None,
    org: str | None,
    status: str | None,
    campaign: str | None,
    limit: int,
    overview: bool,
    as_json: bool,
) -> None:
    """List what the autopilot did, newest first; with ACTION_ID everything that is known about one action."""
    if action_id and (overview or status or campaign):
        raise click.UsageError("an action is shown as it is: --overview, --status and --campaign do not go with it")
    with settings.connect() as connection:
        if not as_json:
            _read_exact_numbers(connection)
        if action_id is not None:
            _show_one(connection, action_id, org, as_json=as_json)
            return
        org_id = enter_org(connection, org)
        cursor = connection.cursor(row_factory=dict_row)
        if overview:
            found = cursor.execute("select * from trimtab.v_autopilot_overview").fetchone() or {}
            _print_one({key: value for key, value in found.items() if key != "org_id"}, as_json=as_json)
            return
        rows = cursor.execute(
            "select * from trimtab.v_recent_actions a"
            " where a.org_id = %(org_id)s"
            " and (%(status)s::text is null or a.status = %(status)s)"
            " and (%(campaign)s::text is null or a.campaign_title = %(campaign)s"
            " or a.campaign_id::text = pg_catalog.lower(%(campaign)s))"
            " limit %(limit)s",
            {"org_id": org_id, "status": status, "campaign": campaign, "limit": limit},
        ).fetchall()
    if as_json:
        print_json(rows)
        return
    print_rows([_line(row) for row in rows], LISTED, nothing="no action yet")


def rollback_actions(
    settings: Settings,
    action_ids: Sequence[str],
    org: str | None = None,
    *,
    reason: str | None = None,
    as_json: bool = False,
) -> None:
    """Take actions back, each in a transaction of its own, and print what was restored and what was left.

    Args:
        settings: where to connect.
        action_ids: ids of rows of the ledger.
        org: the organization; without it the one to which the action belongs.
        reason: why, for the ledger.
        as_json: print the results of rollback_action() as a JSON array.

    Exits with 1 when one of them could not be taken back; the others are.
    """
    ids = [_uuid(action_id) for action_id in action_ids]
    results: list[Mapping[str, Any]] = []
    failed = False
    with settings.connect(autocommit=True) as connection:
        if not as_json:
            _read_exact_numbers(connection)
        for action_id in ids:
            try:
                with connection.transaction():
                    enter_org(connection, org or _org_of(connection, action_id))
                    row = connection.execute("select trimtab.rollback_action(%s, %s)", [action_id, reason]).fetchone()
            except (psycopg.Error, TrimtabError) as error:
                if isinstance(error, psycopg.Error) and error.sqlstate is None:
                    raise  # the connection is gone
                failed = True
                _complain(action_id, error)
                continue
            if row:
                results.append(row[0])
    if as_json:
        print_json(results)
    else:
        for result in results:
            _say_result(result)
    if failed:
        sys.exit(1)


def _read_exact_numbers(connection: Connection) -> None:
    """Print money in JSON as it is stored: 150.00, not 150.0."""
    set_json_loads(partial(json.loads, parse_float=Decimal), connection)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no action's id; `trimtab actions` lists them") from error


def _org_of(connection: Connection, action_id: UUID) -> str | None:
    row = connection.execute("select l.org_id from trimtab.campaign_changes l where l.id = %s", [action_id]).fetchone()
    return str(row[0]) if row else None


def _complain(action_id: UUID, error: psycopg.Error | TrimtabError) -> None:
    if isinstance(error, TrimtabError):
        lines, hint = [str(error)], error.hint
    else:
        diag = error.diag
        lines = [diag.message_primary or str(error).strip(), diag.message_detail or "", f"[{error.sqlstate}]"]
        hint = diag.message_hint
    err.print(f"{action_id}: not taken back", style="red", highlight=False)
    for line in filter(None, lines):
        err.print(f"  {line}", highlight=False, markup=False)
    if hint:
        err.print(f"  → {hint}", highlight=False, markup=False)


def _say_result(result: Mapping[str, Any]) -> None:
    if result["already_rolled_back"]:
        click.echo(f"{result['action_id']}: was taken back before, at {result['rolled_back_at']}")
        return
    click.echo(f"{result['action_id']}: taken back")
    for attribute, value in result["restored"].items():
        click.echo(f"  restored  {attribute} = {_plain(value)}")
    for attribute, value in result["already"].items():
        click.echo(f"  already   {attribute} = {_plain(value)}")
    for attribute, left in result["left"].items():
        click.echo(
            f"  left      {attribute} = {_plain(left['now'])}: {left['because']}"
            f" (the action wrote {_plain(left['wrote'])}, before it was {_plain(left['before'])})"
        )


def _plain(value: object) -> str:
    return "nothing" if value is None else str(value)


def _changes(row: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    before, after = row["previous_state"], row["new_state"]
    return {key: (before.get(key), value) for key, value in after.items() if before.get(key) != value}


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "created_at": row["created_at"].isoformat(" ", "minutes"),
        "campaign": row["campaign_title"],
        "action": row["action_type"],
        "change": ", ".join(
            f"{key.replace('_', ' ')} {as_amount(before)} → {as_amount(after)}"
            for key, (before, after) in _changes(row).items()
        ),
        "confidence": as_percent(row["confidence_score"]),
        "status": row["status"],
        "reason": row["error_message"] or row["reason"],
        "id": row["id"],
    }


def _show_one(connection: Connection, action_id: UUID, org: str | None, *, as_json: bool) -> None:
    enter_org(connection, org or _org_of(connection, action_id))
    row = (
        connection.cursor(row_factory=dict_row)
        .execute(
            "select l.*, c.title as campaign_title from trimtab.campaign_changes l"
            " join trimtab.campaigns c on c.org_id = l.org_id and c.id = l.campaign_id"
            " where l.id = %s and l.org_id = trimtab.current_org_id()",
            [action_id],
        )
        .fetchone()
    )
    if row is None:
        raise TrimtabError(f"there is no action {action_id}", "`trimtab actions` lists them")
    _print_one({key: value for key, value in row.items() if value is not None}, as_json=as_json)


def _print_one(record: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(record)
        return
    width = max((len(key) for key in record), default=0)
    for key, value in record.items():
        text = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else _plain(value)
        click.echo(f"{key.replace('_', ' '):<{width}}  {text}")


COMMANDS = (actions,)
