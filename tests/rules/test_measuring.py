"""Views that measure, held against a plain Python reading of the same rows, and against the network they run over."""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlparse
from click.testing import CliRunner, Result
from support.database import ADMIN, ENGINE, Connection, Database, TestCluster
from support.plans import Plans, watched
from support.trees import only_migrations

from trimtab.cli.main import main
from trimtab.database.deploy import migrate
from trimtab.database.tree import Tree
from trimtab.database.undo import rollback_schema

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
KEYS = ("status", "budget", "daily_budget", "bid")
TOP = Path(__file__).parents[2]
MINUTES = {"pause_campaign": 5, "adjust_budget": 8, "send_notification": 2}


@dataclass
class Change:
    """A row of the ledger."""

    id: UUID
    campaign: UUID
    action_type: str
    origin: str
    rule: UUID | None
    status: str
    at: datetime
    before: dict[str, Any]
    after: dict[str, Any]
    number: int = 0
    rolled_back_at: datetime | None = None
    rolled_back_by: UUID | None = None
    expected: dict[str, Any] | None = None
    impact: dict[str, Any] | None = None


@dataclass
class History:
    """An organization with rules, campaigns in two currencies, a ledger and executions, all made up at random."""

    org: str
    login: str
    system: UUID
    person: UUID
    rules: list[UUID]
    versions: dict[UUID, list[datetime]]
    currencies: dict[UUID, str]
    rates: dict[date, Decimal]
    changes: list[Change] = field(default_factory=list)
    executions: list[dict[str, Any]] = field(default_factory=list)


def make_history(db: Database, seed: int) -> History:
    """Writes the rows past all triggers and returns them."""
    rng = random.Random(seed)  # noqa: S311
    org = str(db.value("select test.organization(%s, 'Europe/Berlin', 'EUR')", [f"Acme {seed}"]))
    login = str(db.value("select test.member(%s, 'manager')", [org]))
    system = db.value("select system_user_id from trimtab.organizations where org_id = %s", [org])
    person = db.value("select test.user_of(%s)", [login])
    made = History(org, login, system, person, [uuid4() for _ in range(4)], {}, {}, {})
    with db.connect(autocommit=False) as c:
        c.execute("set local session_replication_role to replica")
        for table in ("rule_versions", "automation_rules"):
            c.execute(b"delete from trimtab.%s where org_id = '%s'" % (table.encode(), org.encode()))
        for place, rule in enumerate(made.rules):
            c.execute(
                "insert into trimtab.automation_rules (org_id, id, name, rule_type, status, priority, document, leaves,"
                " signal_positions, bounds) values (%s, %s, %s, 'scale', 'active', 50, '{}', '[]', '{}', '{}')",
                [org, rule, f"Rule {place}"],
            )
            made.versions[rule] = sorted(NOW - timedelta(hours=rng.randrange(1, 900)) for _ in range(3))
            for version, at in enumerate(made.versions[rule], start=1):
                c.execute(
                    "insert into trimtab.rule_versions (org_id, rule_id, version, document, login, valid_from)"
                    " values (%s, %s, %s, '{}', 'x', %s)",
                    [org, rule, version, at],
                )
        # Rates of some days only: the last one before counts; none before the first.
        for days in (33, 20, 7, 1):
            day = (NOW - timedelta(days=days)).astimezone(ZONE).date()
            made.rates[day] = Decimal(rng.randrange(8000, 9999)) / 10000
            c.execute(
                "insert into trimtab.exchange_rates (from_currency, to_currency, valid_from, rate, source)"
                " values ('USD', 'EUR', %s, %s, 'test') on conflict do nothing",
                [day, made.rates[day]],
            )
        for n in range(6):
            campaign = uuid4()
            made.currencies[campaign] = "USD" if n % 3 == 0 else "EUR"
            c.execute(
                "insert into trimtab.campaigns (org_id, id, title, status, currency) values (%s, %s, %s, 'active', %s)",
                [org, campaign, f"Campaign {n}", made.currencies[campaign]],
            )
            _walk(rng, made, campaign)
        for change in sorted(made.changes, key=lambda change: change.at):
            change.number = _one(
                c,
                "insert into trimtab.campaign_changes (org_id, id, campaign_id, action_type, is_automated, origin,"
                " reason, previous_state, new_state, status, user_id, login, rule_id, rule_version, executed_at,"
                " created_at, rolled_back_at, rolled_back_by, evidence, actual_impact, error_code)"
                " values (%s, %s, %s, %s, %s, %s, 'x', %s, %s, %s, %s, 'x', %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " returning number",
                [
                    org, change.id, change.campaign, change.action_type, change.origin == "rule", change.origin,
                    json.dumps(change.before), json.dumps(change.after), change.status,
                    person if change.origin == "person" else system, change.rule, 1 if change.rule else None,
                    change.at if change.status != "failed" else None, change.at, change.rolled_back_at,
                    change.rolled_back_by, json.dumps({"expected": change.expected} if change.expected else {}),
                    json.dumps(change.impact) if change.impact else None,
                    "TT012" if change.status == "failed" else None,
                ],
            )  # fmt: skip
        for change in made.changes:
            if change.rule:
                _execute(rng, c, made, change)
        c.commit()
    return made


