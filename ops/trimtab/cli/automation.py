"""`trimtab automation`: how well rules work, what they did, who changed them, what it was worth, what people say."""

from __future__ import annotations

from typing import Any

import click
from psycopg.rows import dict_row

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
    refuse_before_subcommand,
)
from trimtab.errors import TrimtabError

ACTIONS = ("rule_created", "rule_updated", "rule_deleted", "rule_executed", "action_taken")
PERFORMANCE = (
    "rule_name", "status", "total_executions", "success_rate", "failed_executions", "executions_last_30d",
    "last_executed_at",
)  # fmt: skip
# What a person reads of each section of the report; JSON has everything.
REPORT = {
    "adoption": ("campaigns", "automated_campaigns", "adoption_percent", "opted_out_campaigns",
                 "acted_on_percent_last_30d", "autopilot_enabled"),
    "effectiveness": ("rule_name", "executions", "success_rate", "held_back_by_gate", "changes", "reversals_by_people"),
    "expected_and_actual": ("rule_name", "action_type", "metric", "comparable_actions", "mean_expected", "mean_actual"),
    "money": ("month", "rule_name", "action_type", "changes", "budget_raised", "budget_lowered",
              "spend_stopped_per_day", "currency"),
    "time": ("month", "action_type", "actions", "reversed_actions", "minutes_per_action", "hours_saved"),
    "benefit": ("month", "measured_benefit", "expected_benefit", "unmeasured_changes", "value_of_time", "running_cost",
                "balance", "currency"),
}  # fmt: skip
AUDIT = ("created_at", "action", "rule_name", "who", "entity_type", "entity_id", "ip_address", "what")
SURVEY = ("survey", "answers", "promoters", "passives", "detractors", "net_promoter_score")


@click.group(invoke_without_command=True)
@org_option()
@json_option
@click.pass_context
def automation(ctx: click.Context, org: str | None, as_json: bool) -> None:
    """Measure the rules: performance (also without a subcommand), report, audit, survey."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(performance, org=org, as_json=as_json)
    else:
        refuse_before_subcommand(ctx)


@automation.command()
@org_option()
@click.option("--rule", metavar="ID|NAME", help="Only this rule.")
@json_option
@pass_settings
def performance(settings: Settings, org: str | None = None, rule: str | None = None, as_json: bool = False) -> None:
    """How often each rule was executed, and how that went."""
    with settings.connect() as connection:
        enter_org(connection, org)
        rows = _rows(
            connection,
            "select p.* from trimtab.v_automation_performance p"
            " where %(rule)s::text is null or p.rule_name = %(rule)s or p.rule_id::text = pg_catalog.lower(%(rule)s)"
            " order by p.total_executions desc, p.rule_name, p.rule_id",
            {"rule": rule},
        )
    if rule and not rows:
        raise TrimtabError(f"there is no rule {rule!r} in this organization", "`trimtab rules list` lists them")
    if as_json:
        print_json(rows)
        return
    print_rows(rows, PERFORMANCE, nothing="there are no rules")


@automation.command()
@org_option()
@json_option
@pass_settings
def report(settings: Settings, org: str | None, as_json: bool) -> None:
    """Adoption, effectiveness, expected against actual, money moved, time saved, cost against benefit."""
    queries: dict[str, Any] = {
        "adoption": "select * from trimtab.v_automation_adoption",
        "effectiveness": "select * from trimtab.v_rule_effectiveness where status <> 'archived'"
        " order by executions desc, rule_name, rule_id",
        "expected_and_actual": "select * from trimtab.v_rule_effects"
        " order by measured_actions desc, rule_name, action_type, metric",
        "money": "select * from trimtab.v_automation_money order by month desc, rule_name, action_type",
        "time": "select * from trimtab.v_time_saved order by month desc, hours_saved desc, action_type",
        "benefit": "select * from trimtab.v_automation_benefit order by month desc",
    }
    with settings.connect() as connection:
        enter_org(connection, org)
        found = {name: _rows(connection, query) for name, query in queries.items()}
    if as_json:
        print_json({**found, "adoption": found["adoption"][0] if found["adoption"] else None})
        return
    for name, rows in found.items():
        if rows:
            print_rows([_in_words(row) for row in rows], REPORT[name], title=name.replace("_", " ").capitalize())
        else:
            err.print(f"{name.replace('_', ' ')}: nothing yet")


@automation.command()
@org_option()
@click.option("--rule", metavar="ID|NAME", help="Only this rule.")
@click.option("--action", type=click.Choice(ACTIONS), help="Only this kind of row.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many, newest first.")
@json_option
@pass_settings
def audit(settings: Settings, org: str | None, rule: str | None, action: str | None, limit: int, as_json: bool) -> None:
    """Who changed which rule, and what rules did, newest first."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = _rows(
            connection,
            "select a.*, r.name as rule_name, coalesce(u.email, u.display_name, a.user_id::text) as who"
            " from trimtab.automation_audit_log a"
            " left join trimtab.automation_rules r on r.org_id = a.org_id and r.id = a.rule_id"
            " left join trimtab.users u on u.id = a.user_id"
            " where a.org_id = %(org)s"
            " and (%(action)s::text is null or a.action = %(action)s)"
            " and (%(rule)s::text is null or r.name = %(rule)s or a.rule_id::text = pg_catalog.lower(%(rule)s))"
            " order by a.created_at desc, a.action, a.audit_id limit %(limit)s",
            {"org": org_id, "rule": rule, "action": action, "limit": limit},
        )
    if as_json:
        print_json(rows)
        return
    print_rows([{**row, "what": _what(row)} for row in rows], AUDIT, nothing="nothing was changed or done")


