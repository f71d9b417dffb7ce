"""Each role does exactly what the table in docs/tenancy.md says."""

from __future__ import annotations

import re

import psycopg
import pytest
from support.database import Connection
from tenancy.world import World

from trimtab.database.tree import checkout

ACTORS = ("viewer", "analyst", "manager", "admin", "owner", "engine")
REFUSED = ("42501", "TT003")

# Doubled braces: the statements are format strings.
SHADOW_RULE = (
    '{{"name": "New", "conditions": [{{"metric": "roi", "operator": "<", "threshold": 1}}],'
    ' "actions": [{{"type": "pause_campaign"}}]}}'
)

TRIGGER = '{{"name": "New", "event": {{"type": "visit.made"}}, "target": {{"type": "alert"}}}}'
SCHEDULE = (
    '{{"name": "New", "job": "detect_opportunities", "timing": {{"frequency": "cron", "cron": "0 9 * * 1"}}}}'
)

# What stands in the table's first column, and statements that need just that. A SELECT from a table must find a row.
CAPABILITIES = {
    "read campaigns, figures, decisions, opportunities": [
        "select from trimtab.campaigns",
        "select from trimtab.campaign_metrics",
        "select from trimtab.campaign_changes",
        "select from trimtab.optimization_opportunities",
        "select from trimtab.automation_rules",
        "select from trimtab.held_decisions",
        "select from trimtab.automation_executions",
        "select trimtab.can_execute('{automation_rules}'), trimtab.success_rate('{automation_rules}')",
        "select from trimtab.memberships",
    ],
    "detect opportunities, candidates for pausing and scaling": [
        "select trimtab.detect_optimization_opportunities()",
        "select trimtab.identify_underperforming_campaigns()",
        "select trimtab.identify_scaling_candidates()",
    ],
    "read what rules did and what it was worth, results of surveys": [
        "select from trimtab.v_automation_performance",
        "select from trimtab.v_automation_executions",
        "select from trimtab.v_rule_effectiveness",
        "select from trimtab.v_automation_adoption",
        "select trimtab.survey_results()",
    ],
    "read quarantined rows": ["select from trimtab.quarantined_rows"],
    "import facts": ["select trimtab.begin_import('x.csv', 'generic')"],
    "store, start, resolve, dismiss opportunities": [
        "select trimtab.start_opportunity('{optimization_opportunities}')",
        "select trimtab.resolve_opportunity('{optimization_opportunities}')",
        "select trimtab.dismiss_opportunity('{optimization_opportunities}')",
    ],
    "see webhook endpoints and what became of their messages": [
        "select from trimtab.v_webhook_endpoints",
        "select from trimtab.webhook_receipts",
    ],
    "read alerts and the own notifications": [
        "select from trimtab.alerts",
        "select trimtab.mark_notifications_read()",
    ],
    "acknowledge, assign, resolve alerts; read the outbox": [
        "select trimtab.acknowledge_alert('{alerts}')",
        "select trimtab.assign_alert('{alerts}', 'role:analyst')",
        "select trimtab.resolve_alert('{alerts}')",
        "select from trimtab.outbox",
    ],
    "read triggers, what they set off, measurements; preview triggers": [
        "select from trimtab.v_triggers",
        "select from trimtab.v_trigger_firings",
        "select from trimtab.trigger_matches",
        "select from trimtab.trigger_states",
        "select from trimtab.measurements",
        "select from trimtab.latest_measurements",
        "select trimtab.preview_trigger('" + TRIGGER + "')",
    ],
    "record measurements, which triggers watch": ["select trimtab.record_measurements('[]')"],
    "save, switch and remove triggers": [
        "select trimtab.save_trigger('" + TRIGGER + "')",
        "select trimtab.set_trigger_status('{triggers}', 'paused')",
        "select trimtab.remove_trigger('{triggers}')",
    ],
    "submit events, which rules judge": [
        "select trimtab.submit_event('visit.made')",
        "select trimtab.emit_event('visit.made')",
        'select trimtab.emit_events(\'[{{"type": "visit.made"}}]\')',
    ],
    "create campaigns and groups": [
        "insert into trimtab.campaigns (title) values ('New')",
        "insert into trimtab.campaign_groups (name) values ('New')",
    ],
    "change campaigns and groups directly": [
        "update trimtab.campaigns set title = 'New'",
        "update trimtab.campaigns set status = 'paused'",
        "update trimtab.campaign_groups set name = 'New'",
    ],
    "pause and scale campaigns, take actions back": [
        "select trimtab.auto_pause_campaign('{campaigns}', 'test')",
        "select trimtab.auto_scale_campaign('{campaigns}', 2, 'test')",
        "select trimtab.rollback_action('{campaign_changes}')",
    ],
    "run the autopilot": [
        "select trimtab.run_autonomous_operations()",
        "select trimtab.execute_rule('{automation_rules}')",
    ],
    "write rules in shadow, adopt ready ones": [
        "select trimtab.save_rule('" + SHADOW_RULE + "')",
        "select trimtab.adopt_rule('spend_guard')",
    ],
    "activate rules, change, pause and archive active ones": [
        "update trimtab.autonomous_rules set is_active = false",
        "update trimtab.v_automation_rules set enabled = false",
        "select trimtab.save_rule('" + SHADOW_RULE + "', '{automation_rules}')",
        "select trimtab.set_rule_status('{automation_rules}', 'archived')",
        "select trimtab.add_rule_action('{automation_rules}', '{{\"type\": \"create_alert\"}}')",
        "select trimtab.adopt_rule('spend_guard', '{{\"status\": \"active\"}}')",
    ],
    "read schedules and their runs": [
        "select from trimtab.v_schedules",
        "select from trimtab.v_schedule_runs",
        "select from trimtab.automation_schedules",
        "select trimtab.upcoming_runs_of('{scheduled_jobs}')",
    ],
    "write, pause, run, backfill, remove schedules": [
        "select trimtab.save_schedule('" + SCHEDULE + "')",
        "select trimtab.set_schedule_status('{scheduled_jobs}', 'paused')",
        "select trimtab.run_schedule_now('{scheduled_jobs}')",
        "select trimtab.backfill_schedule('{scheduled_jobs}', '2026-01-01', '2026-01-02')",
        "update trimtab.automation_schedules set enabled = false",
        "select trimtab.remove_schedule('{scheduled_jobs}')",
    ],
    "read the audit log": ["select from trimtab.audit_log", "select from trimtab.automation_audit_log"],
    "say to which hosts webhooks may go": ["select trimtab.set_webhook_hosts('{{hooks.example.com}}'::text[])"],
    "make webhook endpoints, change them and their secrets, pause and remove them": [
        "select trimtab.create_webhook_endpoint('shop', 'purchase.made')",
        "select trimtab.change_webhook_endpoint('{webhook_endpoints}', 'till')",
        "select trimtab.rotate_webhook_secret('{webhook_endpoints}')",
        "select trimtab.revoke_webhook_secret('{webhook_secrets}')",
        "select trimtab.set_webhook_endpoint_status('{webhook_endpoints}', 'paused')",
        "select trimtab.remove_webhook_endpoint('{webhook_endpoints}')",
        "select from trimtab.v_webhook_secrets",
    ],
    "state what work and the automation cost": ["select trimtab.set_automation_assumptions(5, 40, 100)"],
    "change guardrails and the stop switch directly": ["update trimtab.guardrails set autopilot_enabled = false"],
    "change guardrails by call, apply a profile, set and remove spend caps": [
        "select trimtab.change_guardrails('{{\"autopilot_enabled\": false}}')",
        "select trimtab.apply_guardrail_profile('standard')",
        "select trimtab.set_spend_cap('month', 1000)",
        "select trimtab.remove_spend_cap('{spend_caps}')",
    ],
    "change the organization's name, time zone, currency": ["select trimtab.change_organization_settings('New')"],
    "add and remove members, change their roles": [
        "select trimtab.add_member('new@example.com', 'admin')",
        "select trimtab.set_member_role('{viewer}', 'analyst')",
        "select trimtab.remove_member('{viewer}')",
    ],
    "see which logins are bound to the organization": ["select from trimtab.login_organizations"],
    "make, change and remove owners": [
        "select trimtab.add_member('new@example.com', 'owner')",
        "select trimtab.set_member_role('{viewer}', 'owner')",
        "select trimtab.set_member_role('{second}', 'viewer')",
        "select trimtab.remove_member('{second}')",
    ],
    "erase a person": ["select trimtab.erase_user('{viewer}')"],
    "archive the organization": ["select trimtab.archive_organization()"],
}