def _one(connection: Connection, query: str, parameters: list[Any]) -> Any:
    row = connection.execute(query.encode(), parameters).fetchone()
    assert row
    return row[0]


def _walk(rng: random.Random, made: History, campaign: UUID) -> None:
    """A campaign's life: rules, people, rollbacks and failures change it one after the other."""
    state: dict[str, Any] = {"status": "active", "budget": 100, "daily_budget": None, "bid": 2, "bid_strategy": None}
    at = NOW - timedelta(days=40)
    last: Change | None = None
    for _ in range(40):
        at += timedelta(hours=rng.randrange(1, 40), minutes=rng.randrange(60))
        if at > NOW:
            break
        after = dict(state)
        key = rng.choice(("status", "budget", "budget", "daily_budget", "bid"))
        if key == "status":
            after["status"] = "paused" if state["status"] == "active" else "active"
        elif rng.random() < 0.2:
            after[key] = None
        else:
            after[key] = rng.choice((50, 80, 100, 120, 150, 200))
        if after == state:
            continue
        origin = rng.choice(("rule", "rule", "person", "engine"))
        kind = {"status": "auto_pause" if after["status"] == "paused" else "status_changed", "bid": "bid_adjusted"}.get(
            key, "auto_scale_up" if (after[key] or 0) > (state[key] or 0) else "auto_scale_down"
        )
        change = Change(
            uuid4(), campaign, kind, origin, rng.choice(made.rules) if origin == "rule" else None, "executed", at,
            dict(state), after,
        )  # fmt: skip
        made.changes.append(change)
        if origin == "rule" and rng.random() < 0.1:
            change.status = "failed"
            continue
        if kind == "auto_pause":
            change.expected = {"spend_per_day": -rng.randrange(1, 50), "revenue_per_day": -rng.randrange(1, 50)}
        if origin == "rule" and rng.random() < 0.5:
            change.impact = _impact(rng, change)
        state = after
        if origin == "rule" and rng.random() < 0.2:
            # Taken back: by a person, or by the system.
            change.status, change.impact = "rolled_back", None
            change.rolled_back_at = at + timedelta(minutes=5)
            change.rolled_back_by = rng.choice((made.person, made.system))
            made.changes.append(
                Change(uuid4(), campaign, "rollback", "rollback", None, "executed", change.rolled_back_at, dict(after),
                       dict(change.before))
            )  # fmt: skip
            state = dict(change.before)
        last = change
    assert last


def _impact(rng: random.Random, change: Change) -> dict[str, Any]:
    spend, revenue = (rng.choice((None, rng.randrange(-50, 50))) for _ in range(2))
    came = {"spend_per_day": spend, "revenue_per_day": revenue} if change.expected else {"roas": rng.randrange(4)}
    wanted = change.expected or {"roas": rng.choice((None, 3))}
    return {
        "currency": "EUR",
        "per_day": {"spend": {"change": spend}, "revenue": {"change": revenue}},
        "compared": {
            key: {
                "expected": wanted[key],
                "actual": value,
                "difference": None if value is None or wanted[key] is None else value - wanted[key],
            }
            for key, value in came.items()
        }
        if rng.random() < 0.9
        else None,
        "other_changes": rng.randrange(2),
        "measured_at": NOW.isoformat(),
    }


def _execute(rng: random.Random, connection: Connection, made: History, change: Change) -> None:
    failed = change.status == "failed"
    actions: list[dict[str, Any]] = [
        {
            "place": 1,
            "type": "pause_campaign" if change.action_type == "auto_pause" else "adjust_budget",
            "status": "failure" if failed else "success",
            **({} if failed else {"change_id": str(change.id)}),
        },
        {"place": 2, "type": "send_notification", "status": rng.choice(("success", "failure", "skipped"))},
    ]
    states = {action["status"] for action in actions}
    status = "partial" if states >= {"success", "failure"} else "failure" if "failure" in states else "success"
    shadow = rng.random() < 0.1
    execution: dict[str, Any] = {
        "id": uuid4(), "rule": change.rule, "campaign": change.campaign, "at": change.at,
        "mode": "shadow" if shadow else "active", "status": "skipped" if shadow else status, "actions": actions,
    }  # fmt: skip
    made.executions.append(execution)
    connection.execute(
        "insert into trimtab.automation_executions (org_id, id, mode, rule_id, rule_version, campaign_id,"
        " trigger_source, status, actions_executed, executed_at, completed_at, login, error_message)"
        " values (%s, %s, %s, %s, 1, %s, 'clock', %s, %s, %s, %s, 'x', 'x')",
        [
            made.org, execution["id"], execution["mode"], change.rule, change.campaign, execution["status"],
            json.dumps(actions), change.at, change.at,
        ],
    )  # fmt: skip


