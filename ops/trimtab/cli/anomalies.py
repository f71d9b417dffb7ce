"""`trimtab anomalies`: figures that do not fit what a campaign did before."""

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
from trimtab.errors import TrimtabError

STATUSES = ("open", "acknowledged", "withdrawn")
LISTED = ("severity", "score", "kind", "description", "status", "detected_at", "id")
FOUND = (
    "severity",
    "score",
    "campaign_title",
    "kind",
    "metric",
    "direction",
    "expected",
    "found",
    "window_code",
    "starts_at",
)


@click.group(invoke_without_command=True)
@org_option()
@json_option
@click.pass_context
def anomalies(ctx: click.Context, org: str | None, as_json: bool) -> None:
    """List figures that do not fit (also without a subcommand); acknowledge them, or look for them now."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_anomalies, org=org, as_json=as_json)
    else:
        refuse_before_subcommand(ctx)


@anomalies.command("list")
@org_option()
@click.option("--severity", type=click.Choice(SEVERITIES), help="Only these and graver ones.")
@click.option("--status", type=click.Choice(STATUSES), default="open", show_default=True, help="Only these.")
@click.option("--campaign", metavar="ID|TITLE", help="Only of this campaign.")
@json_option
@pass_settings
def list_anomalies(
    settings: Settings,
    org: str | None = None,
    severity: str | None = None,
    status: str = "open",
    campaign: str | None = None,
    as_json: bool = False,
) -> None:
    """List stored anomalies, critical first."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select a.severity, a.score, a.kind, a.metric, a.window_code, a.direction, a.expected, a.found,"
                " a.currency, a.description, a.status, a.platform, c.title as campaign_title, a.campaign_id,"
                " a.starts_at, a.ends_at,"
                " a.detected_at, a.last_found_at, a.acknowledged_at, a.withdrawn_at, a.note, a.evidence, a.id"
                " from trimtab.anomalies a"
                " left join trimtab.campaigns c on c.org_id = a.org_id and c.id = a.campaign_id"
                " where a.org_id = %(org_id)s and a.status = %(status)s"
                " and (%(severity)s::text is null"
                " or trimtab.severity_rank(a.severity) <= trimtab.severity_rank(%(severity)s))"
                " and (%(campaign)s::text is null or c.title = %(campaign)s"
                " or c.id::text = pg_catalog.lower(%(campaign)s))"
                " order by trimtab.severity_rank(a.severity), a.score desc, a.last_found_at desc, a.id",
                {"org_id": org_id, "status": status, "severity": severity, "campaign": campaign},
            )
            .fetchall()
        )
    if as_json:
        print_json(rows)
        return
    print_rows(rows, LISTED, nothing="no anomalies")


@anomalies.command()
@click.argument("ids", nargs=-1, required=True, type=click.UUID, metavar="ID...")
@click.option("--note", help="What it was.")
@org_option()
@json_option
@pass_settings
def acknowledge(settings: Settings, ids: tuple[UUID, ...], note: str | None, org: str | None, as_json: bool) -> None:
    """Say that somebody knows of them: rules no longer count them. One that gets graver comes back."""
    changed: list[dict[str, Any]] = []
    with settings.connect() as connection:
        enter_org(connection, org or _org_of(connection, ids[0]))
        cursor = connection.cursor(row_factory=dict_row)
        for anomaly_id in ids:
            row = cursor.execute(
                "select a.id, a.status, a.description, a.acknowledged_at, a.note"
                " from trimtab.acknowledge_anomaly(%s, %s) a",
                [anomaly_id, note],
            ).fetchone()
            if row:
                changed.append(row)
    if as_json:
        print_json(changed)
        return
    for row in changed:
        click.echo(f"{row['id']}: {row['status']}  {row['description']}")


@anomalies.command()
@click.option("--as-of", metavar="TIME", help="As of this moment instead of now, such as 2026-05-01 06:00+02.")
@click.option("--all", "everything", is_flag=True, help="Also what only follows from another one.")
@org_option()
@json_option
@pass_settings
def detect(settings: Settings, as_of: str | None, everything: bool, org: str | None, as_json: bool) -> None:
    """Look for anomalies now and show them. Stores nothing: the runs do."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select d.severity, d.score, coalesce(c.title, d.platform, 'all campaigns') as campaign_title, d.kind,"
                " d.metric, d.direction, d.expected, d.found, d.currency, d.window_code, d.starts_at, d.ends_at,"
                " d.explained_by, d.campaign_id, d.platform, d.evidence"
                " from trimtab.detect_anomalies(%(org_id)s, coalesce(%(as_of)s::timestamptz, trimtab.clock())) d"
                " left join trimtab.campaigns c on c.org_id = %(org_id)s and c.id = d.campaign_id"
                " where %(everything)s or d.explained_by is null"
                " order by trimtab.severity_rank(d.severity), d.score desc, campaign_title, d.metric",
                {"org_id": org_id, "as_of": as_of, "everything": everything},
            )
            .fetchall()
        )
    if as_json:
        print_json(rows)
        return
    print_rows(rows, FOUND, nothing="no anomalies")


def _org_of(connection: Connection, anomaly_id: UUID) -> str | None:
    """The organization of an anomaly, for a login that sees all of them."""
    row = connection.execute("select a.org_id from trimtab.anomalies a where a.id = %s", [anomaly_id]).fetchone()
    if row is None:
        raise TrimtabError(f"there is no anomaly {anomaly_id}", "`trimtab anomalies` lists them")
    return str(row[0])


COMMANDS = (anomalies,)
