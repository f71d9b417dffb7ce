"""Executions and events with real connections: at once, out of order, from the command line, and as the page says."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlparse
from click.testing import CliRunner
from support.database import ENGINE, Database

from trimtab.cli.main import main

PAGE = (Path(__file__).resolve().parents[2] / "docs/rules/executions.md").read_text(encoding="utf-8")
ALARM = {
    "name": "alarm",
    "status": "active",
    "trigger": {"on": "event", "event": "site.down"},
    "conditions": [],
    "actions": [{"type": "create_alert"}, {"type": "send_notification", "message": "look"}],
}


@pytest.fixture
def shop(tap_db: Database) -> Database:
    """An organization with a losing campaign and a winning one, and a rule that waits for an event."""
    with tap_db.connect() as connection:
        connection.execute("select test.organization('Shop')")
        connection.execute("update trimtab.guardrails set max_pause_share_percent = 100")
        connection.execute(
            "select test.facts(o.org_id, test.running_campaign(o.org_id, c.title),"
            " (trimtab.clock() at time zone 'UTC')::date - 1, 50000, 500, 300, 60, c.revenue)"
            " from trimtab.organizations o cross join (values ('loser', 60), ('winner', 1500)) c (title, revenue)"
        )
    with tap_db.connect(member(tap_db, "manager")) as manager:
        manager.execute("select trimtab.save_rule(%s)", [json.dumps(ALARM)])
    return tap_db


def member(db: Database, role: str) -> str:
    return str(db.value("select test.member(o.org_id, %s) from trimtab.organizations o", [role]))


def trimtab(db: Database, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["--database-url", db.dsn(ENGINE), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def executions(db: Database) -> list[tuple[Any, ...]]:
    return db.rows(
        "select r.name, e.status, count(*) from trimtab.automation_executions e"
        " join trimtab.automation_rules r on r.id = e.rule_id group by 1, 2 order by 1"
    )


def test_what_the_page_prints_runs(shop: Database) -> None:
    blocks = re.findall(r"^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    statements = [statement for block in blocks for statement in sqlparse.split(block) if statement.strip(" \n;")]
    assert len(statements) == 4
    with shop.connect(member(shop, "manager"), options="-c search_path=trimtab,public") as person:
        for statement in statements:
            person.execute(statement)
        # The rule of the page, then its event once more.
        [submit] = [statement for statement in statements if "submit_event" in statement]
        [(answer,)] = person.execute(submit).fetchall()
    assert (answer["executed"], answer["failed"]) == (1, 0)


def test_the_same_event_from_two_sessions_is_judged_once(shop: Database) -> None:
    login = member(shop, "analyst")

    def submit(_: int) -> Any:
        with shop.connect(login) as person:
            [(answer,)] = person.execute(
                "select trimtab.submit_event('site.down', p_dedupe_key => 'outage 1')"
            ).fetchall()
        return answer.get("executed", 0)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(submit, range(4))) == [0, 0, 0, 1]
    assert executions(shop) == [("alarm", "success", 1)]


def test_an_event_whose_transaction_ends_late_is_not_passed_over(shop: Database) -> None:
    write = "select trimtab.emit_event(o.org_id, 'site.down', '{}') from trimtab.organizations o"
    with shop.connect(autocommit=False) as slow, shop.connect(ENGINE) as engine:
        slow.execute(write)
        shop.rows(write)  # the higher number, committed first
        engine.execute("call trimtab.tick('quick')")
        assert executions(shop) == [("alarm", "success", 1)]
        slow.commit()
        engine.execute("call trimtab.tick('quick')")
        engine.execute("call trimtab.tick('quick')")
    assert executions(shop) == [("alarm", "success", 2)]
    assert shop.value("select count(*) from trimtab.waiting_events") == 0


def test_a_run_and_the_job_of_every_minute_at_once_judge_once(shop: Database) -> None:
    shop.rows(
        "select trimtab.emit_event(o.org_id, 'site.down', '{}') from trimtab.organizations o, generate_series(1, 5)"
    )

    def call(lane: str) -> None:
        with shop.connect(ENGINE) as engine:
            engine.execute("call trimtab.tick(%s)", [lane])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(call, ["quick", "slow", "quick", "quick"]))
    # Whoever found the organization busy passed it by.
    call("quick")
    assert ("alarm", "success", 5) in executions(shop)
    assert shop.value("select count(*) from trimtab.outbox where body ~ 'look'") == 5


def test_what_is_due_for_one_organization_that_fails_is_done_for_the_others(shop: Database) -> None:
    shop.rows("select test.organization('Other')")
    with shop.connect() as connection:
        connection.execute(
            "create function test.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$"
        )
        connection.execute(
            "create trigger refuse before insert on trimtab.campaign_signals"
            " for each row execute function test.refuse()"
        )
    shop.rows("delete from trimtab.campaign_signals")
    other = shop.value("select org_id from trimtab.organizations where name = 'Other'")
    login = shop.value("select test.member(%s, 'manager')", [other])
    with shop.connect(login) as manager:
        manager.execute("select trimtab.save_rule(%s)", [json.dumps(ALARM)])
    shop.rows("select trimtab.emit_event(o.org_id, 'site.down', '{}') from trimtab.organizations o")
    shop.rows("call trimtab.tick('quick')", user=ENGINE)
    assert shop.rows(
        "select o.name, u.failures, u.error_code, u.error_message from trimtab.tick_units u"
        " join trimtab.organizations o using (org_id) where u.part = 'due' and u.failures > 0"
    ) == [("Shop", 1, "P0001", "no")]
    assert shop.rows("select org_id::text, status from trimtab.automation_executions") == [(str(other), "success")]
    # The event of the other one still waits.
    assert shop.value("select count(*) from trimtab.waiting_events") == 1


def test_events_of_months_to_come_are_queued_too(shop: Database) -> None:
    months = "select count(*) from pg_inherits i where i.inhparent = 'trimtab.events'::regclass"
    before = shop.value(months)
    shop.rows("select trimtab.ensure_partitions(trimtab.clock() + interval '2 months')", user=ENGINE)
    assert shop.value(months) > before
    shop.rows(
        "insert into trimtab.events (org_id, recorded_at, occurred_at, type, source)"
        " select o.org_id, m.at, m.at, 'site.down', 'test' from trimtab.organizations o,"
        " (select trimtab.clock() + interval '5 months') m (at)"
    )
    assert shop.value("select count(*) from trimtab.waiting_events") == 1


def test_trimtab_run_says_what_it_would_do_and_what_it_did(shop: Database) -> None:
    would = json.loads(trimtab(shop, "run", "--dry-run", "--json"))
    acting = {row["campaign_title"]: row for row in would if row["gate"] is None}
    assert {title: row["rule_name"] for title, row in acting.items()} == {
        "loser": "Critical ROI Pause",
        "winner": "Exceptional ROI Aggressive Scale",
    }
    table = trimtab(shop, "run", "--dry-run")
    assert "pause campaign" in table
    assert "budget 100 → 200" in table
    assert executions(shop) == []

    (did,) = json.loads(trimtab(shop, "run", "--json"))
    assert (did["executed"], did["shadowed"], did["failed"]) == (2, 0, 0)
    assert did["actions_taken"]["campaigns_paused"] == did["actions_taken"]["campaigns_scaled"] == 1
    shop.rows("update trimtab.guardrails set autopilot_enabled = false")
    assert "The autopilot is switched off" in trimtab(shop, "run")