# --- the oracle


def reversals(made: History) -> dict[UUID, tuple[str, datetime]]:
    """Change → how and when a person reversed it."""
    found: dict[UUID, tuple[str, datetime]] = {}
    by_campaign: dict[UUID, list[Change]] = defaultdict(list)
    for change in sorted(made.changes, key=lambda change: change.number):
        by_campaign[change.campaign].append(change)
        if change.rule and change.status == "rolled_back" and change.rolled_back_by != made.system:
            assert change.rolled_back_at
            found[change.id] = ("taken_back", change.rolled_back_at)
    for changes in by_campaign.values():
        for place, change in enumerate(changes):
            if change.origin != "person" or change.status != "executed":
                continue
            for key in KEYS:
                if change.before[key] == change.after[key]:
                    continue
                earlier = [
                    c for c in changes[:place]
                    if c.status in ("executed", "rolled_back") and c.before[key] != c.after[key]
                ]  # fmt: skip
                if not earlier:
                    continue
                theirs = earlier[-1]
                if not theirs.rule or theirs.status != "executed" or change.at - theirs.at >= WEEK:
                    continue
                values = (theirs.before[key], theirs.after[key], change.before[key], change.after[key])
                if all(isinstance(value, int) for value in values):
                    reversed_ = (change.after[key] > change.before[key]) == (theirs.before[key] > theirs.after[key])
                else:
                    reversed_ = change.after[key] == theirs.before[key]
                if reversed_:
                    found.setdefault(theirs.id, ("put_back", change.at))
    return found


def rounded(value: Decimal, digits: int = 2) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def month(at: datetime) -> date:
    return at.astimezone(ZONE).date().replace(day=1)


@pytest.fixture(scope="module")
def database(cluster: TestCluster) -> Iterator[Database]:
    found = cluster.create(cluster.template("tap"))
    found.rows("select test.clock_at(%s)", [NOW])
    yield found
    cluster.drop(found)


@pytest.fixture(scope="module", params=range(5))
def made(database: Database, request: pytest.FixtureRequest) -> History:
    return make_history(database, request.param)


@pytest.fixture
def ask(database: Database, made: History) -> Any:
    """Rows of a query of the manager's, with their columns as keys."""

    def asked(query: str) -> list[dict[str, Any]]:
        with database.connect(made.login) as connection:
            cursor = connection.execute(query.encode())
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return asked


def test_reversals_are_those_that_a_reader_of_the_ledger_finds(made: History, ask: Any) -> None:
    expected = reversals(made)
    assert {how for how, _ in expected.values()} == {"taken_back", "put_back"}
    rows = ask("select change_id, how, reversed_at from trimtab.v_rule_reversals")
    assert len(rows) == len(expected)
    assert {row["change_id"]: (row["how"], row["reversed_at"]) for row in rows} == expected


def test_effectiveness_counts_changes_and_reversals_of_each_rule(made: History, ask: Any) -> None:
    back = reversals(made)
    rows = {row["rule_id"]: row for row in ask("select * from trimtab.v_rule_effectiveness")}
    assert rows.keys() == set(made.rules)
    for rule in made.rules:
        changes = [c for c in made.changes if c.rule == rule and c.status in ("executed", "rolled_back")]
        reversed_ = Counter(back[c.id][0] for c in changes if c.id in back)
        row = rows[rule]
        assert (row["changes"], row["taken_back"], row["put_back"], row["reversals_by_people"]) == (
            len(changes), reversed_["taken_back"], reversed_["put_back"], reversed_.total(),
        )  # fmt: skip
        assert row["reversal_rate"] == rounded(Decimal(100 * reversed_.total()) / len(changes))


