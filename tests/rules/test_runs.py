"""Runs of the autopilot with real connections: at once, one failing among many, and the hourly job."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from support.database import Database


def make_organization(db: Database, name: str, losers: int = 3, winners: int = 3) -> str:
    """An organization with losers (roi 0.2) and winners (roi 5), facts of yesterday; its id."""
    with db.connect() as connection:
        [(org_id,)] = connection.execute("select test.organization(%s)::text", [name]).fetchall()
        connection.execute("update trimtab.guardrails set max_pause_share_percent = 100 where org_id = %s", [org_id])
        for index in range(losers + winners):
            revenue = 60 if index < losers else 1500
            connection.execute(
                "select test.facts(%(org)s, test.running_campaign(%(org)s, %(title)s),"
                " (trimtab.clock() at time zone 'UTC')::date - 1, 50000, 500, 300, 60, %(revenue)s)",
                {"org": org_id, "title": f"campaign {index}", "revenue": revenue},
            )
    return str(org_id)


def run(db: Database, org_id: str) -> dict[str, Any]:
    with db.connect("trimtab_engine", autocommit=False) as connection:
        connection.execute("select trimtab.init_transaction_context(null, %s)", [org_id])
        [(result,)] = connection.execute("select trimtab.run_organization(%s)", [org_id]).fetchall()
        connection.commit()
    return dict(result)


def actions(db: Database, org_id: str) -> list[tuple[Any, ...]]:
    return db.rows(
        "select action_type, status, count(*) from trimtab.campaign_changes where org_id = %s"
        " group by 1, 2 order by 1, 2",
        [org_id],
    )


def test_two_runs_at_once_act_once(tap_db: Database) -> None:
    org_id = make_organization(tap_db, "Acme")
    with tap_db.connect(autocommit=False) as holder, ThreadPoolExecutor(2) as pool:
        # Both runs wait for the organization at the same moment; then both go.
        holder.execute("select from trimtab.organizations where org_id = %s for no key update", [org_id])
        runs = [pool.submit(run, tap_db, org_id) for _ in range(2)]
        wait_for_locks(tap_db, 2)
        holder.commit()
        results = [future.result() for future in runs]
    assert sorted(result["actions_taken"]["campaigns_paused"] for result in results) == [0, 3]
    assert sorted(result["actions_taken"]["campaigns_scaled"] for result in results) == [0, 3]
    assert actions(tap_db, org_id) == [("auto_pause", "executed", 3), ("auto_scale_up", "executed", 3)]
    assert tap_db.rows("select distinct budget from trimtab.campaigns where status = 'active'") == [(200,)]


def wait_for_locks(db: Database, count: int) -> None:
    """Returns when so many sessions wait for a lock; the test's timeout is the limit."""
    with db.connect() as connection:
        waiting = 0
        while waiting < count:
            [(waiting,)] = connection.execute(
                "select count(*) from pg_stat_activity, pg_sleep(0.01)"
                " where datname = current_database() and wait_event_type = 'Lock'"
            ).fetchall()


def test_a_run_does_not_wait_for_ever(tap_db: Database) -> None:
    org_id = make_organization(tap_db, "Acme", 1, 0)
    with tap_db.connect(autocommit=False) as holder:
        holder.execute("select from trimtab.organizations where org_id = %s for no key update", [org_id])
        with pytest.raises(psycopg.errors.LockNotAvailable):
            run(tap_db, org_id)
        # The clock does not wait at all: it passes the busy one by, and comes back.
        tap_db.rows("call trimtab.tick('slow')", user="trimtab_engine")
        holder.rollback()
    assert tap_db.rows("select from trimtab.autopilot_runs") == []
    assert tap_db.rows("select from trimtab.tick_units where failures > 0") == []
    tap_db.rows("call trimtab.tick('slow')", user="trimtab_engine")
    assert actions(tap_db, org_id) == [("auto_pause", "executed", 1)]


