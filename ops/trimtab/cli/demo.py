"""`trimtab demo`: an organization, the shipped export, one run of the autopilot, and what came of it."""

from __future__ import annotations

import csv
import shlex
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

import click
from psycopg.rows import dict_row
from rich.console import Console
from rich.text import Text

from trimtab.cli.context import Connection, Settings, enter_org, pass_settings
from trimtab.cli.importing import QUARANTINED
from trimtab.cli.tables import as_percent, print_table
from trimtab.database.tree import checkout
from trimtab.errors import TrimtabError

ORGANIZATION = "Demo Shop"
CURRENCY = "EUR"
PERSON = "manager@demo.example"
LOGIN = "demo_manager"
EXPORT = Path("sql/demo/meta_export.csv")
DAY_COLUMNS = ("Day", "Reporting starts", "Reporting ends")
LEFT_ALONE = "Founder Story | Reels"

screen = Console(width=None if Console().is_terminal else 150)


@click.command()
@pass_settings
@click.pass_context
def demo(ctx: click.Context, settings: Settings) -> None:
    """Show the whole flight on an invented shop: import, decide, act, explain.

    Running it again imports the same file, which changes nothing, and runs the autopilot, which has nothing to do.
    """
    if not settings.own_cluster:
        raise TrimtabError("the demo runs on the checkout's own cluster only", "leave --database-url and PG* out")
    org_id, called, is_new = _organization(ctx, settings)
    export = _export(settings, is_new)
    _heading("1. Import")
    _command(ctx, "import", str(export), "--org", called)
    with settings.connect(LOGIN) as connection:
        _prepare_campaigns(connection)
    _heading("2. Run the autopilot")
    _command(ctx, "run", "--org", called)
    with settings.connect() as connection:
        enter_org(connection, org_id)
        action_id = _show_actions(connection, org_id)
        _show_held(connection, org_id)
        _show_opportunities(connection, org_id)
    _show_next(called, action_id)


def _command(ctx: click.Context, *words: str) -> None:
    """Another command of `trimtab`, as a person would type it."""
    screen.print(Text("$ trimtab " + shlex.join(words), style="dim"), soft_wrap=True)
    command = cast(click.Group, ctx.find_root().command).commands[words[0]]
    with command.make_context(words[0], list(words[1:]), parent=ctx.find_root()) as inner:
        try:
            command.invoke(inner)
        except (click.exceptions.Exit, SystemExit) as outcome:
            # One of the demo's rows is meant to go to quarantine.
            if (outcome.exit_code if isinstance(outcome, click.exceptions.Exit) else outcome.code) != QUARANTINED:
                raise


def _organization(ctx: click.Context, settings: Settings) -> tuple[str, str, bool]:
    """The demo's organization, a person in it and the person's login: each is made where it is missing.

    Returns its id, what to call it in commands (its name where that is unique), and whether it is new.
    """
    with settings.connect() as connection:
        rows = connection.execute(
            "select o.org_id::text from trimtab.organizations o where o.name = %s and o.archived_at is null",
            [ORGANIZATION],
        ).fetchall()
        is_new = not rows
        if is_new:
            rows = connection.execute(
                "select trimtab.create_organization(%s, 'UTC', %s)::text", [ORGANIZATION, CURRENCY]
            ).fetchall()
        org_id = str(rows[0][0])
        enter_org(connection, org_id)
        known = connection.execute(
            "select 1 from trimtab.memberships m join trimtab.users u on u.id = m.user_id"
            " where m.org_id = %s and u.email = %s",
            [org_id, PERSON],
        ).fetchone()
        if not known:
            connection.execute("select trimtab.add_member(%s, 'manager', 'Demo manager')", [PERSON])
        bound = connection.execute(
            "select 1 from trimtab.login_organizations b join pg_catalog.pg_roles r on r.rolname = b.login"
            " where b.login = %s and b.org_id = %s",
            [LOGIN, org_id],
        ).fetchone()
    called = ORGANIZATION if len(rows) == 1 else org_id
    if not bound:
        _command(ctx, "login", "create", LOGIN, "--member", PERSON, "--org", called)
    return org_id, called, is_new


def _export(settings: Settings, is_new: bool) -> Path:
    """The shipped export with its days moved so that they end yesterday; a second demo reads the same file again."""
    target = settings.cluster.root / ".trimtab" / "demo" / EXPORT.name
    if target.exists() and not is_new:
        return target
    with (checkout() / EXPORT).open(encoding="utf-8-sig", newline="") as source:
        reader = csv.DictReader(source)
        headings = list(reader.fieldnames or ())
        rows = list(reader)
    last_day = max(date.fromisoformat(row["Day"]) for row in rows)
    moved_by = datetime.now(UTC).date() - timedelta(days=1) - last_day
    for row in rows:
        for column in DAY_COLUMNS:
            row[column] = (date.fromisoformat(row[column]) + moved_by).isoformat()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, headings, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return target


