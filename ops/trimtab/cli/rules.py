"""`trimtab rules`: an organization's rules, and what they held back."""

from __future__ import annotations

import json
from typing import Any

import click
from psycopg.rows import dict_row

from trimtab.cli.context import (
    Settings,
    enter_org,
    err,
    json_option,
    org_option,
    pass_settings,
    print_json,
    print_rows,
)
from trimtab.errors import TrimtabError

RULES = ("rule_name", "rule_type", "is_active", "priority", "version", "condition", "action")
HELD = ("campaign_title", "rule_name", "code", "hold_count", "first_held_at", "last_held_at", "reason")


@click.group(invoke_without_command=True)
@org_option()
@json_option
@click.pass_context
def rules(ctx: click.Context, org: str | None, as_json: bool) -> None:
    """Show the rules, switch them on and off, see what was held back."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_rules, org=org, as_json=as_json)
    elif org or as_json:
        raise click.UsageError(f"give --org and --json after {ctx.invoked_subcommand}")


@rules.command("list")
@org_option()
@json_option
@pass_settings
def list_rules(settings: Settings, org: str | None = None, as_json: bool = False) -> None:
    """List the rules, highest priority first."""
    _show(
        settings,
        org,
        "select rule_name, rule_type, is_active, priority, version, condition, action, id, copied_from, updated_at"
        " from trimtab.autonomous_rules where org_id = %s order by priority desc, rule_name",
        RULES,
        as_json,
    )


@rules.command()
@org_option()
@json_option
@pass_settings
def held(settings: Settings, org: str | None, as_json: bool) -> None:
    """List what rules would have done and a gate held back, newest first."""
    _show(
        settings,
        org,
        "select campaign_title, rule_name, code, hold_count, first_held_at, last_held_at, reason, confidence_score"
        " from trimtab.v_held_decisions where org_id = %s order by last_held_at desc, campaign_title, rule_name",
        HELD,
        as_json,
    )


@rules.command()
@click.argument("name")
@org_option()
@pass_settings
def enable(settings: Settings, name: str, org: str | None) -> None:
    """Switch the rule NAME on."""
    _switch(settings, org, name, True)


@rules.command()
@click.argument("name")
@org_option()
@pass_settings
def disable(settings: Settings, name: str, org: str | None) -> None:
    """Switch the rule NAME off. The next run leaves alone what it would have done."""
    _switch(settings, org, name, False)


def _show(settings: Settings, org: str | None, query: Any, columns: tuple[str, ...], as_json: bool) -> None:
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = connection.cursor(row_factory=dict_row).execute(query, [org_id]).fetchall()
    if as_json:
        print_json(rows)
        return
    print_rows([{k: json.dumps(v) if isinstance(v, dict) else v for k, v in row.items()} for row in rows], columns)


def _switch(settings: Settings, org: str | None, name: str, active: bool) -> None:
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        # The engine sees every organization: the condition on org_id is what keeps to one.
        done = connection.execute(
            "update trimtab.autonomous_rules set is_active = %s where org_id = %s and rule_name = %s",
            [active, org_id, name],
        ).rowcount
    if not done:
        raise TrimtabError(f"there is no rule {name!r} in this organization", "`trimtab rules list` lists them")
    err.print(f"{name}: {'on' if active else 'off'}")


COMMANDS = (rules,)
