"""`trimtab rules`: an organization's rules from draft to archive, why they act or do not, and what they held back."""

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
    out,
    pass_settings,
    print_json,
    print_rows,
    refuse_before_subcommand,
)
from trimtab.cli.documents import named, read_documents
from trimtab.cli.tables import as_percent
from trimtab.errors import TrimtabError

LISTED = ("name", "status", "priority", "trigger", "conditions", "actions", "version")
HELD = ("campaign", "rule", "version", "gate", "times", "first_held_at", "last_held_at", "reason")
VERSIONS = ("version", "valid_from", "status", "author", "changed_keys", "reason")
LIBRARY = ("code", "category", "rule_count", "adopted", "summary")
STATUSES = ("active", "shadow", "paused", "archived")
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
SHOWN = (  # of a condition, in a line
    "period", "recommendation_type", "metric", "window", "direction", "order", "count", "percent", "severity",
    "statuses", "days", "from", "to", "field", "operator", "threshold", "value",
)  # fmt: skip
MATCHES = ("campaign", "action_type", "sure", "previous_budget", "new_budget", "currency", "reason")
HOLDS = ("campaign", "gate", "why")


@click.group(invoke_without_command=True)
@org_option()
@json_option
@click.pass_context
def rules(ctx: click.Context, org: str | None, as_json: bool) -> None:
    """List the rules (also without a subcommand); check, add, preview, explain, switch them; see what was held back."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_rules, org=org, as_json=as_json)
    else:
        refuse_before_subcommand(ctx)


@rules.command("list")
@org_option()
@click.option("--status", type=click.Choice(STATUSES), help="Only these; without it all that are not archived.")
@json_option
@pass_settings
def list_rules(settings: Settings, org: str | None = None, status: str | None = None, as_json: bool = False) -> None:
    """List the rules, highest priority first."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select r.name, r.status, r.priority, r.rule_type, r.trigger_kind, r.event_type, r.version,"
                " r.document, r.execution_count, r.success_count, r.failure_count, r.partial_count, r.shadow_count,"
                " r.last_executed_at, r.copied_from, r.updated_at, r.id"
                " from trimtab.automation_rules r where r.org_id = %(org_id)s"
                " and (r.status = %(status)s or (%(status)s::text is null and r.status <> 'archived'))"
                " order by r.priority desc, r.name, r.id",
                {"org_id": org_id, "status": status},
            )
            .fetchall()
        )
    if as_json:
        print_json(rows)
        return
    print_rows(
        [
            row
            | {
                "trigger": row["event_type"] or row["trigger_kind"],
                "conditions": _brief(row["document"].get("conditions")),
                "actions": ", ".join(action.get("type", "?") for action in row["document"].get("actions", [])),
            }
            for row in rows
        ],
        LISTED,
        nothing="no rules; `trimtab rules library` lists ready ones",
    )


@rules.command()
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@org_option()
@json_option
@pass_settings
def lint(settings: Settings, file: TextIO, org: str | None, as_json: bool) -> None:
    """Check the rules of a JSON FILE: a rule or a list of them (- reads standard input). Nothing is saved.

    Prints every fault with its place, what was found and what is allowed, and exits with 1 when there is one. The
    campaigns, people and addresses that a rule names are checked where --org says for whom it is.
    """
    documents = read_documents(file)
    found: list[dict[str, Any]] = []
    with settings.connect() as connection:
        if org:
            enter_org(connection, org)
        for place, document in documents:
            row = connection.execute("select trimtab.lint_rule(%s)", [Jsonb(document)]).fetchone()
            found.append({"place": place.strip(), **(row[0] if row else {})})
    if as_json:
        print_json(found)
    else:
        for result in found:
            said = " ".join(filter(None, (result["place"], result["name"] or "a rule without a name")))
            click.echo(f"{said}: {'well-formed' if result['valid'] else 'not valid'}")
            for fault in result["faults"]:
                click.echo(f"  {fault}")
    if not all(result["valid"] for result in found):
        raise SystemExit(1)


