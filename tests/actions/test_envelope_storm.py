"""Many people, the engine and the executioner at once: no committed state lies above a spend cap.

What must hold is read from the ledger and the audit log, transaction by transaction in the order of their commits, with
arithmetic of this file's own: the product's functions are not asked.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from psycopg import sql
from support.database import Connection, Database

# Greatest spend of a day ÷ daily budget, and what it evens out to, as docs/guardrails.md says.
FACTOR = {
    "meta": "1.75",
    "google": "2",
    "tiktok": "1.25",
    "linkedin": "1.5",
    "twitter": "1.1",
    "snapchat": "2",
    None: "2",
}
WEEKLY = {"meta", "tiktok", "linkedin"}
RATES = {"USD": "1", "EUR": "1.25", "JPY": "0.0075"}
REFUSALS = {"TT018", "TT011", "TT012", "TT014"}
UNKNOWN = None
Amount = Fraction | None


def money(value: Any) -> Amount:
    return None if value is None else Fraction(str(value))


@dataclass(frozen=True)
class State:
    status: str
    budget: Amount
    daily: Amount
    currency: str
    platform: str | None
    group: str | None
    ends_at: str | None

    @classmethod
    def of(cls, row: dict[str, Any]) -> State:
        return cls(
            row["status"], money(row["budget"]), money(row["daily_budget"]), row["currency"], row["platform"],
            row["group_id"], row["ends_at"],
        )  # fmt: skip

    @property
    def spends(self) -> bool:
        # Ends are moved by whole years here, so that none passes while the storm goes on.
        return self.status == "active" and (self.ends_at is None or int(self.ends_at[:4]) > datetime.now(UTC).year)


@dataclass
class Campaign:
    state: State
    spent_month: Fraction = Fraction(0)
    spent_ever: Fraction = Fraction(0)
    days_without_facts: int = 0
    first: State | None = None
    # Of all that was in force: the worst of today, the most that budgets let go out, and whether nothing bounded it.
    worst_today: Fraction = Fraction(0)
    most_of_budgets: Fraction = Fraction(0)
    had_no_budget: bool = False
    had_no_bound: bool = False

    def a_day(self, state: State) -> Amount:
        """What one daily budget is worth."""
        rate = money(RATES.get(state.currency))
        return None if state.daily is None or rate is None else state.daily * rate

    def left(self, state: State) -> Amount:
        rate = money(RATES.get(state.currency))
        return None if state.budget is None or rate is None else max(state.budget * rate - self.spent_ever, Fraction(0))

    def worst(self, state: State) -> Amount:
        a_day = self.a_day(state)
        bounds = [] if a_day is None else [a_day * Fraction(FACTOR[state.platform])]
        left = self.left(state)
        return min([*bounds, left]) if left is not None else (bounds[0] if bounds else UNKNOWN)

    def day(self) -> Amount:
        return self.worst(self.state) if self.state.spends else Fraction(0)

    def see_today(self) -> None:
        """The present state is in force for a moment of today."""
        if not self.state.spends:
            return
        worst, left = self.worst(self.state), self.left(self.state)
        self.had_no_bound |= worst is None
        self.had_no_budget |= left is None
        self.worst_today = max(self.worst_today, worst or Fraction(0))
        self.most_of_budgets = max(self.most_of_budgets, left or Fraction(0))

    def month(self, days_ahead: int) -> Amount:
        if self.had_no_bound or (self.state.spends and self.worst(self.state) is None):
            return UNKNOWN
        before = Fraction(0)
        if self.first is not None and self.days_without_facts:
            before = (self.worst(self.first) or Fraction(0)) * self.days_without_facts
        gone = before + self.worst_today
        if not self.had_no_budget:
            gone = min(gone, self.most_of_budgets)
        if not self.state.spends:
            return self.spent_month + gone
        ways = []
        a_day, left = self.a_day(self.state), self.left(self.state)
        if a_day is not None:
            factor = Fraction(FACTOR[self.state.platform])
            later = (worst_days(self.state.platform, days_ahead) - factor) * a_day
            ways.append(before + max(self.worst_today, factor * a_day) + later)
        if left is not None:
            ways.append(max(left, gone))
        return self.spent_month + min(ways)


def worst_days(platform: str | None, days: int) -> Fraction:
    factor = Fraction(FACTOR[platform])
    if platform == "google":
        return min(days * factor, Fraction("30.4"))
    if platform in WEEKLY:
        # Two broken weeks, each of which spends its seven budgets in as few days as it can.
        return min(days * factor, days + 2 * (7 - 7 / factor))
    return days * factor


@dataclass(frozen=True)
class Cap:
    level: str
    target: str | None
    period: str
    amount: Fraction

    @classmethod
    def of(cls, row: dict[str, Any]) -> Cap:
        target = row["campaign_id"] or row["group_id"] or row["platform"]
        return cls(row["level"], target, row["period"], Fraction(str(row["amount"])))

    def covers(self, campaign_id: str, state: State) -> bool:
        return {
            "organization": True,
            "platform": state.platform == self.target,
            "group": state.group == self.target,
            "campaign": campaign_id == self.target,
        }[self.level]


@dataclass
class Ledger:
    """An organization as its ledger tells it, one committed transaction after the other."""

    db: Database
    org_id: str
    days_ahead: int
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    caps: dict[str, Cap] = field(default_factory=dict)
    read_to: int = 0

    def begin(self, facts: dict[str, tuple[Fraction, Fraction, int]]) -> None:
        with self.db.connect() as connection:
            for campaign_id, row in connection.execute(
                "select id::text, to_jsonb(c) from trimtab.campaigns c where org_id = %s", [self.org_id]
            ):
                state = State.of(row)
                month, ever, missing = facts.get(campaign_id, (Fraction(0), Fraction(0), 0))
                campaign = Campaign(state, month, ever, missing, first=state)
                campaign.see_today()
                self.campaigns[campaign_id] = campaign
            for cap_id, row in connection.execute(
                "select id::text, to_jsonb(s) from trimtab.spend_caps s where org_id = %s", [self.org_id]
            ):
                self.caps[cap_id] = Cap.of(row)
            [(self.read_to,)] = connection.execute("select coalesce(max(id), 0) from trimtab.audit_log").fetchall()

    def exposure(self, cap: Cap) -> Amount:
        total = Fraction(0)
        for campaign_id, campaign in self.campaigns.items():
            if not cap.covers(campaign_id, campaign.state):
                continue
            amount = campaign.day() if cap.period == "day" else campaign.month(self.days_ahead)
            if amount is None:
                return UNKNOWN
            total += amount
        return total

    def transactions(self) -> list[list[tuple[str, str, Any]]]:
        """What each committed transaction changed: [(what, id, new values)], in the order in which they committed."""
        with self.db.connect() as connection:
            changes: dict[str, list[tuple[str, str, Any]]] = {}
            for xid, campaign_id, state in connection.execute(
                "select transaction_id::text, campaign_id::text, new_state from trimtab.campaign_changes"
                " where org_id = %s and status in ('executed', 'rolled_back') order by number",
                [self.org_id],
            ):
                changes.setdefault(xid, []).append(("state", campaign_id, state))
            # A transaction holds the organization until its end, so its rows are one after the other.
            order: dict[str, list[tuple[str, str, Any]]] = {}
            for audit_id, xid, action, entity_type, entity_id, new in connection.execute(
                "select id, transaction_id::text, action, entity_type, entity_id::text, new_values"
                " from trimtab.audit_log where org_id = %s and id > %s order by id",
                [self.org_id, self.read_to],
            ):
                self.read_to = audit_id
                steps = order.setdefault(xid, [])
                if entity_type == "spend_cap" or (entity_type == "campaign" and action == "campaign.created"):
                    steps.append((action, entity_id, new))
                elif action == "campaign.updated":
                    steps.append(("settings", entity_id, new))
            return [steps + changes.get(xid, []) for xid, steps in order.items()]

    def replay(self) -> list[str]:
        """Apply what was committed since the last time; every state that lies above a cap."""
        faults = []
        before = {cap_id: self.exposure(cap) for cap_id, cap in self.caps.items()}
        for steps in self.transactions():
            touched = self.apply(steps)
            for campaign_id in touched:
                self.campaigns[campaign_id].see_today()
            if not steps:
                continue
            for cap_id, cap in self.caps.items():
                after, earlier = self.exposure(cap), before.get(cap_id)
                if after is UNKNOWN:
                    if earlier is not UNKNOWN:
                        faults.append(f"{cap} became unknown by {steps}")
                elif after > cap.amount + Fraction(1, 1000) and (
                    earlier is UNKNOWN or after > earlier + Fraction(1, 1000)
                ):
                    faults.append(f"{cap}: {float(after)} was {earlier and float(earlier)} by {steps}")
                before[cap_id] = after
        return faults

    def apply(self, steps: list[tuple[str, str, Any]]) -> set[str]:
        touched = set()
        for what, entity_id, new in steps:
            if what == "campaign.created":
                self.campaigns[entity_id] = Campaign(State.of(new))
                touched.add(entity_id)
            elif what == "state":
                found = self.campaigns[entity_id]
                found.state = replace(
                    found.state, status=new["status"], budget=money(new["budget"]), daily=money(new["daily_budget"])
                )
                touched.add(entity_id)
            elif what == "settings":
                found = self.campaigns[entity_id]
                found.state = replace(
                    found.state,
                    group=new.get("group_id", found.state.group),
                    currency=new.get("currency", found.state.currency),
                    ends_at=new.get("ends_at", found.state.ends_at),
                )
                touched.add(entity_id)
            elif what == "spend_cap.created":
                self.caps[entity_id] = Cap.of(new)
            elif what == "spend_cap.updated" and "amount" in new:
                self.caps[entity_id] = replace(self.caps[entity_id], amount=Fraction(str(new["amount"])))
        return touched


# --- the world


@dataclass
class World:
    db: Database
    org_id: str
    manager: str
    admin: str
    groups: list[str]
    campaigns: list[str]
    ledger: Ledger
    caps: list[tuple[str, str | None, str, int]]


def make_world(db: Database, seed: int, *, months: bool) -> World:
    """An organization with campaigns of every sort, facts of this month with a gap, and nested caps."""
    rng = random.Random(seed)  # noqa: S311
    zone = zone_at_noon()
    [(org_id, manager, admin)] = db.rows(
        "with o as (select test.organization('Storm', %s) as id)"
        " select o.id::text, test.member(o.id, 'manager'), test.member(o.id, 'admin') from o",
        [zone],
    )
    today = db.value("select (now() at time zone %s)::date", [zone])
    month_start = today.replace(day=1)
    next_month = (month_start + timedelta(days=32)).replace(day=1)
    groups = [
        db.value(
            "insert into trimtab.campaign_groups (org_id, name) values (%s, %s) returning id::text", [org_id, name]
        )
        for name in ("a", "b")
    ]
    for currency, rate in RATES.items():
        if currency != "USD":
            db.rows(
                "insert into trimtab.exchange_rates (from_currency, to_currency, valid_from, rate, source)"
                " values (%s, 'USD', '2020-01-01', %s, 'test') on conflict do nothing",
                [currency, rate],
            )
    campaigns, facts = [], {}
    for number in range(16):
        platform = rng.choice(list(FACTOR))
        currency = rng.choice(list(RATES))
        scale = {"USD": 1, "EUR": 1, "JPY": 100}[currency]
        kind = rng.choice(["daily", "daily", "budget", "both"])
        [(campaign_id,)] = db.rows(
            "insert into trimtab.campaigns"
            " (org_id, title, platform, status, daily_budget, budget, currency, group_id, starts_at, source_key)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, now() - interval '1 hour' * %s, %s) returning id::text",
            [org_id, f"campaign {number}", platform, rng.choice(["active", "paused"]),
             rng.randint(5, 40) * scale if kind != "budget" else None,
             rng.randint(50, 400) * scale if kind != "daily" else None,
             currency, rng.choice([*groups, None]), rng.choice([2, 24 * 9]), f"name:campaign {number}"],
        )  # fmt: skip
        campaigns.append(campaign_id)
    for campaign_id, row in db.rows(
        "select id::text, to_jsonb(c) from trimtab.campaigns c where org_id = %s", [org_id]
    ):
        if row["status"] == "active" and datetime.fromisoformat(row["starts_at"]) < datetime.now(UTC) - timedelta(
            days=5
        ):
            facts[campaign_id] = publish_facts(db, org_id, campaign_id, row, today, month_start, rng)
    ledger = Ledger(db, org_id, (next_month - today).days)
    world = World(db, org_id, manager, admin, groups, campaigns, ledger, [])
    world.caps = [
        ("organization", None, "day", 700),
        ("platform", "meta", "day", 150),
        ("platform", "google", "day", 150),
        ("group", "a", "day", 250),
        ("campaign", campaigns[0], "day", 60),
    ]
    if months:
        world.caps += [("organization", None, "month", 9000), ("group", "b", "month", 4000)]
    with db.connect(admin) as person:
        for level, target, period, amount in world.caps:
            person.execute("select trimtab.set_spend_cap(%s, %s, %s, %s)", [period, amount, level, target])
    ledger.begin(facts)
    return world


def publish_facts(
    db: Database, org_id: str, campaign_id: str, row: dict[str, Any], today: date, month_start: date, rng: random.Random
) -> tuple[Fraction, Fraction, int]:
    """Daily spend of the last days, one of them missing; (this month's, all, missing days of this month)."""
    gap = today - timedelta(days=1)
    rate = Fraction(RATES[row["currency"]])
    month, ever = Fraction(0), Fraction(0)
    began = datetime.fromisoformat(row["starts_at"]).astimezone(UTC).date()
    days = [today - timedelta(days=back) for back in range(12, 0, -1)]
    for day in days:
        if day == gap or day < began - timedelta(days=1):
            continue
        spend = Decimal(rng.randint(1, 20))
        db.rows("select test.facts(%s, %s, %s, 100, 10, %s, 1, 5)", [org_id, campaign_id, day, spend])
        ever += Fraction(spend) * rate
        if day >= month_start:
            month += Fraction(spend) * rate
    return month, ever, int(gap >= month_start)


def zone_at_noon() -> str:
    """A time zone in which it is about noon, so that no day ends while the test runs."""
    shift = datetime.now(UTC).hour - 12
    return f"Etc/GMT{shift:+d}" if shift else "UTC"


# --- what happens


def change_budget(world: World, person: Connection, rng: random.Random) -> None:
    column = rng.choice(["daily_budget", "budget"])
    person.execute(
        BUDGETS[column],
        [rng.choice([0.5, 0.8, 0.95, 1.02, 1.1, 1.3, 2, 5]), rng.choice(world.campaigns)],
    )


def change_status(world: World, person: Connection, rng: random.Random) -> None:
    person.execute(
        "update trimtab.campaigns set status = %s where id = %s",
        [rng.choice(["active", "active", "paused"]), rng.choice(world.campaigns)],
    )


def change_many(world: World, person: Connection, rng: random.Random) -> None:
    person.execute(
        "update trimtab.campaigns set daily_budget = round(daily_budget * %s::numeric, 2) where platform = %s",
        [rng.choice([0.7, 1.05, 1.2]), rng.choice(list(FACTOR))],
    )


def change_twice(world: World, person: Connection, rng: random.Random) -> None:
    with person.transaction():
        for _ in range(2):
            rng.choice((change_budget, change_status, move))(world, person, rng)


def move(world: World, person: Connection, rng: random.Random) -> None:
    person.execute(
        "update trimtab.campaigns set group_id = %s where id = %s",
        [rng.choice([*world.groups, None]), rng.choice(world.campaigns)],
    )


def move_end(world: World, person: Connection, rng: random.Random) -> None:
    person.execute(
        "update trimtab.campaigns set ends_at = %s where id = %s",
        [rng.choice([None, "2090-01-01", "2091-01-01"]), rng.choice(world.campaigns)],
    )


def make_one(world: World, person: Connection, rng: random.Random) -> None:
    if rng.random() < 0.9:
        change_status(world, person, rng)
        return
    found = person.execute(
        "insert into trimtab.campaigns (title, platform, status, daily_budget, currency, group_id)"
        " values ('new', %s, 'active', %s, 'USD', %s) returning id::text",
        [rng.choice(list(FACTOR)), rng.randint(1, 30), rng.choice([*world.groups, None])],
    ).fetchone()
    assert found is not None
    if len(world.campaigns) < 40:
        world.campaigns.append(found[0])


def act(world: World, person: Connection, rng: random.Random) -> None:
    person.execute(
        "select trimtab.auto_scale_campaign(c.id, coalesce(c.budget, c.daily_budget) * 1.5, 'storm')"
        " from trimtab.campaigns c where c.id = %s and c.status = 'active'",
        [rng.choice(world.campaigns)],
    )


def take_back(_world: World, person: Connection, _rng: random.Random) -> None:
    person.execute(
        "select trimtab.rollback_action(a.id) from (select id from trimtab.autonomous_actions"
        " where status = 'executed' order by created_at desc limit 1) a"
    )


def repeatable_read(world: World, person: Connection, rng: random.Random) -> None:
    try:
        person.execute("begin isolation level repeatable read")
        change_budget(world, person, rng)
        person.execute("commit")
    except psycopg.errors.SerializationFailure:
        pass
    finally:
        if not person.closed and person.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            person.rollback()


BUDGETS = {
    column: sql.SQL(
        "update trimtab.campaigns set {0} = round({0} * %s::numeric, 2) where id = %s and {0} is not null"
    ).format(sql.Identifier(column))
    for column in ("daily_budget", "budget")
}
ACTS: list[tuple[float, Callable[[World, Connection, random.Random], None]]] = [
    (40, change_budget), (25, change_status), (4, change_many), (8, change_twice), (5, move), (4, move_end),
    (6, make_one), (5, act), (1, take_back), (2, repeatable_read),
]  # fmt: skip


def change_cap(world: World, admin: Connection, rng: random.Random) -> None:
    level, target, period, amount = rng.choice(world.caps)
    admin.execute(
        "select trimtab.set_spend_cap(%s, %s, %s, %s)", [period, round(amount * rng.uniform(0.6, 1.3)), level, target]
    )


def kill_somebody(db: Database) -> None:
    with db.connect() as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            " and backend_type = 'client backend' and pid <> pg_backend_pid() order by random() limit 1"
        )