def test_a_run_waits_once_for_whoever_sits_on_campaigns(tap_db: Database) -> None:
    org_id = make_organization(tap_db, "Acme", 4, 1)
    login = tap_db.value("select test.member(%s, 'manager')", [org_id])
    with tap_db.connect(login, autocommit=False) as sitter:
        sitter.execute("update trimtab.campaigns set title = title || '!' where title < 'campaign 3'")
        result = run(tap_db, org_id)
        sitter.rollback()
    assert (result["executed"], result["failed"]) == (5, 3)
    assert actions(tap_db, org_id) == [
        ("auto_pause", "executed", 1),
        ("auto_pause", "failed", 3),
        ("auto_scale_up", "executed", 1),
    ]
    durations = tap_db.rows(
        "select duration_ms from trimtab.automation_executions where error_code = '55P03' order by duration_ms desc"
    )
    # Five seconds for the first of them, the others are given up at once.
    assert [duration > 4000 for (duration,) in durations] == [True, False, False]
    assert run(tap_db, org_id)["actions_taken"]["campaigns_paused"] == 3


def save_told(db: Database, org_id: str, conditions: list[dict[str, Any]]) -> str:
    """A rule that raises an alert for each event visit.made; the login of the manager who saved it."""
    login = str(db.value("select test.member(%s, 'manager')", [org_id]))
    rule = {
        "name": "told",
        "status": "active",
        "trigger": {"on": "event", "event": "visit.made"},
        "conditions": conditions,
        "actions": [{"type": "create_alert", "title": "told"}],
        "campaign_cooldown_minutes": 0,
    }
    with db.connect(login) as manager:
        manager.execute("select trimtab.save_rule(%s)", [json.dumps(rule)])
    return login


def test_an_event_that_ran_into_a_lock_is_judged_later(tap_db: Database) -> None:
    org_id = make_organization(tap_db, "Acme", 1, 0)
    login = save_told(tap_db, org_id, [{"type": "campaign_status", "statuses": ["active"]}])
    with tap_db.connect() as somebody:
        # The facts are known, so that nothing but the execution runs into the lock.
        somebody.execute("select trimtab.refresh_signals(%s)", [org_id])
        for _ in range(2):
            somebody.execute("select trimtab.emit_event(%s::uuid, 'visit.made', '{}')", [org_id])
    executions = "select status from trimtab.automation_executions where event_id is not null"
    with tap_db.connect(login, autocommit=False) as sitter, tap_db.connect("trimtab_engine") as engine:
        sitter.execute("select from trimtab.campaigns for update")
        engine.execute("call trimtab.tick('quick')")
        sitter.rollback()
        assert tap_db.rows(executions) == []
        assert tap_db.value("select count(*) from trimtab.waiting_events") == 2
        engine.execute("call trimtab.tick('quick')")
    assert tap_db.rows(executions) == [("success",), ("success",)]
    assert tap_db.value("select count(*) from trimtab.waiting_events") == 0
    assert tap_db.value("select count(*) from trimtab.alert_occurrences") == 2


def test_an_event_that_cannot_be_judged_says_so_and_costs_the_others_nothing(tap_db: Database) -> None:
    org_id = make_organization(tap_db, "Acme", 1, 0)
    save_told(tap_db, org_id, [])
    with tap_db.connect() as connection:
        [(bad,), _] = [
            connection.execute("select trimtab.emit_event(%s::uuid, 'visit.made', '{}')", [org_id]).fetchall()[0]
            for _ in range(2)
        ]
        connection.execute(
            "create function test.refuse() returns trigger language plpgsql as"
            " $$ begin raise exception 'this one is on fire' using errcode = 'P0666'; end $$"
        )
        connection.execute(
            "create trigger refuse before insert on trimtab.automation_executions for each row"
            f" when (new.event_id = {bad}) execute function test.refuse()"
        )
    with tap_db.connect("trimtab_engine") as engine:
        engine.execute("call trimtab.tick('quick')")
    assert tap_db.rows("select status from trimtab.automation_executions where event_id > %s", [bad]) == [("success",)]
    assert tap_db.value("select count(*) from trimtab.waiting_events") == 0
    assert tap_db.rows("select payload from trimtab.events where type = 'autopilot.event_failed'") == [
        (
            {
                "event_id": bad,
                "event_type": "visit.made",
                "error_code": "P0666",
                "error_message": "this one is on fire",
            },
        )
    ]


