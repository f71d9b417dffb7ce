"""`trimtab alerts`: what rules and the system told, and who sees to it."""

from __future__ import annotations

from typing import Any, LiteralString
from uuid import UUID

import click
from psycopg.rows import dict_row

from trimtab.cli.context import (
    SEVERITIES,
    Connection,
    Settings,
    enter_org,
    json_option,
    org_option,
    pass_settings,
    print_json,
    print_rows,
    refuse_before_subcommand,
)
from trimtab.errors import TrimtabError

STATUSES = ("open", "acknowledged", "resolved")
LISTED = ("severity", "title", "campaign", "rule", "status", "assignee", "times", "last_raised_at", "id")


@click.group(invoke_without_command=True)
@org_option()
@json_option
@click.pass_context
def alerts(ctx: click.Context, org: str | None, as_json: bool) -> None:
    """List what somebody should look at (also without a subcommand); acknowledge, assign, resolve it."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_alerts, org=org, as_json=as_json)
    else:
        refuse_before_subcommand(ctx)


@alerts.command("list")
@org_option()
@click.option("--severity", type=click.Choice(SEVERITIES), help="Only these and graver ones.")
@click.option("--status", type=click.Choice(STATUSES), help="Only these; without it all that are not resolved.")
@json_option
@pass_settings
def list_alerts(
    settings: Settings,
    org: str | None = None,
    severity: str | None = None,
    status: str | None = None,
    as_json: bool = False,
) -> None:
    """List alerts: open ones first, the gravest on top."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select a.severity, a.title, a.message, a.campaign_title, a.rule_name, a.status, a.assignee,"
                " a.raised_count, a.first_raised_at, a.last_raised_at, a.source, a.acknowledged_at, a.resolved_at,"
                " a.note, a.campaign_id, a.rule_id, a.evidence, a.id"
                " from trimtab.v_alerts a"
                " where a.org_id = %(org_id)s"
                " and (a.status = %(status)s or (%(status)s::text is null and a.status <> 'resolved'))"
                " and (%(severity)s::text is null"
                " or trimtab.severity_rank(a.severity) <= trimtab.severity_rank(%(severity)s))",
                {"org_id": org_id, "status": status, "severity": severity},
            )
            .fetchall()
        )
    if as_json:
        print_json(rows)
        return
    print_rows(
        [
            row | {"campaign": row["campaign_title"], "rule": row["rule_name"], "times": row["raised_count"]}
            for row in rows
        ],
        LISTED,
        nothing="no alerts",
    )


@alerts.command()
@click.argument("ids", nargs=-1, required=True, type=click.UUID, metavar="ID...")
@click.option("--note", help="What is done about it.")
@org_option()
@json_option
@pass_settings
def acknowledge(settings: Settings, ids: tuple[UUID, ...], note: str | None, org: str | None, as_json: bool) -> None:
    """Say that somebody has seen them. One that gets graver is open again."""
    call: LiteralString = "select a.* from trimtab.acknowledge_alert(%s, %s) a"
    _handle(settings, ids, call, note, org, as_json)


@alerts.command()
@click.argument("ids", nargs=-1, required=True, type=click.UUID, metavar="ID...")
@click.option("--to", "assignee", metavar="ADDRESS|ID|role:ROLE", help="Who; without it nobody.")
@org_option()
@json_option
@pass_settings
def assign(settings: Settings, ids: tuple[UUID, ...], assignee: str | None, org: str | None, as_json: bool) -> None:
    """Give them to a member, or to everybody with a role."""
    call: LiteralString = "select a.* from trimtab.assign_alert(%s, %s) a"
    _handle(settings, ids, call, assignee, org, as_json)


@alerts.command()
@click.argument("ids", nargs=-1, required=True, type=click.UUID, metavar="ID...")
@click.option("--note", help="How it ended.")
@org_option()
@json_option
@pass_settings
def resolve(settings: Settings, ids: tuple[UUID, ...], note: str | None, org: str | None, as_json: bool) -> None:
    """Say that they are settled. When it happens again, there is a new alert."""
    call: LiteralString = "select a.* from trimtab.resolve_alert(%s, %s) a"
    _handle(settings, ids, call, note, org, as_json)


def _handle(
    settings: Settings, ids: tuple[UUID, ...], call: LiteralString, said: str | None, org: str | None, as_json: bool
) -> None:
    """Handle all of these alerts or none, and say what has become of them."""
    changed: list[dict[str, Any]] = []
    with settings.connect() as connection:
        org_id = enter_org(connection, org or _org_of(connection, ids[0]))
        for alert_id in ids:
            connection.execute(call, [alert_id, said])
        cursor = connection.cursor(row_factory=dict_row)
        for alert_id in ids:
            changed += cursor.execute(
                "select a.id, a.status, a.severity, a.title, a.campaign_title, a.assignee, a.note"
                " from trimtab.v_alerts a where a.org_id = %s and a.id = %s",
                [org_id, alert_id],
            ).fetchall()
    if as_json:
        print_json(changed)
        return
    for row in changed:
        about = f" ({row['campaign_title']})" if row["campaign_title"] else ""
        whose = f", {row['assignee']}" if row["assignee"] else ""
        click.echo(f"{row['id']}: {row['status']}{whose}  {row['title']}{about}")


def _org_of(connection: Connection, alert_id: UUID) -> str | None:
    """The organization of an alert, for a login that sees all of them."""
    row = connection.execute("select a.org_id from trimtab.alerts a where a.id = %s", [alert_id]).fetchone()
    if row is None:
        raise TrimtabError(f"there is no alert {alert_id}", "`trimtab alerts` lists them")
    return str(row[0])


COMMANDS = (alerts,)