@rules.command()
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@org_option()
@click.option("--replace", metavar="NAME|ID", help="Put it in the place of this rule, as its next version.")
@click.option("--status", type=click.Choice(STATUSES[:3]), help="Instead of the status that the rule gives (shadow).")
@click.option("--reason", help="Why; it stays with the version.")
@json_option
@pass_settings
def add(
    settings: Settings,
    file: TextIO,
    org: str | None,
    replace: str | None,
    status: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Save the rules of a JSON FILE: a rule or a list of them (- reads standard input), all or none.

    A rule that says nothing of its status starts in shadow: it decides and records, and touches nothing.
    """
    documents = read_documents(file)
    if replace and len(documents) > 1:
        raise click.UsageError("--replace goes with one rule")
    saved: list[dict[str, Any]] = []
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rule_id = _find(connection, org_id, replace) if replace else None
        for place, document in documents:
            if status and isinstance(document, dict):
                document = {k: v for k, v in document.items() if k not in ("enabled", "is_active")} | {"status": status}
            with named("rule", place, document):
                row = connection.execute(
                    "select trimtab.save_rule(%s, %s, %s)", [Jsonb(document), rule_id, reason]
                ).fetchone()
            saved.append(_state(connection, org_id, row[0] if row else None))
    _say(saved, as_json)


@rules.command()
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@org_option()
@click.option("--as-of", metavar="TIME", help="As at this moment (ISO 8601, with its offset).")
@json_option
@pass_settings
def preview(settings: Settings, file: TextIO, org: str | None, as_of: str | None, as_json: bool) -> None:
    """Show what the rules of a JSON FILE would do now, with the money at stake. Nothing is saved.

    Each rule is judged as if it were active, beside those of the organization; the rules of the file do not see each
    other.
    """
    documents, moment = read_documents(file), moment_of(as_of)
    seen: list[dict[str, Any]] = []
    with settings.connect() as connection:
        enter_org(connection, org)
        for place, document in documents:
            with named("rule", place, document):
                row = connection.execute(
                    "select trimtab.preview_rule(%s, coalesce(%s::timestamptz, trimtab.clock()))",
                    [Jsonb(document), moment],
                ).fetchone()
            seen.append(row[0] if row else {})
    if as_json:
        print_json(seen[0] if len(seen) == 1 else seen)
        return
    for (place, _), one in zip(documents, seen, strict=True):
        _show(f"{place}{one.get('rule', {}).get('name', '?')}: " if place else "", one)


@rules.command()
@click.argument("rule")
@click.argument("campaign")
@org_option()
@click.option("--as-of", metavar="TIME", help="As at this moment (ISO 8601, with its offset).")
@json_option
@pass_settings
def explain(settings: Settings, rule: str, campaign: str, org: str | None, as_of: str | None, as_json: bool) -> None:
    """Say why RULE (name or id) acts on CAMPAIGN (title or id) or does not, and what would turn it round.

    Before each condition: ✓ it holds, ✗ it does not, ? it is not known. The minima of evidence stand below it. What
    would turn the outcome round is the smallest change of one figure, all others as they are.
    """
    moment = moment_of(as_of)
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rule_id = _find(connection, org_id, rule)
        campaigns = connection.execute(
            "select c.id from trimtab.campaigns c where c.org_id = %(org_id)s"
            " and (c.title = %(campaign)s or c.id::text = pg_catalog.lower(%(campaign)s))",
            {"org_id": org_id, "campaign": campaign},
        ).fetchall()
        if len(campaigns) != 1:
            raise TrimtabError(
                f"there is no campaign {campaign!r}" if not campaigns else f"{len(campaigns)} are called {campaign!r}",
                "give its id: select id, title from trimtab.campaigns",
            )
        row = connection.execute(
            "select trimtab.explain_rule(%s, %s, coalesce(%s::timestamptz, trimtab.clock()))",
            [rule_id, campaigns[0][0], moment],
        ).fetchone()
    told: dict[str, Any] = row[0] if row else {}
    if as_json:
        print_json(told)
        return
    click.echo(f"{told['rule']['name']} (version {told['rule']['version']}) on {told['campaign']['title']}")
    click.echo(f"  {told['outcome']}" + ("" if told["is_judged"] else f": {told['reason']}"))
    if told.get("event"):
        click.echo(f"  about the latest event {told['event']['type']}, of {told['event']['occurred_at']}")
    if told.get("gate"):
        click.echo(f"  {told['gate']['code']}: {told['gate']['reason']}")
    _tell(told.get("conditions"), 1)
    for leaf in told.get("evidence") or []:
        _tell(leaf, 1)
    for flip in told.get("flips") or []:
        bound = "of any value" if flip["reached"] == "any" else f"{flip['reached']} {flip['flips_at']}"
        click.echo(f"  would turn round with {_figure(flip)} {bound} (now {_short(flip['value'])})")


@rules.command()
@click.argument("rule")
@click.option("--reason", help="Why; it stays with the version.")
@org_option()
@json_option
@pass_settings
def enable(settings: Settings, rule: str, reason: str | None, org: str | None, as_json: bool) -> None:
    """Switch RULE (name or id) on: the next run acts by it."""
    _switch(settings, org, rule, "active", reason, as_json)


@rules.command()
@click.argument("rule")
@click.option("--reason", help="Why; it stays with the version.")
@org_option()
@json_option
@pass_settings
def shadow(settings: Settings, rule: str, reason: str | None, org: str | None, as_json: bool) -> None:
    """Let RULE (name or id) decide and record only: it touches nothing."""
    _switch(settings, org, rule, "shadow", reason, as_json)


@rules.command()
@click.argument("rule")
@click.option("--reason", help="Why; it stays with the version.")
@org_option()
@json_option
@pass_settings
def disable(settings: Settings, rule: str, reason: str | None, org: str | None, as_json: bool) -> None:
    """Switch RULE (name or id) off. The next run leaves alone what it would have done."""
    _switch(settings, org, rule, "paused", reason, as_json)


@rules.command()
@click.argument("rule")
@click.option("--reason", help="Why; it stays with the version.")
@org_option()
@json_option
@pass_settings
def archive(settings: Settings, rule: str, reason: str | None, org: str | None, as_json: bool) -> None:
    """Take RULE (name or id) off the lists; its versions and what it did stay. By its id it can be enabled again."""
    _switch(settings, org, rule, "archived", reason, as_json)


@rules.command()
@click.argument("rule")
@org_option()
@json_option
@pass_settings
def history(settings: Settings, rule: str, org: str | None, as_json: bool) -> None:
    """List the versions of RULE (name or id), latest first: when, who, what changed, why."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select v.version, v.valid_from, v.valid_to, v.status, coalesce(v.author, v.login) as author, v.login,"
                " v.changed_by, v.changed_keys, v.reason, v.document from trimtab.v_rule_versions v"
                " where v.org_id = %s and v.rule_id = %s order by v.version desc",
                [org_id, _find(connection, org_id, rule, archived=True)],
            )
            .fetchall()
        )
    if as_json:
        print_json(rows)
        return
    print_rows([row | {"changed_keys": ", ".join(row["changed_keys"] or [])} for row in rows], VERSIONS)