def storm(worlds: list[World], seed: int, sessions: int, changes: int, kills: float) -> Counter[str]:
    """`changes` random changes by `sessions` sessions; how each of them ended."""
    outcomes: Counter[str] = Counter()
    surprises: list[str] = []
    counting = threading.Lock()

    def work(number: int) -> None:
        rng = random.Random(seed * 1000 + number)  # noqa: S311
        world = worlds[number % len(worlds)]
        person: Connection | None = None
        admin: Connection | None = None
        for _ in range(changes // sessions):
            outcome = "committed"
            try:
                if person is None or person.closed:
                    person = psycopg.connect(world.db.dsn(world.manager), autocommit=True)
                if rng.random() < 0.02:
                    if admin is None or admin.closed:
                        admin = psycopg.connect(world.db.dsn(world.admin), autocommit=True)
                    change_cap(world, admin, rng)
                elif rng.random() < kills:
                    kill_somebody(world.db)
                else:
                    rng.choices([act for _, act in ACTS], [weight for weight, _ in ACTS])[0](world, person, rng)
            except psycopg.errors.AdminShutdown:
                outcome = "killed"
            except psycopg.OperationalError as error:
                outcome = "killed" if error.sqlstate is None else error.sqlstate
            except psycopg.Error as error:
                outcome = error.sqlstate or "killed"
            if outcome not in {"committed", "killed", *REFUSALS}:
                surprises.append(outcome)
            with counting:
                outcomes[outcome] += 1
        for connection in (person, admin):
            if connection is not None:
                connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert surprises == []
    return outcomes


def rises(steps: list[tuple[str, str, Any]], ledger: Ledger) -> list[str]:
    """Campaigns that may spend more after these steps."""
    before = {campaign_id: campaign.state for campaign_id, campaign in ledger.campaigns.items()}
    found = []
    for campaign_id in ledger.apply(steps):
        old, new = before.get(campaign_id), ledger.campaigns[campaign_id].state
        if new.spends and (
            old is None
            or not old.spends
            or (new.daily is None and old.daily is not None) or (new.daily or 0) > (old.daily or 0) > 0
            or (new.budget is None and old.budget is not None) or (new.budget or 0) > (old.budget or 0) > 0
        ):  # fmt: skip
            found.append(campaign_id)
    return found


def put_past_the_door(world: World, title: str, currency: str, began: str) -> str:
    """An active campaign that no door has seen, as if facts or rates had gone missing under it."""
    with world.db.connect() as connection:
        connection.execute("set session_replication_role = replica")
        [(campaign_id, row)] = connection.execute(
            "insert into trimtab.campaigns"
            " (org_id, title, platform, status, daily_budget, currency, starts_at, activated_at)"
            " values (%s, %s, 'meta', 'active', 1, %s, now() - %s::interval, now() - %s::interval)"
            " returning id::text, to_jsonb(campaigns)",
            [world.org_id, title, currency, began, began],
        ).fetchall()
    world.ledger.campaigns[campaign_id] = Campaign(State.of(row))
    return str(campaign_id)


def nothing_rises(world: World, seed: int, sessions: int, changes: int) -> None:
    world.ledger.transactions()
    outcomes = storm([world], seed, sessions, changes, 0)
    assert outcomes["TT018"] > changes / 50
    for steps in world.ledger.transactions():
        assert rises(steps, world.ledger) == [], steps


def run(db: Database, *, seed: int, worlds: int, sessions: int, changes: int, kills: float) -> Counter[str]:
    made = [make_world(db, seed + number, months=number == 0) for number in range(worlds)]
    outcomes = storm(made, seed, sessions, changes, kills)
    for world in made:
        assert world.ledger.replay() == []
        # The ledger tells the same campaigns as the table, so nothing went by it.
        for campaign_id, row in db.rows(
            "select id::text, to_jsonb(c) from trimtab.campaigns c where org_id = %s", [world.org_id]
        ):
            assert world.ledger.campaigns[campaign_id].state == State.of(row)
    assert db.value("select count(*) from trimtab.envelope_checks") == 0

    world, few = made[0], max(changes // 20, 60)
    with db.connect(world.admin) as admin:
        for level, target, period, _ in world.caps:
            admin.execute("select trimtab.set_spend_cap(%s, 100000000, %s, %s)", [period, level, target])
    stale = put_past_the_door(world, "stale", "USD", "20 days")
    nothing_rises(world, seed + 100, min(sessions, 8), few)
    with db.connect() as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update trimtab.campaigns set status = 'paused', activated_at = null where id = %s", [stale])
    foreign = put_past_the_door(world, "foreign", "CHF", "1 hour")
    nothing_rises(world, seed + 200, min(sessions, 8), few)
    # Reductions stay possible, and with a rate there is room again.
    with db.connect(world.manager) as person:
        person.execute("update trimtab.campaigns set daily_budget = daily_budget / 2 where id = %s", [foreign])
        with pytest.raises(psycopg.Error) as refused:
            person.execute("update trimtab.campaigns set daily_budget = daily_budget + 0.1 where id = %s", [foreign])
        assert refused.value.sqlstate == "TT018"
        db.rows(
            "insert into trimtab.exchange_rates (from_currency, to_currency, valid_from, rate, source)"
            " values ('CHF', 'USD', '2020-01-01', 1, 'test')"
        )
        person.execute("update trimtab.campaigns set daily_budget = daily_budget + 0.1 where id = %s", [foreign])
    return outcomes


def test_a_small_storm_stays_under_every_cap(tap_db: Database) -> None:
    outcomes = run(tap_db, seed=7, worlds=1, sessions=8, changes=1000, kills=0.005)
    assert outcomes["committed"] > 300
    assert outcomes["TT018"] > 50


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_changes_of_64_sessions_stay_under_every_cap(tap_db: Database) -> None:
    outcomes = run(tap_db, seed=11, worlds=8, sessions=64, changes=100_000, kills=0.002)
    assert outcomes["committed"] > 20_000
    assert outcomes["TT018"] > 5_000
    assert outcomes["killed"] > 50


def test_the_reader_of_the_ledger_finds_a_state_above_a_cap(tap_db: Database) -> None:
    """With the check taken away the same storm is found out."""
    world = make_world(tap_db, 3, months=True)
    tap_db.rows("alter table trimtab.envelope_checks disable trigger check_envelope")
    storm([world], 3, 4, 200, 0)
    assert world.ledger.replay() != []