def _prepare_campaigns(connection: Connection) -> None:
    """What an export does not say: budgets, and that people look after one campaign themselves."""
    connection.execute(
        "update trimtab.campaigns set budget = 5000, autonomous_enabled = title <> %s where budget is null",
        [LEFT_ALONE],
    )


def _heading(text: str) -> None:
    screen.rule(Text(text, style="bold"))


def _show_actions(connection: Connection, org_id: str) -> str | None:
    """What the autopilot has done up to now. Returns the id of the first action that stands."""
    rows = (
        connection.cursor(row_factory=dict_row)
        .execute(
            "select a.id::text, c.title, a.action_type, a.previous_state, a.new_state, a.confidence_score, a.reason,"
            " a.expected_impact, a.status from trimtab.autonomous_actions a"
            " join trimtab.campaigns c on c.org_id = a.org_id and c.id = a.campaign_id"
            " where a.org_id = %s order by a.action_type, a.confidence_score desc",
            [org_id],
        )
        .fetchall()
    )
    lines = []
    for row in rows:
        what = "paused"
        if row["action_type"] == "auto_scale_up":
            what = f"budget {row['previous_state']['budget']:,.0f} → {row['new_state']['budget']:,.0f} {CURRENCY}"
        if row["status"] != "executed":
            what += f" ({row['status'].replace('_', ' ')})"
        lines.append((row["title"], what, as_percent(row["confidence_score"]), row["reason"], row["expected_impact"]))
    _heading("3. What it has done, and why")
    _show(("campaign", "action", "sure", "reason", "expected"), lines)
    executed = [row["id"] for row in rows if row["status"] == "executed"]
    return executed[0] if executed else None


def _show_held(connection: Connection, org_id: str) -> None:
    rows = connection.execute(
        "select h.campaign_title, h.rule_name, h.code, h.reason from trimtab.v_held_decisions h"
        " where h.org_id = %s order by h.campaign_title, h.rule_name",
        [org_id],
    ).fetchall()
    shown = [row for row in rows if row[2] != "lower_priority"]
    _heading("4. What a rule would have done, and a gate held back")
    _show(("campaign", "rule", "gate", "why"), shown)
    if others := len(rows) - len(shown):
        screen.print(f"and {others} times a rule gave way to one of higher priority (gate lower_priority)", style="dim")


def _show_opportunities(connection: Connection, org_id: str) -> None:
    rows = connection.execute(
        "select c.title, o.opportunity_type, o.severity, o.confidence_score, o.description, o.suggested_action"
        " from trimtab.optimization_opportunities o"
        " join trimtab.campaigns c on c.org_id = o.org_id and c.id = o.campaign_id"
        " where o.org_id = %s and o.status = 'open'"
        " order by trimtab.severity_rank(o.severity), o.confidence_score desc",
        [org_id],
    ).fetchall()
    _heading("5. What people could do better")
    _show(
        ("campaign", "found", "severity", "sure", "what", "suggested"),
        [(title, kind, severity, as_percent(score), *texts) for title, kind, severity, score, *texts in rows],
    )


def _show(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        print_table(screen, columns, rows)
    else:
        screen.print("nothing")


def _show_next(called: str, action_id: str | None) -> None:
    _heading("Look further")
    statements = [
        ("everything about the actions", "select * from autonomous_actions order by created_at desc;"),
        (
            "how the campaigns do (roas is empty where no revenue is known: no rule judges that)",
            "select c.title, p.total_spend, p.roas, p.conversions, p.ctr"
            " from campaigns c join campaign_performance p on p.campaign_id = c.id order by p.roas;",
        ),
        (
            "what the rules would do now",
            "select campaign_title, rule_name, gate, gate_reason from decide(current_org_id());",
        ),
    ]
    commands = [
        ("the row in quarantine", f"trimtab quarantine list --org {shlex.quote(called)}"),
        ("the actions with their ids", f"trimtab actions --org {shlex.quote(called)}"),
    ]
    if action_id is not None:
        statements.append(("take one action back", f"select jsonb_pretty(rollback_action('{action_id}'));"))
        commands.append(("or take it back from here", f"trimtab rollback {action_id}"))
    _print_examples(f"`make psql` opens psql as {LOGIN}, who manages the shop. There:", statements)
    _print_examples("In the shell, after `. .venv/bin/activate`:", commands, comment="#")


def _print_examples(title: str, examples: Sequence[tuple[str, str]], comment: str = "--") -> None:
    screen.print(title + "\n", soft_wrap=True, highlight=False, markup=False)
    for what, example in examples:
        screen.print(Text(f"  {comment} {what}", style="dim"), soft_wrap=True)
        screen.print(f"  {example}\n", soft_wrap=True, highlight=False, markup=False)


COMMANDS = (demo,)