@rules.command()
@click.argument("code", required=False)
@org_option()
@json_option
@pass_settings
def library(settings: Settings, code: str | None, org: str | None, as_json: bool) -> None:
    """List the ready rules; with CODE show what one says."""
    with settings.connect() as connection:
        enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select * from trimtab.v_rule_library l where l.code = coalesce(%s, l.code)"
                " order by l.category, l.code",
                [code],
            )
            .fetchall()
        )
    if code and not rows:
        raise TrimtabError(f"there is no ready rule {code!r}", "`trimtab rules library` lists them")
    if as_json or code:
        print_json(rows[0] if code else rows)
        return
    print_rows(rows, LIBRARY)


@rules.command()
@click.argument("code")
@click.option(
    "--set", "changes", multiple=True, metavar="PATH=VALUE", help="Change it: conditions.all[0].threshold=40."
)
@click.option("--status", type=click.Choice(STATUSES[:3]), help="Instead of shadow.")
@click.option("--reason", help="Why; it stays with the version.")
@org_option()
@json_option
@pass_settings
def adopt(
    settings: Settings,
    code: str,
    changes: tuple[str, ...],
    status: str | None,
    reason: str | None,
    org: str | None,
    as_json: bool,
) -> None:
    """Take over the ready rule CODE (see `trimtab rules library`). It starts in shadow."""
    wanted: dict[str, Any] = {"status": status} if status else {}
    for change in changes:
        path, equals, value = change.partition("=")
        if not equals or not path:
            raise click.BadParameter(f"{change!r} is not PATH=VALUE", param_hint="--set")
        try:
            wanted[path] = json.loads(value)
        except ValueError:
            wanted[path] = value
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        ids = connection.execute("select trimtab.adopt_rule(%s, %s, %s)", [code, Jsonb(wanted), reason]).fetchall()
        saved = [_state(connection, org_id, row[0]) for row in ids]
    _say(saved, as_json)


