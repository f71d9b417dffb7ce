"""Rules survive the step from the form of before to documents, and the step back."""

from __future__ import annotations

import json

from support.database import ADMIN, ENGINE, Database

from trimtab.database.deploy import migrate
from trimtab.database.undo import rollback_schema

BEFORE = "0008_campaigns_ledger_order"
COMPLEX = {
    "name": "Complex",
    "status": "shadow",
    "priority": 60,
    "conditions": {"any": [{"metric": "roas", "operator": "<", "threshold": 1}, {"type": "day_of_week", "days": [0]}]},
    "actions": [{"type": "pause_campaign"}, {"type": "create_alert", "title": "Look"}],
}
SIMPLE = {
    "name": "Simple",
    "status": "paused",
    "min_confidence": 80,
    "conditions": [{"metric": "cpc", "window": "last_7_days", "operator": ">", "threshold": 2.5, "min_spend": 100}],
    "actions": [{"type": "pause_campaign"}],
    "campaign_cooldown_minutes": 0,
}
RULES = (
    "select r.name, r.document, r.status, r.version, r.compiler, r.statuses, r.min_confidence_percent, r.bounds::text,"
    " (select pg_catalog.count(*) from trimtab.rule_terms t where t.rule_id = r.id)"
    " from trimtab.automation_rules r order by r.name"
)


def test_down_and_up_loses_no_rule(db: Database) -> None:
    org_id = db.value("select trimtab.create_organization('Acme')")
    with db.connect(ENGINE, autocommit=False) as engine:
        engine.execute("select trimtab.init_transaction_context(null, %s)", [org_id])
        for document in (COMPLEX, SIMPLE):
            engine.execute("select trimtab.save_rule(%s)", [json.dumps(document)])
        engine.commit()
    rules = db.rows(RULES)
    assert len(rules) == 6

    rollback_schema(db.dsn(ADMIN), to=BEFORE)
    old = db.rows(
        "select name, rule_type, status, priority, condition, action, pg_catalog.cardinality(bounds)"
        " from trimtab.automation_rules order by priority desc, name"
    )
    assert [row for row in old if row[0] != "Complex"] == [
        (
            "Critical ROI Pause",
            "pause",
            "active",
            100,
            {"metric": "roi", "operator": "<", "threshold": 0.5, "min_spend": 50},
            {"type": "auto_pause", "notify_admin": True},
            2,
        ),
        (
            "Low ROI Pause",
            "pause",
            "active",
            90,
            {"metric": "roi", "operator": "<", "threshold": 1, "min_spend": 100, "min_duration_hours": 48},
            {"type": "auto_pause"},
            3,
        ),
        (
            "Exceptional ROI Aggressive Scale",
            "scale",
            "active",
            85,
            {"metric": "roi", "operator": ">=", "threshold": 4, "min_conversions": 20},
            {"type": "auto_scale_up", "multiplier": 2, "max_budget": 20000},
            2,
        ),
        (
            "High ROI Scale",
            "scale",
            "active",
            80,
            {"metric": "roi", "operator": ">=", "threshold": 3, "min_conversions": 10},
            {"type": "auto_scale_up", "multiplier": 1.5, "max_budget": 10000},
            2,
        ),
        (
            "Simple",
            "pause",
            "paused",
            50,
            {
                "metric": "cpc",
                "operator": ">",
                "threshold": 2.5,
                "min_spend": 100,
                "window": "last_7_days",
                "min_confidence": 80,
            },
            {"type": "auto_pause"},
            2,
        ),
    ]
    # What the old form cannot say is laid aside whole, and acts no more.
    (laid_aside,) = [row for row in old if row[0] == "Complex"]
    assert laid_aside[1:4] == ("optimize", "archived", 60)

    migrate(db.dsn(ADMIN))
    again = db.rows(RULES)
    assert [row[0] for row in again] == [row[0] for row in rules]
    for before, after in zip(rules, again, strict=True):
        kept = {key: value for key, value in before[1].items() if key != "rule_type"}
        assert {key: value for key, value in after[1].items() if key != "rule_type"} == kept, before[0]
        assert after[2:] == before[2:], before[0]