def test_versions_are_compared_by_the_weeks_around_them(made: History, ask: Any) -> None:
    back = reversals(made)
    rows = ask("select * from trimtab.v_rule_version_effects")
    assert len(rows) == 2 * sum(map(len, made.versions.values()))
    for row in rows:
        since = made.versions[row["rule_id"]][row["version"] - 1]
        start = since - WEEK if row["side"] == "before" else since
        executions = [e for e in made.executions if e["rule"] == row["rule_id"] and start <= e["at"] < start + WEEK]
        acted = [e for e in executions if e["mode"] == "active"]
        changes = [
            c for c in made.changes
            if c.rule == row["rule_id"] and c.status in ("executed", "rolled_back") and start <= c.at < start + WEEK
        ]  # fmt: skip
        assert (row["starts_at"], row["ends_at"], row["is_complete"]) == (start, start + WEEK, start + WEEK <= NOW)
        assert (row["executions"], row["successes"], row["shadow_executions"]) == (
            len(acted), sum(e["status"] == "success" for e in acted), len(executions) - len(acted),
        )  # fmt: skip
        assert (row["changes"], row["reversals_by_people"]) == (len(changes), sum(c.id in back for c in changes))
        others = [at for at in made.versions[row["rule_id"]] if start < at < start + WEEK and at != since]
        assert row["other_versions"] == len(others)