@automation.command()
@org_option()
@click.option("--score", type=click.IntRange(0, 10), help="Your answer: how likely you are to recommend it.")
@click.option("--comment", help="Why, in your words.")
@click.option("--survey", "code", metavar="CODE", help="The survey; of answers 'automation' when not given.")
@json_option
@pass_settings
def survey(
    settings: Settings, org: str | None, score: int | None, comment: str | None, code: str | None, as_json: bool
) -> None:
    """Show what people say of the automation; with --score answer, as the person whose login --database-url names.

    The score is told once there are answers enough that nobody's own can be made out.
    """
    if score is None and comment is not None:
        raise click.UsageError("a comment goes with a --score")
    with settings.connect() as connection:
        enter_org(connection, org)
        if score is not None:
            connection.execute(
                "select trimtab.submit_survey(%s, %s, %s)", [score, comment, code if code is not None else "automation"]
            )
            err.print("thank you")
        rows = _rows(connection, "select * from trimtab.survey_results(%s)", [code])
    if as_json:
        print_json(rows)
        return
    print_rows(rows, SURVEY, nothing="nobody has answered yet")
    for row in rows:
        for said in row["comments"] or ():
            click.echo(f"{row['survey']}: {said}")


def _rows(connection: Connection, query: Any, parameters: Any = None) -> list[dict[str, Any]]:
    return connection.cursor(row_factory=dict_row).execute(query, parameters).fetchall()


def _what(row: dict[str, Any]) -> str:
    """A row of the audit log in one line."""
    metadata, changes = row["metadata"] or {}, row["changes"] or {}
    if row["action"] in ("rule_updated", "rule_deleted"):
        before = changes.get("before") or {}
        after = changes.get("after") or {}
        return ", ".join(f"{key}: {before.get(key)} → {value}" for key, value in after.items() if key != "document")
    words = [metadata.get("type"), metadata.get("status"), metadata.get("mode"), metadata.get("error_message")]
    return " ".join(str(word) for word in words if word)


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: ", ".join(f"{name} {count}" for name, count in value.items()) if isinstance(value, dict) else value
        for key, value in row.items()
    }


COMMANDS = (automation,)
