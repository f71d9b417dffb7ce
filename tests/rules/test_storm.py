"""Everything at once, with killed sessions: runs, events, delayed actions, facts, people's changes, rollbacks.

What must hold afterwards is read from the tables, by queries of their own.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from support.database import Connection, Database

CAMPAIGNS = 12
CRISIS = {
    "name": "crisis",
    "status": "active",
    "trigger": {"on": "event", "event": "mention.received"},
    "scope": {"related": True},
    "conditions": [{"type": "event_payload", "field": "sentiment", "operator": "<", "value": 0}],
    "actions": [
        {"type": "create_alert", "title": "crisis"},
        {"type": "send_notification", "message": "look"},
        {"type": "pause_campaign"},
    ],
    "campaign_cooldown_minutes": 0,
}
SLOW = {
    "name": "slow",
    "status": "active",
    "conditions": [{"metric": "spend", "operator": ">", "threshold": 0}],
    "actions": [{"type": "send_notification", "message": m} for m in ("first", "second")],
    "delay_between_actions_seconds": 1,
    "campaign_cooldown_minutes": 0,
}


def make_campaigns(db: Database) -> tuple[str, str, list[str]]:
    """An organization with campaigns of all sorts: its id, a manager's login, the campaigns' ids."""
    with db.connect() as connection:
        [(org_id,)] = connection.execute("select test.organization('Storm')::text").fetchall()
        [(login,)] = connection.execute("select test.member(%s, 'manager')", [org_id]).fetchall()
        connection.execute(
            "update trimtab.guardrails set max_pause_share_percent = 100, cool_off_hours = 0,"
            " budget_cooldown_hours = 0, max_daily_budget_step_percent = 1000000"
        )
        campaigns = [
            connection.execute("select test.running_campaign(%s, %s)::text", [org_id, f"campaign {n}"]).fetchall()[0][0]
            for n in range(CAMPAIGNS)
        ]
    with db.connect(login) as manager:
        for rule in (CRISIS, SLOW):
            manager.execute("select trimtab.save_rule(%s)", [json.dumps(rule)])
    return org_id, login, campaigns


def run_autopilot(db: Database, org_id: str, _rng: random.Random) -> None:
    with db.connect("trimtab_engine", autocommit=False) as engine:
        engine.execute("select trimtab.init_transaction_context(null, %s)", [org_id])
        engine.execute("select trimtab.run_organization(%s)", [org_id])


def act_on_due(db: Database, org_id: str) -> None:
    with db.connect("trimtab_engine") as engine:
        engine.execute("select trimtab.act_on_due(%s)", [org_id])


def report_mention(db: Database, login: str, campaigns: list[str], rng: random.Random) -> None:
    """An event that is judged at once, or one that somebody else has written and a run finds."""
    payload = json.dumps({"sentiment": -1, "campaign_id": rng.choice(campaigns)})
    if rng.random() < 0.5:
        with db.connect(login) as person:
            person.execute("select trimtab.submit_event('mention.received', %s)", [payload])
    else:
        with db.connect() as connection:
            connection.execute(
                "select trimtab.emit_event(o.org_id, 'mention.received', %s) from trimtab.organizations o", [payload]
            )


def publish_facts(db: Database, org_id: str, campaigns: list[str], rng: random.Random) -> None:
    with db.connect(autocommit=False) as connection:
        connection.execute(
            "select test.facts(%s, %s, (trimtab.clock() at time zone 'UTC')::date - %s::integer,"
            " 50000, 500, 300, 60, %s)",
            [org_id, rng.choice(campaigns), rng.randint(1, 5), rng.choice([30, 90, 400, 1500, 3000])],
        )


def change_by_hand(db: Database, login: str, campaigns: list[str], rng: random.Random) -> None:
    with db.connect(login) as person:
        if rng.random() < 0.7:
            person.execute("update trimtab.campaigns set status = 'active' where id = %s", [rng.choice(campaigns)])
        else:
            person.execute(
                "update trimtab.campaigns set budget = %s where id = %s", [rng.randint(50, 500), rng.choice(campaigns)]
            )


def take_back(db: Database, login: str, _rng: random.Random) -> None:
    with db.connect(login) as person:
        found = person.execute(
            "select id from trimtab.autonomous_actions where status = 'executed' order by random() limit 1"
        ).fetchone()
        if found is not None:
            person.execute("select trimtab.rollback_action(%s)", [found[0]])


def kill_somebody(db: Database, _rng: random.Random) -> None:
    with db.connect() as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            " and backend_type = 'client backend' and pid <> pg_backend_pid() order by random() limit 1"
        )


def storm(db: Database, seed: int, sessions: int, steps: int) -> tuple[str, int]:
    org_id, login, campaigns = make_campaigns(db)
    acts: list[tuple[float, Callable[[random.Random], None]]] = [
        (5, lambda rng: run_autopilot(db, org_id, rng)),
        (5, lambda rng: publish_facts(db, org_id, campaigns, rng)),
        (3, lambda rng: change_by_hand(db, login, campaigns, rng)),
        (2, lambda rng: take_back(db, login, rng)),
        (3, lambda rng: report_mention(db, login, campaigns, rng)),
        (3, lambda _rng: act_on_due(db, org_id)),
        (2, lambda rng: kill_somebody(db, rng)),
    ]
    surprises: list[str] = []
    killed = 0

    def work(number: int) -> None:
        nonlocal killed
        rng = random.Random(seed * 1000 + number)  # noqa: S311
        for _ in range(steps):
            act = rng.choices([act for _, act in acts], [weight for weight, _ in acts])[0]
            try:
                act(rng)
            except psycopg.errors.AdminShutdown:
                killed += 1
            except psycopg.OperationalError as error:
                # The connection broke off, or a lock was waited for too long.
                killed += error.sqlstate is None
                if error.sqlstate not in (None, "55P03", "57P01"):
                    surprises.append(f"{error.sqlstate} {error}")
            except psycopg.Error as error:
                # What somebody changed since cannot be taken back.
                if error.sqlstate != "TT014":
                    surprises.append(f"{error.sqlstate} {error}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert surprises == []
    return org_id, killed


def nothing(connection: Connection, query: Any) -> None:
    assert connection.execute(query).fetchall() == []


def check(db: Database) -> int:
    """What must hold; returns how many automatic actions there were."""
    with db.connect() as connection:
        # The ledger of a campaign is a chain, and its end is the campaign.
        nothing(
            connection,
            "select * from (select l.campaign_id, l.number, l.previous_state,"
            " lag(l.new_state) over (partition by l.campaign_id order by l.number) as before"
            " from trimtab.campaign_changes l where l.status in ('executed', 'rolled_back')) chain"
            " where before is not null and before <> previous_state",
        )
        nothing(
            connection,
            "select * from (select distinct on (l.campaign_id) l.campaign_id, l.new_state"
            " from trimtab.campaign_changes l where l.status in ('executed', 'rolled_back')"
            " order by l.campaign_id, l.number desc) last"
            " join trimtab.campaigns c on c.id = last.campaign_id"
            " where (c.status, c.budget) is distinct from"
            " (last.new_state ->> 'status', (last.new_state ->> 'budget')::numeric)",
        )
        nothing(connection, "select * from trimtab.campaign_changes where status = 'pending'")
        # Rules act once on the same facts.
        nothing(
            connection,
            "select campaign_id, evidence ->> 'facts_revision', count(*) from trimtab.campaign_changes"
            " where origin = 'rule' and status in ('executed', 'rolled_back')"
            " and evidence ->> 'facts_revision' is not null group by 1, 2 having count(*) > 1",
        )
        # Each change has its line in the audit log and its event, and neither has more.
        nothing(
            connection,
            "select l.id, count(e.*) from trimtab.campaign_changes l left join trimtab.events e"
            " on e.payload ->> 'change_id' = l.id::text and e.type like 'campaign.%'"
            " where l.status in ('executed', 'rolled_back') group by 1 having count(e.*) <> 1",
        )
        [(changes, audited)] = connection.execute(
            "select (select count(*) from trimtab.campaign_changes where status in ('executed', 'rolled_back')),"
            " (select count(*) from trimtab.audit_log where entity_type = 'campaign' and action <> 'campaign.created')"
        ).fetchall()
        assert changes == audited
        # What a run says that it did is what the ledger says that it did.
        nothing(
            connection,
            "select r.id from trimtab.autopilot_runs r left join trimtab.campaign_changes l"
            " on l.run_id = r.id and l.status in ('executed', 'rolled_back')"
            " group by r.id, r.campaigns_paused, r.campaigns_scaled"
            " having count(l.*) <> r.campaigns_paused + r.campaigns_scaled",
        )
        check_executions(connection)
        # The memo is what a recomputation gives.
        connection.execute("select trimtab.refresh_signals(o.org_id) from trimtab.organizations o")
        nothing(
            connection,
            "select c.campaign_id from trimtab.organizations o"
            " cross join lateral trimtab.compute_signals(o.org_id) c"
            " join trimtab.campaign_signals s on s.org_id = o.org_id and s.campaign_id = c.campaign_id"
            " where s.signals is distinct from c.signals or s.facts_revision <> c.facts_revision",
        )
        [(actions,)] = connection.execute(
            "select count(*) from trimtab.campaign_changes where origin = 'rule' and status <> 'failed'"
        ).fetchall()
    return int(actions)


ACTIONS = (
    "select e.id, e.rule_id, a ->> 'type' as type, a ->> 'status' as status, a ->> 'change_id' as change_id"
    " from trimtab.automation_executions e cross join jsonb_array_elements(e.actions_executed) a"
)


def check_executions(connection: Connection) -> None:
    """Executions, what they name, and what names them."""
    # Events come to their end whoever was killed; each was judged once.
    connection.execute("select trimtab.act_on_due(o.org_id) from trimtab.organizations o")
    nothing(connection, "select * from trimtab.waiting_events")
    nothing(
        connection,
        "select e.id, count(x.*) from trimtab.events e left join trimtab.automation_executions x on x.event_id = e.id"
        " where e.type = 'mention.received' group by 1 having count(x.*) <> 1",
    )
    # An execution is complete, or an action of it waits.
    nothing(
        connection,
        "select x.id from trimtab.automation_executions x left join trimtab.delayed_actions d on d.execution_id = x.id"
        " group by x.id, x.completed_at, x.actions_executed"
        " having (x.completed_at is null) <> (count(d.*) > 0) or count(d.*) <> (select count(*)"
        " from jsonb_array_elements(x.actions_executed) a where a ->> 'status' = 'waiting')",
    )
    # What rules changed is named by one action of one execution, and every action that changed something by the ledger.
    for side in (
        "select l.id from trimtab.campaign_changes l left join actions a on a.change_id = l.id::text"
        " where l.origin = 'rule' and l.status <> 'failed' group by l.id having count(a.*) <> 1",
        "select a.id from actions a left join trimtab.campaign_changes l on l.id::text = a.change_id"
        " where a.change_id is not null and l.id is null",
        # Nothing is sent or raised twice, and nothing is lost.
        "select a.id from actions a"
        " join trimtab.automation_rules r on r.id = a.rule_id and r.name in ('slow', 'crisis')"
        " left join trimtab.outbox o on o.execution_id = a.id where a.type = 'send_notification'"
        " group by a.id having count(distinct o.id) <> (select count(*) from actions b where b.id = a.id"
        " and b.type = 'send_notification' and b.status = 'success')",
        "select o.id from trimtab.outbox o left join trimtab.automation_executions x on x.id = o.execution_id"
        " where x.id is null",
        "select 1 from (select count(*) as raised from actions where type = 'create_alert' and status = 'success') a"
        " where a.raised <> (select count(*) from trimtab.alert_occurrences)",
    ):
        nothing(connection, f"with actions as ({ACTIONS}) {side}")
    # The counters of rules are those of the rows.
    nothing(
        connection,
        "select r.name from trimtab.automation_rules r left join trimtab.automation_executions x on x.rule_id = r.id"
        " group by r.org_id, r.id having (r.execution_count, r.success_count, r.failure_count, r.partial_count) <> ("
        "count(*) filter (where x.completed_at is not null and x.status <> 'skipped'),"
        "count(*) filter (where x.completed_at is not null and x.status = 'success'),"
        "count(*) filter (where x.completed_at is not null and x.status = 'failure'),"
        "count(*) filter (where x.completed_at is not null and x.status = 'partial'))",
    )
    nothing(
        connection,
        "select x.id from trimtab.automation_executions x left join trimtab.autopilot_runs r on r.id = x.run_id"
        " where x.run_id is not null and r.id is null",
    )


def test_a_small_storm(tap_db: Database) -> None:
    storm(tap_db, seed=1, sessions=4, steps=25)
    assert check(tap_db) > 0


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(2, 6))
def test_a_great_storm(tap_db: Database, seed: int) -> None:
    _org_id, killed = storm(tap_db, seed=seed, sessions=16, steps=150)
    assert check(tap_db) > 20
    assert killed > 20
