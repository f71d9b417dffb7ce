"""`trimtab opportunities`: what could be better, and what became of it."""

from __future__ import annotations

from typing import Any
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
from trimtab.cli.tables import as_percent
from trimtab.errors import TrimtabError

STATUSES = ("open", "in_progress", "resolved", "dismissed")
LISTED = ("severity", "campaign_title", "opportunity_type", "description", "suggested_action", "sure", "age_days", "id")


@click.group(invoke_without_command=True)
@org_option()
@json_option
@click.pass_context
def opportunities(ctx: click.Context, org: str | None, as_json: bool) -> None:
    """List what could be better (also without a subcommand); start, resolve or dismiss it."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_opportunities, org=org, as_json=as_json)
    else:
        refuse_before_subcommand(ctx)


@opportunities.command("list")
@org_option()
@click.option("--severity", type=click.Choice(SEVERITIES), help="Only these.")
@click.option("--status", type=click.Choice(STATUSES), help="Only these; without it those open or in progress.")
@click.option("--campaign", metavar="ID|TITLE", help="Only of this campaign.")
@json_option
@pass_settings
def list_opportunities(
    settings: Settings,
    org: str | None = None,
    severity: str | None = None,
    status: str | None = None,
    campaign: str | None = None,
    as_json: bool = False,
) -> None:
    """List opportunities, critical first."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select o.severity, c.title as campaign_title, o.opportunity_type, o.subject, o.status, o.description,"
                " o.suggested_action, o.proposed_action, o.estimated_impact, o.confidence_score, o.evidence,"
                " pg_catalog.round(extract(epoch from trimtab.clock() - o.created_at) / 86400, 1) as age_days,"
                " o.created_at, o.last_detected_at, o.resolved_at, o.reason, o.campaign_id, o.id"
                " from trimtab.optimization_opportunities o"
                " join trimtab.campaigns c on c.org_id = o.org_id and c.id = o.campaign_id"
                " where o.org_id = %(org_id)s"
                " and (o.status = %(status)s or (%(status)s::text is null and o.status in ('open', 'in_progress')))"
                " and (%(severity)s::text is null or o.severity = %(severity)s)"
                " and (%(campaign)s::text is null or c.title = %(campaign)s"
                " or c.id::text = pg_catalog.lower(%(campaign)s))"
                " order by trimtab.severity_rank(o.severity), o.confidence_score desc nulls last, o.created_at, o.id",
                {"org_id": org_id, "status": status, "severity": severity, "campaign": campaign},
            )
            .fetchall()
        )
    for row in rows:
        row["sure"] = as_percent(row["confidence_score"])
    if as_json:
        print_json([{key: value for key, value in row.items() if key != "sure"} for row in rows])
        return
    print_rows(rows, LISTED, nothing="no opportunities")


@opportunities.command()
@click.argument("ids", nargs=-1, required=True, type=click.UUID, metavar="ID...")
@org_option()
@json_option
@pass_settings
def start(settings: Settings, ids: tuple[UUID, ...], org: str | None, as_json: bool) -> None:
    """Say that somebody works on them now."""
    _set_status(settings, ids, "in_progress", None, org, as_json)


@opportunities.command()
@click.argument("ids", nargs=-1, required=True, type=click.UUID, metavar="ID...")
@click.option("--reason", help="What was done.")
@org_option()
@json_option
@pass_settings
def resolve(settings: Settings, ids: tuple[UUID, ...], reason: str | None, org: str | None, as_json: bool) -> None:
    """Say that they were taken. One that is still there after 14 days is raised again."""
    _set_status(settings, ids, "resolved", reason, org, as_json)


@opportunities.command()
@click.argument("ids", nargs=-1, required=True, type=click.UUID, metavar="ID...")
@click.option("--reason", help="Why they are none.")
@org_option()
@json_option
@pass_settings
def dismiss(settings: Settings, ids: tuple[UUID, ...], reason: str | None, org: str | None, as_json: bool) -> None:
    """Say that they are none. One that gets materially worse is raised again."""
    _set_status(settings, ids, "dismissed", reason, org, as_json)


def _set_status(
    settings: Settings, ids: tuple[UUID, ...], status: str, reason: str | None, org: str | None, as_json: bool
) -> None:
    """All or none of them, in one transaction."""
    changed: list[dict[str, Any]] = []
    with settings.connect() as connection:
        enter_org(connection, org or _org_of(connection, ids[0]))
        cursor = connection.cursor(row_factory=dict_row)
        for opportunity_id in ids:
            row = cursor.execute(
                "select o.id, o.status, o.description, o.resolved_at, o.reason"
                " from trimtab.set_opportunity_status(%s, %s, %s) o",
                [opportunity_id, status, reason],
            ).fetchone()
            if row:
                changed.append(row)
    if as_json:
        print_json(changed)
        return
    for row in changed:
        click.echo(f"{row['id']}: {row['status']}  {row['description']}")


def _org_of(connection: Connection, opportunity_id: UUID) -> str | None:
    """The organization of an opportunity, for a login that sees all of them."""
    row = connection.execute(
        "select o.org_id from trimtab.optimization_opportunities o where o.id = %s", [opportunity_id]
    ).fetchone()
    if row is None:
        raise TrimtabError(f"there is no opportunity {opportunity_id}", "`trimtab opportunities` lists them")
    return str(row[0])


COMMANDS = (opportunities,)
