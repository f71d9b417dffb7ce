"""`trimtab run`: the autopilot, once, for one organization or for all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import psycopg
from psycopg.rows import dict_row

from trimtab.cli.context import (
    Connection,
    Settings,
    enter_org,
    err,
    find_org,
    json_option,
    moment_of,
    org_option,
    pass_settings,
    print_json,
    print_rows,
)
from trimtab.cli.tables import as_amount, as_percent

FAILED = 4
OUTCOMES = (
    "organization", "executed", "paused", "scaled", "shadowed", "opportunities", "held_back", "failed", "note",
)  # fmt: skip
DECISIONS = ("organization", "campaign", "rule", "mode", "would", "confidence", "held_back_by", "why")


@click.command()
@org_option()
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@click.option(
    "--as-of",
    metavar="TIME",
    help="With --dry-run: decide as at this moment (ISO 8601, with its offset), by today's rules and knowledge.",
)
@json_option
@pass_settings
def run(settings: Settings, org: str | None, dry_run: bool, as_of: str | None, as_json: bool) -> None:
    """Run the autopilot: judge all campaigns, pause, scale, find opportunities.

    Without --org every organization runs, each in a transaction of its own. Exit code 4: an organization failed.
    """
    moment = moment_of(as_of)
    if moment is not None and not dry_run:
        raise click.UsageError("--as-of needs --dry-run: only the present can be acted on")
    with settings.connect(autocommit=True) as connection:
        organizations = _organizations(connection, org)
        if dry_run:
            _dry_run(connection, organizations, moment, as_json)
            return
        results = [_run_one(connection, org_id, name) for org_id, name in organizations]
    if as_json:
        print_json(results)
    else:
        print_rows([_outcome(result) for result in results], OUTCOMES, nothing="there is no organization yet")
        if any(result.get("held_back") for result in results):
            err.print("→ trimtab rules held says what was held back, and why", highlight=False)
    if any(not result["success"] for result in results):
        raise click.exceptions.Exit(FAILED)


def _organizations(connection: Connection, org: str | None) -> list[tuple[str, str]]:
    chosen = None if org is None else str(find_org(connection, org))
    rows = connection.execute(
        "select org_id::text, name from trimtab.organizations"
        " where archived_at is null and (%(org)s::text is null or org_id::text = %(org)s) order by name, org_id",
        {"org": chosen},
    ).fetchall()
    return [(org_id, name) for org_id, name in rows]


def _run_one(connection: Connection, org_id: str, name: str) -> dict[str, Any]:
    head = {"organization": name, "org_id": org_id}
    try:
        with connection.transaction():
            enter_org(connection, org_id)
            [(result,)] = connection.execute("select trimtab.run_organization(%s, 'person')", [org_id]).fetchall()
        return {**head, **result}
    except psycopg.Error as error:
        return {**head, "success": False, "error": {"code": error.sqlstate, "message": error.diag.message_primary}}


def _outcome(result: dict[str, Any]) -> dict[str, Any]:
    taken = result.get("actions_taken", {})
    note = ""
    if result.get("stopped"):
        note = result["stop_reason"]
    elif "error" in result:
        note = f"{result['error']['message']} [{result['error']['code']}]"
    elif "detection_error" in result:
        note = f"opportunities: {result['detection_error']['message']}"
    elif "errors" in result:
        note = "; ".join(f"{error['part']}: {error['message']} [{error['code']}]" for error in result["errors"])
    return {
        "organization": result["organization"],
        "executed": result.get("executed"),
        "shadowed": result.get("shadowed"),
        "paused": taken.get("campaigns_paused"),
        "scaled": taken.get("campaigns_scaled"),
        "opportunities": taken.get("opportunities_detected"),
        "held_back": result.get("held_back"),
        "failed": result.get("failed"),
        "note": note,
    }


def _dry_run(
    connection: Connection, organizations: list[tuple[str, str]], moment: datetime | None, as_json: bool
) -> None:
    decisions: list[dict[str, Any]] = []
    for org_id, name in organizations:
        with connection.transaction():
            enter_org(connection, org_id)
            found = (
                connection.cursor(row_factory=dict_row)
                .execute(
                    "select * from trimtab.decide(%s, coalesce(%s::timestamptz, trimtab.clock()))", [org_id, moment]
                )
                .fetchall()
            )
        decisions += [{"organization": name, "org_id": org_id, **decision} for decision in found]
    if as_json:
        print_json(decisions)
        return
    print_rows(
        [_decision(d) for d in decisions],
        DECISIONS,
        nothing="no rule that is active or in shadow holds for any campaign (`trimtab rules list`)",
    )
    err.print("a dry run: nothing was changed")


def _decision(decision: dict[str, Any]) -> dict[str, Any]:
    return {
        "organization": decision["organization"],
        "campaign": decision["campaign_title"],
        "rule": decision["rule_name"],
        "mode": decision["mode"],
        "would": "; ".join(_would(action) for action in decision["actions"] or []),
        "confidence": as_percent(decision["confidence_score"]),
        "held_back_by": decision["gate"],
        "why": decision["gate_reason"] or decision["reason"],
    }


def _would(action: dict[str, Any]) -> str:
    """An action in a few words: `pause campaign`, `budget 100 → 150 USD`."""
    plan = action.get("plan", {})
    for name in ("budget", "daily_budget", "bid"):
        if name in plan:
            before, after = as_amount(plan["from"]), as_amount(plan[name])
            return f"{name.replace('_', ' ')} {before} → {after} {plan['currency']}"
    return str(action["type"]).replace("_", " ")


COMMANDS = (run,)