def test_money_is_added_up_in_the_organizations_currency(made: History, ask: Any) -> None:
    expected: dict[tuple[date, UUID, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 8)
    for change in made.changes:
        if not change.rule or change.status not in ("executed", "rolled_back"):
            continue
        sums = expected[month(change.at), change.rule, change.action_type]
        day = change.at.astimezone(ZONE).date()
        known = [at for at in made.rates if at <= day]
        rate = Decimal(1) if made.currencies[change.campaign] == "EUR" else made.rates[max(known)] if known else None
        sums[0] += 1
        sums[7] += rate is None
        if change.status == "rolled_back":
            sums[1] += 1
            continue
        for place, key in ((2, "budget"), (4, "daily_budget")):
            if rate is not None and change.before[key] is not None and change.after[key] is not None:
                moved = (change.after[key] - change.before[key]) * rate
                sums[place] += max(moved, Decimal(0))
                sums[place + 1] += max(-moved, Decimal(0))
        if change.expected:
            sums[6] -= change.expected["spend_per_day"]
    rows = ask("select * from trimtab.v_automation_money")
    assert {row["currency"] for row in rows} == {"EUR"}
    assert any(row["changes_without_rate"] for row in rows)
    assert {
        (row["month"], row["rule_id"], row["action_type"]): [
            row[name]
            for name in (
                "changes", "taken_back", "budget_raised", "budget_lowered", "daily_budget_raised",
                "daily_budget_lowered", "spend_stopped_per_day", "changes_without_rate",
            )
        ]
        for row in rows
    } == {key: [rounded(value) for value in sums] for key, sums in expected.items()}  # fmt: skip


def test_time_saved_leaves_out_what_people_reversed(made: History, ask: Any) -> None:
    back = {str(change) for change in reversals(made)}
    actions: Counter[tuple[date, str]] = Counter()
    undone: Counter[tuple[date, str]] = Counter()
    for execution in made.executions:
        for action in execution["actions"]:
            if execution["mode"] == "active" and action["status"] == "success":
                key = month(execution["at"]), action["type"]
                actions[key] += 1
                undone[key] += action.get("change_id") in back
    assert undone.total() > 0
    rows = ask("select * from trimtab.v_time_saved")
    assert {(row["month"], row["action_type"]): (row["actions"], row["reversed_actions"]) for row in rows} == {
        key: (count, undone[key]) for key, count in actions.items()
    }
    for row in rows:
        minutes = MINUTES[row["action_type"]]
        assert (row["minutes_per_action"], row["is_own_assumption"]) == (minutes, False)
        net = row["actions"] - row["reversed_actions"]
        assert row["hours_saved"] == rounded(Decimal(net * minutes) / 60)


def test_benefit_counts_only_what_is_known(made: History, ask: Any) -> None:
    expected: dict[date, dict[str, Any]] = defaultdict(
        lambda: {"changes": 0, "measured_changes": 0, "unmeasured_changes": 0, "disturbed_changes": 0,
                 "measured_benefit": None, "expected_benefit": None, "undisturbed_benefit": None}
    )  # fmt: skip
    for change in made.changes:
        if not change.rule or change.status != "executed":
            continue
        sums = expected[month(change.at)]
        sums["changes"] += 1
        per_day = (change.impact or {}).get("per_day", {})
        revenue, spend = (per_day.get(key, {}).get("change") for key in ("revenue", "spend"))
        if revenue is None or spend is None:
            sums["unmeasured_changes"] += 1
            continue
        assert change.impact
        sums["measured_changes"] += 1
        sums["disturbed_changes"] += change.impact["other_changes"] > 0
        sums["measured_benefit"] = (sums["measured_benefit"] or 0) + 7 * (revenue - spend)
        if not change.impact["other_changes"]:
            sums["undisturbed_benefit"] = (sums["undisturbed_benefit"] or 0) + 7 * (revenue - spend)
        if change.expected and change.impact["compared"]:
            wanted = change.expected["revenue_per_day"] - change.expected["spend_per_day"]
            sums["expected_benefit"] = (sums["expected_benefit"] or 0) + 7 * wanted
    rows = ask("select * from trimtab.v_automation_benefit")
    assert {
        row["month"]: {key: row[key] for key in expected[row["month"]]} for row in rows if row["changes"]
    } == expected
    for row in rows:
        assert (row["value_of_time"], row["running_cost"], row["balance"], row["return_on_cost"]) == (None,) * 4


def test_expected_and_actual_stand_beside_each_other(made: History, ask: Any) -> None:
    expected = {
        (change.id, key): (value["expected"], value["actual"], value["difference"])
        for change in made.changes
        if change.impact and change.impact["compared"]
        for key, value in change.impact["compared"].items()
    }
    assert expected
    rows = ask("select * from trimtab.v_action_effects")
    assert {(r["change_id"], r["metric"]): (r["expected"], r["actual"], r["difference"]) for r in rows} == expected
    means = ask("select * from trimtab.v_rule_effects")
    for row in means:
        own = [r for r in rows if all(r[key] == row[key] for key in ("rule_id", "action_type", "metric"))]
        known = [r for r in own if r["difference"] is not None]
        assert (row["measured_actions"], row["comparable_actions"]) == (len(own), len(known))
        mean = sum(r["difference"] for r in known) / len(known) if known else None
        assert row["mean_difference"] == (None if mean is None else rounded(mean, 4))


def test_every_figure_that_is_compared_is_told() -> None:
    measured = (TOP / "functions" / "actions" / "measure_organization_impact.sql").read_text(encoding="utf-8")
    told = (TOP / "views" / "rules" / "v_action_effects.sql").read_text(encoding="utf-8")
    figures = set(re.findall(r"'(\w+)', c\.\w+_after", measured))
    assert len(figures) >= 4
    assert set(re.findall(r"\('(\w+)'\)", told)) == figures


def test_executions_are_told_under_both_names(made: History, ask: Any) -> None:
    rows = {row["execution_id"]: row for row in ask("select * from trimtab.v_automation_executions")}
    assert len(rows) == len(made.executions)
    for execution in made.executions:
        row = rows[execution["id"]]
        states = Counter(action["status"] for action in execution["actions"])
        assert (row["actions_executed"], row["actions_successful"], row["actions_failed"]) == (
            states["success"] + states["failure"], states["success"], states["failure"],
        )  # fmt: skip
        assert row["outcome"] == execution["status"]
        assert row["status"] == {"failure": "failed"}.get(execution["status"], execution["status"])
        assert row["started_at"] == row["executed_at"] == row["created_at"] == execution["at"]
    log = ask("select * from trimtab.rule_execution_log")
    assert len({row["id"] for row in log}) == len(log) == sum(len(e["actions"]) for e in made.executions)


def test_the_audit_log_of_automation_has_each_execution_and_each_action_tried(made: History, ask: Any) -> None:
    tried = [
        (execution["id"], action["type"])
        for execution in made.executions
        for action in execution["actions"]
        if execution["mode"] == "active" and action["status"] in ("success", "failure")
    ]
    rows = ask("select * from trimtab.automation_audit_log order by created_at desc")
    assert [row["created_at"] for row in rows] == sorted((row["created_at"] for row in rows), reverse=True)
    assert len({row["audit_id"] for row in rows}) == len(rows)
    taken = [(row["execution_id"], row["metadata"]["type"]) for row in rows if row["action"] == "action_taken"]
    assert Counter(taken) == Counter(tried)
    executed = {row["execution_id"] for row in rows if row["action"] == "rule_executed"}
    assert executed == {execution["id"] for execution in made.executions}
    by_id = {str(change.id): change for change in made.changes}
    for row in rows:
        if row["action"] == "action_taken" and "change_id" in row["metadata"]:
            change = by_id[row["metadata"]["change_id"]]
            assert row["changes"] == {"before": change.before, "after": change.after}


# --- the network


def test_the_address_of_a_person_is_noted_apart_and_goes_with_the_person(tap_db: Database) -> None:
    org = tap_db.value("select test.organization('Acme')")
    owner, gone = (str(tap_db.value("select test.member(%s, 'owner')", [org])) for _ in range(2))
    noted = "select user_id, host(client_address) from trimtab.client_addresses where org_id = %s"
    shown = "select distinct ip_address from trimtab.automation_audit_log where action = 'rule_updated'"
    switch = "update trimtab.autonomous_rules set is_active = not is_active"

    with tap_db.connect(owner) as person:
        person.execute(switch.encode())
        assert person.execute(shown.encode()).fetchall() == [(None,)]
    tap_db.rows("call trimtab.tick('slow')", user="trimtab_engine")
    assert tap_db.rows(noted, [org]) == [], "nothing over a local socket, nothing of the engine"

    for login in (owner, gone):
        with tap_db.connect(login, host="127.0.0.1") as person:
            person.execute(switch.encode())
    people = {tap_db.value("select test.user_of(%s)", [login]): "127.0.0.1" for login in (owner, gone)}
    assert dict(tap_db.rows(noted, [org])) == people
    assert sorted(tap_db.rows(shown, user=owner), key=str) == [("127.0.0.1",), (None,)]
    analyst = str(tap_db.value("select test.member(%s, 'analyst')", [org]))
    assert tap_db.rows("select from trimtab.client_addresses", user=analyst) == []

    erased = tap_db.value("select test.user_of(%s)", [gone])
    logged = tap_db.value("select count(*) from trimtab.audit_log where user_id = %s", [erased])
    with tap_db.connect(owner) as person:
        person.execute("select trimtab.erase_user(%s)", [erased])
    assert erased not in dict(tap_db.rows(noted, [org]))
    assert list(dict(tap_db.rows(noted, [org])).values()) == ["127.0.0.1"]
    assert tap_db.value("select count(*) from trimtab.audit_log where user_id = %s", [erased]) == logged > 0


# --- the command line


def run(db: Database, *arguments: str, user: str = ENGINE) -> Result:
    return CliRunner().invoke(main, ["--database-url", db.dsn(user), "automation", *arguments], env={"COLUMNS": "250"})


def told(db: Database, *arguments: str, user: str = ENGINE) -> Any:
    result = run(db, *arguments, "--json", user=user)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_commands(tap_db: Database) -> None:
    tap_db.rows("select test.clock_at(%s)", [NOW])
    made = make_history(tap_db, 7)
    rows = told(tap_db, "performance")
    assert [row["rule_name"] for row in rows] == ["Rule 0", "Rule 1", "Rule 2", "Rule 3"]
    assert "Rule 2" in run(tap_db).stdout
    assert len(told(tap_db, "performance", "--rule", "Rule 2")) == 1
    assert told(tap_db, "performance", "--rule", str(made.rules[3]))[0]["rule_name"] == "Rule 3"
    assert run(tap_db, "performance", "--rule", "Rule 9").exit_code == 1
    assert run(tap_db, "--json", "audit").exit_code == 2

    found = told(tap_db, "report")
    assert found["adoption"]["campaigns"] == 6
    assert len(found["effectiveness"]) == 4
    assert all(found[key] for key in ("expected_and_actual", "money", "time", "benefit"))
    text = run(tap_db, "report").stdout
    assert all(title in text for title in ("Adoption", "Expected and actual", "Benefit"))

    newest = told(tap_db, "audit", "--limit", "7")
    assert len(newest) == 7
    assert newest == told(tap_db, "audit", "--limit", "2000")[:7]
    only = told(tap_db, "audit", "--rule", "Rule 1", "--action", "rule_executed")
    assert {(row["rule_name"], row["action"]) for row in only} == {("Rule 1", "rule_executed")}
    assert "action_taken" in run(tap_db, "audit").stdout
    assert told(tap_db, "audit", user=made.login) == told(tap_db, "audit")


def test_the_survey_on_the_command_line(tap_db: Database) -> None:
    org = tap_db.value("select test.organization('Acme')")
    assert told(tap_db, "survey") == []
    assert "nobody has answered" in run(tap_db, "survey").stderr
    logins = [str(tap_db.value("select test.member(%s, 'viewer')", [org])) for _ in range(5)]
    for score, login in zip((10, 9, 8, 3, 0), logins, strict=True):
        result = run(tap_db, "survey", "--score", str(score), "--comment", f"Said {score}.", user=login)
        assert result.exit_code == 0, result.output
    [row] = told(tap_db, "survey")
    assert (row["answers"], Decimal(row["net_promoter_score"])) == (5, Decimal(0))
    assert "Said 3." in run(tap_db, "survey").stdout
    assert "Said 3." not in run(tap_db, "survey", user=logins[0]).stdout
    assert run(tap_db, "survey", "--score", "11", user=logins[0]).exit_code == 2
    assert run(tap_db, "survey", "--comment", "x", user=logins[0]).exit_code == 2
    refused = run(tap_db, "survey", "--score", "10")
    assert refused.exit_code == 1
    assert "TT038" in refused.stderr


# --- the plans


ORGANIZATIONS, EXECUTIONS = 12, 2000
LEDGER = EXECUTIONS + EXECUTIONS // 16  # with those of people, and some for the plans, which round rows a loop
CROWD = Path(__file__).with_name("measured_crowd.sql")


@pytest.fixture(scope="module")
def crowd(cluster: TestCluster) -> Iterator[Database]:
    """Organizations with a few thousand executions each."""
    found = cluster.create(cluster.template("tap"))
    with found.connect(autocommit=False) as connection:
        connection.execute("select set_config('crowd.organizations', %s, true)", [str(ORGANIZATIONS)])
        connection.execute("select set_config('crowd.executions', %s, true)", [str(EXECUTIONS)])
        connection.execute(CROWD.read_bytes())
        connection.execute("set local synchronous_commit to on")
        connection.commit()
    # What is committed asynchronously, as all is in this cluster, VACUUM may not find flushed, nor visible to all.
    with found.connect(options="-c synchronous_commit=on") as connection:
        connection.execute("vacuum analyze")
    yield found
    cluster.drop(found)


def plans_of(crowd: Database, query: str) -> Plans:
    """The plans of a query of the engine's, for one organization."""
    with crowd.connect(autocommit=False) as connection:
        org = _one(connection, "select org_id from trimtab.organizations where name = 'Crowd 7'", [])
        connection.execute("set local role trimtab_engine")
        connection.execute("set session authorization trimtab_engine")
        connection.execute("select trimtab.init_transaction_context(null, %s)", [org])
        for _ in range(2):
            connection.execute(query.encode())
        connection.execute("reset session authorization")
        with watched(connection) as plans:
            connection.execute("set session authorization trimtab_engine")
            connection.execute(query.encode())
        connection.rollback()
    return plans


@pytest.mark.parametrize(
    ("query", "executions", "changes"),
    [
        # Of the executions of 30 days and of the rows that are asked for only; nothing of other organizations.
        ("select * from trimtab.v_automation_performance", EXECUTIONS, 0),
        ("select * from trimtab.v_automation_executions order by started_at desc limit 20", 20, 0),
        ("select * from trimtab.rule_execution_log order by executed_at desc limit 20", 20, 0),
        ("select * from trimtab.automation_audit_log order by created_at desc limit 20", 3 * 20, 20),
        ("select * from trimtab.v_rule_reversals", 0, LEDGER),
        ("select * from trimtab.v_rule_effectiveness", 0, 2 * LEDGER),
        ("select * from trimtab.v_automation_adoption", EXECUTIONS, 0),
        ("select * from trimtab.v_automation_money", 0, LEDGER),
        ("select * from trimtab.v_rule_effects", 0, 2 * LEDGER),
        ("select * from trimtab.v_time_saved", EXECUTIONS, LEDGER),
        ("select * from trimtab.v_automation_benefit", EXECUTIONS, 2 * LEDGER),
    ],
    ids=lambda value: value.split()[3].removeprefix("trimtab.") if isinstance(value, str) else "",
)
def test_views_read_one_organization_by_index(crowd: Database, query: str, executions: int, changes: int) -> None:
    plans = plans_of(crowd, query)
    assert plans.rows("automation_executions") <= executions
    assert plans.rows("campaign_changes") <= changes
    for table in ("automation_executions", "campaign_changes", "audit_log", "held_decisions"):
        assert None not in plans.indexes(table), table


def test_the_weeks_around_versions_are_read_by_index(crowd: Database) -> None:
    plans = plans_of(crowd, "select * from trimtab.v_rule_version_effects")
    assert plans.indexes("automation_executions") <= {"automation_executions_rule_idx"}
    # Each change once for each week that it lies in, and what reversals read.
    assert plans.rows("campaign_changes") <= 10 * LEDGER
    assert None not in plans.indexes("campaign_changes")


# --- what was there before


def test_what_rules_did_before_there_were_executions_is_measured(empty_db: Database, tmp_path: Path) -> None:
    names = [migration.migration_id for migration in Tree().migrations]
    released = names.index("0008_campaigns_ledger_order") + 1
    measuring = names.index("0013_rules_measuring") + 1
    migrate(empty_db.dsn(ADMIN), only_migrations(tmp_path / "then", released))
    org, system, rule, campaign = (uuid4() for _ in range(4))
    changes = {"executed": uuid4(), "rolled_back": uuid4(), "failed": uuid4(), "person": uuid4()}
    with empty_db.connect(autocommit=False) as c:
        c.execute("insert into trimtab.users (id, is_system) values (%s, true)", [system])
        c.execute(
            "insert into trimtab.organizations (org_id, name, system_user_id) values (%s, 'Acme', %s)", [org, system]
        )
        c.execute(
            "insert into trimtab.campaigns (org_id, id, title, currency) values (%s, %s, 'Shoes', 'USD')",
            [org, campaign],
        )
        c.execute(
            "insert into trimtab.automation_rules (org_id, id, name, rule_type, condition, action, signal_positions,"
            " bounds) values (%s, %s, 'Low', 'pause', %s, '{\"type\": \"auto_pause\"}', '{}', '{}')",
            [org, rule, '{"metric": "roi", "operator": "<", "threshold": 1}'],
        )
        for place, (status, change) in enumerate(changes.items()):
            c.execute(
                "insert into trimtab.campaign_changes (org_id, id, campaign_id, action_type, is_automated, origin,"
                " reason, previous_state, new_state, status, login, rule_id, rule_version, error_code, executed_at,"
                " created_at, rolled_back_at) values (%s, %s, %s, 'auto_pause', true, 'rule', 'Because.', '{}', '{}',"
                " %s, 'x', %s, 1, %s, %s, %s, %s)",
                [
                    org, change, campaign, "executed" if status == "person" else status,
                    None if status == "person" else rule, "TT011" if status == "failed" else None,
                    NOW, NOW + timedelta(minutes=place), NOW if status == "rolled_back" else None,
                ],
            )  # fmt: skip
        c.commit()

    now = only_migrations(tmp_path / "now", measuring)
    for _ in range(2):
        migrate(empty_db.dsn(ADMIN), now)
        rows = empty_db.rows(
            "select status, mode, rule_id, campaign_id, executed_at, actions_executed -> 0 ->> 'change_id',"
            " actions_executed -> 0 ->> 'type', error_code, error_message"
            " from trimtab.automation_executions order by executed_at"
        )
        assert rows == [
            ("success", "active", rule, campaign, NOW, str(changes["executed"]), "pause_campaign", None, None),
            ("success", "active", rule, campaign, NOW + timedelta(minutes=1), str(changes["rolled_back"]),
             "pause_campaign", None, None),
            ("failure", "active", rule, campaign, NOW + timedelta(minutes=2), str(changes["failed"]),
             "pause_campaign", "TT011", "Because."),
        ]  # fmt: skip
        counters = (
            "select execution_count, success_count, failure_count, last_executed_at from trimtab.automation_rules"
        )
        assert empty_db.rows(counters) == [(3, 2, 1, NOW + timedelta(minutes=2))]
        # And the way back, and up again.
        assert rollback_schema(empty_db.dsn(ADMIN), steps=1, tree=now) == ["0013_rules_measuring"]
        assert empty_db.rows("select from trimtab.automation_executions") == []


# --- the document

DOCUMENT = (TOP / "docs" / "measuring.md").read_text(encoding="utf-8")


def test_what_the_document_prints_runs_and_finds_rows(tap_db: Database) -> None:
    tap_db.rows("select test.clock_at(%s)", [NOW])
    made = make_history(tap_db, 3)
    admin = str(tap_db.value("select test.member(%s, 'admin')", [made.org]))
    blocks = re.findall(r"^```sql\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    statements = [statement for block in blocks for statement in sqlparse.split(block)]
    assert len(statements) > 12
    empty = []
    with tap_db.connect(admin) as person:
        for statement in statements:
            if not person.execute(statement.encode()).fetchall():
                empty.append(statement)
    # Every campaign may happen to be under automation, and the rule of the document is not one of the history's.
    assert [statement for statement in empty if "is_automated" not in statement and "Low ROI" not in statement] == []


def test_the_document_names_every_view_of_measuring_and_no_other(db: Database) -> None:
    there = {name for (name,) in db.rows("select viewname from pg_views where schemaname = 'trimtab'")}
    listed = [line for line in (TOP / "sql" / "manifest").read_text().splitlines() if line.startswith("views/rules/")]
    start = listed.index("views/rules/v_automation_performance.sql")
    end = listed.index("views/rules/v_automation_benefit.sql")
    measuring = {Path(line).stem for line in listed[start : end + 1]}
    assert len(measuring) == 14
    table = {
        name for line in DOCUMENT.splitlines() if line.startswith("|") for name in re.findall(r"`(\w+)`", line)
    } & there
    assert table == measuring


def test_the_minutes_and_the_least_answers_are_those_of_the_settings(db: Database) -> None:
    minutes = db.value("select value from trimtab.settings where name = 'minutes_saved_per_action'")
    assert (minutes["pause_campaign"] if "pause_campaign" in minutes else minutes["default"]) == 5
    assert minutes["adjust_budget"] == minutes["adjust_bid"] == 8
    assert (
        f"{db.value('select value from trimtab.settings where name = %s', ['survey_least_answers'])} answers"
        in DOCUMENT
    )