def test_one_organization_that_fails_costs_the_others_nothing(tap_db: Database) -> None:
    organizations = [make_organization(tap_db, f"Org {index}", 1, 1) for index in range(3)]
    broken = sorted(organizations)[1]
    with tap_db.connect() as connection:
        connection.execute(
            "create function test.refuse() returns trigger language plpgsql as"
            " $$ begin raise exception 'disk of this tenant is on fire' using errcode = 'P0666'; end $$"
        )
        connection.execute(
            "create trigger refuse before insert or update on trimtab.campaign_signals for each row"
            f" when (new.org_id = '{broken}') execute function test.refuse()"
        )
    with tap_db.connect("trimtab_engine") as engine:
        engine.execute("call trimtab.tick('slow')")
    for org_id in organizations:
        expected = [] if org_id == broken else [("auto_pause", "executed", 1), ("auto_scale_up", "executed", 1)]
        assert actions(tap_db, org_id) == expected
    assert tap_db.rows(
        "select status, error_code, error_message, run_count from trimtab.autopilot_runs where org_id = %s", [broken]
    ) == [("failure", "P0666", "disk of this tenant is on fire", 1)]
    # It is tried again when ten seconds have passed, and not before.
    again = "call trimtab.tick('slow')"
    tap_db.rows(again, user="trimtab_engine")
    assert tap_db.value("select run_count from trimtab.autopilot_runs where org_id = %s", [broken]) == 1
    waits = "select extract(epoch from not_before - served_at) from trimtab.tick_units where failures > 0"
    assert tap_db.rows(waits) == [(10,)]
    tap_db.rows("update trimtab.tick_units set not_before = served_at where failures > 0")
    tap_db.rows(again, user="trimtab_engine")
    assert tap_db.value("select run_count from trimtab.autopilot_runs where org_id = %s", [broken]) == 2
    assert tap_db.rows(waits) == [(20,)]


def test_the_hourly_job_acts_as_the_system_actor(tap_db: Database) -> None:
    org_id = make_organization(tap_db, "Acme", 1, 0)
    with tap_db.connect("trimtab_engine") as engine:
        engine.execute("call trimtab.tick('slow')")
    system_user = tap_db.value("select system_user_id from trimtab.organizations where org_id = %s", [org_id])
    assert tap_db.rows("select user_id, login, origin from trimtab.campaign_changes") == [
        (system_user, "trimtab_engine", "rule")
    ]
    assert tap_db.rows("select user_id, login from trimtab.audit_log where action = 'campaign.auto_pause'") == [
        (system_user, "trimtab_engine")
    ]


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_a_run_needs_a_manager(tap_db: Database, role: str) -> None:
    org_id = make_organization(tap_db, "Acme", 1, 0)
    login = tap_db.value("select test.member(%s, %s)", [org_id, role])
    with tap_db.connect(login) as connection:
        with pytest.raises(Exception) as caught:
            connection.execute("select trimtab.run_autonomous_operations()")
        assert caught.value.sqlstate == "TT003"  # type: ignore[attr-defined]
        assert connection.execute("select count(*) from trimtab.decide(trimtab.current_org_id())").fetchone() == (2,)
    assert actions(tap_db, org_id) == []


def test_the_hourly_job_goes_on_when_its_housekeeping_fails(tap_db: Database) -> None:
    org_id = make_organization(tap_db, "Acme", 1, 0)
    with tap_db.connect() as connection:
        connection.execute(
            "create or replace function trimtab.ensure_partitions(p_as_of timestamptz default trimtab.clock())"
            " returns integer language plpgsql as $$ begin raise exception 'no'; end $$"
        )
    tap_db.rows("call trimtab.tick()", user="trimtab_engine")
    failed = "select part, failures, error_code, error_message from trimtab.v_tick_health where failures > 0"
    assert tap_db.rows(failed) == [("partitions", 1, "P0001", "no")]
    assert actions(tap_db, org_id) == [("auto_pause", "executed", 1)]


def test_the_hourly_job_goes_on_when_a_failure_cannot_be_recorded(tap_db: Database) -> None:
    organizations = sorted(make_organization(tap_db, f"Org {index}", 1, 0) for index in range(2))
    with tap_db.connect() as connection:
        connection.execute(
            "create function test.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$"
        )
        for table in ("campaign_signals", "autopilot_runs"):
            connection.execute(
                f"create trigger refuse before insert on trimtab.{table} for each row"
                f" when (new.org_id = '{organizations[0]}') execute function test.refuse()"
            )
    with tap_db.connect("trimtab_engine") as engine:
        warnings: list[str] = []
        engine.add_notice_handler(lambda diagnostic: warnings.append(diagnostic.message_primary or ""))
        engine.execute("call trimtab.tick('slow')")
    assert warnings == ["a failure of part autopilot was not told: no [P0001]"]
    assert actions(tap_db, organizations[0]) == []
    assert actions(tap_db, organizations[1]) == [("auto_pause", "executed", 1)]