def documented() -> dict[str, dict[str, bool]]:
    """The table of docs/tenancy.md: capability → actor → whether it may."""
    text = (checkout() / "docs" / "tenancy.md").read_text(encoding="utf-8")
    found: dict[str, dict[str, bool]] = {}
    for line in text.split("## What each role may do", 1)[1].split("\n## ", 1)[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or set(line) <= set("|-"):
            continue
        if not found and not cells[0]:
            assert tuple(cells[1:]) == ACTORS
            continue
        assert all(cell in ("yes", "\N{EN DASH}") for cell in cells[1:]), line
        found[cells[0]] = {actor: cell == "yes" for actor, cell in zip(ACTORS, cells[1:], strict=True)}
    return found


@pytest.fixture(scope="module")
def names(world: World) -> dict[str, str]:
    ids = {
        table.name.removeprefix("trimtab."): world.db.value(
            "select test.id_of(%s, %s)::text", [world.acme, table.name.removeprefix("trimtab.")]
        )
        for table in world.tables
    }
    return ids | {
        "viewer": world.user("viewer"),
        "second": str(world.db.value("select test.user(%s, 'owner')", [world.acme])),
    }


def may(world: World, connection: Connection, actor: str, statement: str) -> bool:
    """Whether the actor can do it; what it does is rolled back. A fault of another kind is one after the door."""
    try:
        with connection.transaction(force_rollback=True):
            if actor == "engine":
                connection.execute("select trimtab.init_transaction_context(null, %s)", [world.acme])
            cursor = connection.execute(statement.encode())
            if re.match("select from|update", statement):
                return cursor.rowcount > 0
    except psycopg.Error as error:
        assert error.sqlstate in REFUSED or (error.sqlstate or "").startswith("TT"), f"{statement}: {error}"
        assert error.sqlstate not in ("TT001", "TT002"), f"{statement}: {error}"
        return error.sqlstate not in REFUSED
    return True


def test_every_capability_is_documented_and_tried() -> None:
    assert documented().keys() == CAPABILITIES.keys()


@pytest.mark.parametrize("actor", ACTORS)
def test_a_role_may_do_what_the_document_says(world: World, names: dict[str, str], actor: str) -> None:
    connection = world.connect(actor)
    table = documented()
    wrong = [
        f"{statement}: {'refused' if table[capability][actor] else 'allowed'}"
        for capability, statements in CAPABILITIES.items()
        for statement in (text.format_map(names) for text in statements)
        if may(world, connection, actor, statement) is not table[capability][actor]
    ]
    assert not wrong, "\n".join(wrong)