@rules.command()
@org_option()
@json_option
@pass_settings
def held(settings: Settings, org: str | None, as_json: bool) -> None:
    """List what rules would have done and a gate held back, newest first."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select campaign_title, rule_name, rule_version, code, hold_count, first_held_at, last_held_at, reason,"
                " confidence_score from trimtab.v_held_decisions where org_id = %s"
                " order by last_held_at desc, campaign_title, rule_name",
                [org_id],
            )
            .fetchall()
        )
    if as_json:
        print_json(rows)
        return
    names = {"campaign_title": "campaign", "rule_name": "rule", "rule_version": "version", "code": "gate"}
    print_rows(
        [{names.get(key, key): value for key, value in row.items()} | {"times": row["hold_count"]} for row in rows],
        HELD,
        nothing="no gate held anything back",
    )


def _find(connection: Connection, org_id: UUID, rule: str, *, archived: bool = False) -> UUID:
    """The id of a rule given by name or id; of archived ones by id, or by name where `archived`."""
    rows = connection.execute(
        "select r.id, r.status from trimtab.automation_rules r where r.org_id = %(org_id)s"
        " and (r.name = %(rule)s or r.id::text = pg_catalog.lower(%(rule)s))"
        " and (r.status <> 'archived' or %(archived)s or r.id::text = pg_catalog.lower(%(rule)s))"
        # An id means the rule that has it, whatever others are called.
        " order by r.id::text = pg_catalog.lower(%(rule)s) desc, r.status = 'archived', r.updated_at desc",
        {"org_id": org_id, "rule": rule, "archived": archived},
    ).fetchall()
    if not rows:
        raise TrimtabError(f"there is no rule {rule!r} in this organization", "`trimtab rules list` lists them")
    return UUID(str(rows[0][0]))


def _switch(settings: Settings, org: str | None, rule: str, status: str, reason: str | None, as_json: bool) -> None:
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rule_id = _find(connection, org_id, rule)
        connection.execute("select trimtab.set_rule_status(%s, %s, %s)", [rule_id, status, reason])
        state = _state(connection, org_id, rule_id)
    _say([state], as_json)


def _state(connection: Connection, org_id: UUID, rule_id: UUID | None) -> dict[str, Any]:
    row = (
        connection.cursor(row_factory=dict_row)
        .execute(
            "select r.id, r.name, r.status, r.version from trimtab.automation_rules r"
            " where r.org_id = %s and r.id = %s",
            [org_id, rule_id],
        )
        .fetchone()
    )
    return row or {}


def _say(saved: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(saved)
        return
    for rule in saved:
        err.print(f"{rule['name']}: {rule['status']}, version {rule['version']}")
        out.print(str(rule["id"]))


def _sure(match: dict[str, Any]) -> dict[str, Any]:
    score = match.get("confidence_score")
    return match | {"sure": None if score is None else as_percent(score)}


def _show(name: str, seen: dict[str, Any]) -> None:
    """A preview of one rule."""
    matches, held = seen.get("matches", []), seen.get("held", [])
    err.print(
        f"{name}would act on {len(matches)} of {seen.get('judged', '?')} campaigns judged, held back on {len(held)};"
        f" figures are not known of {seen.get('not_known', '?')}"
    )
    print_rows(
        [_sure(match) | {"campaign": match.get("campaign_title")} for match in matches],
        MATCHES,
        nothing="it would act on nothing",
    )
    if held:
        lines = [(one.get("campaign_title"), one.get("gate"), one.get("gate_reason")) for one in held]
        print_rows(lines, HOLDS, title="held back")
    money = {key: value for key, value in (seen.get("money") or {}).items() if value is not None}
    if matches:
        print_rows([(key.replace("_", " "), value) for key, value in money.items()], ("money at stake", "amount"))


def _figure(flip: dict[str, Any]) -> str:
    """What a flip is a figure of: `cpa last_7_days`, `change in percent of cpa last_7_days`."""
    condition = flip.get("condition") or {}
    metric = " ".join(str(word) for word in (flip["metric"], flip.get("window")) if word)
    if condition.get("type") == "performance_change":
        return "difference of " + metric if condition.get("measure") == "absolute" else "change in percent of " + metric
    if condition.get("type") == "budget_pacing":
        return f"pacing in percent of the {condition.get('period')}"
    other = condition.get("compare_to")
    if not isinstance(other, dict):
        return metric
    words = (
        other.get("factor") and f"{other['factor']} \N{MULTIPLICATION SIGN}",
        other.get("metric"),
        other.get("window"),
    )
    return f"{metric} less {' '.join(str(word) for word in words if word)}"


def _short(figure: object) -> object:
    """A figure without the digits that nobody reads."""
    return "not known" if figure is None else round(figure, 4) if isinstance(figure, float) else figure


def _brief(node: object) -> str:
    """Conditions in a line."""
    if not isinstance(node, dict):
        return ""
    for word, joint in (("all", " and "), ("any", " or ")):
        if isinstance(node.get(word), list):
            parts = [_brief(part) for part in node[word]]
            return joint.join(f"({part})" if " and " in part or " or " in part else part for part in parts)
    if "not" in node:
        return f"not ({_brief(node['not'])})"
    if node.get("type") == "day_of_week":
        node = node | {"days": [DAYS[day] if isinstance(day, int) else day for day in node.get("days", [])]}
    words = [node[key] for key in SHOWN if node.get(key) is not None]
    other = node.get("compare_to")
    if isinstance(other, dict):
        factor = None if other.get("factor", 1) == 1 else f"{other['factor']} \N{MULTIPLICATION SIGN}"
        words += [word for word in (factor, other.get("metric"), other.get("window")) if word]
    said = " ".join(", ".join(map(str, word)) if isinstance(word, list) else str(word) for word in words)
    return said if node.get("type") == "metric_threshold" else f"{node.get('type')} {said}".strip()


def _tell(node: object, depth: int) -> None:
    """An explained tree of conditions, a line each."""
    if not isinstance(node, dict):
        return
    if "group" in node:
        of = {"all": "all of", "any": "any of", "not": "not"}[node["group"]]
        click.echo(f"{'  ' * depth}{_mark(node.get('holds'))} {of}:")
        for part in node["nodes"]:
            _tell(part, depth + 1)
        return
    said = node.get("text") or json.dumps(node, ensure_ascii=False)
    holds = node.get("holds")
    if holds is None:
        said += ": not known"
    elif node.get("has_evidence") is False:
        said, holds = said + ": too little evidence", None
    click.echo(f"{'  ' * depth}{_mark(holds)} {said}")
    for leaf in node.get("evidence") or []:
        _tell(leaf, depth + 1)


def _mark(holds: object) -> str:
    """Whether it holds, ? where a value is not known."""
    return "?" if holds is None else "✓" if holds else "✗"


COMMANDS = (rules,)
