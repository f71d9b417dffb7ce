"""compute_signals(), the memo and signals_at() against the plain computation of oracle.py, over random histories."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from signals import oracle
from signals.facts import COLUMNS, publish, published
from support.database import Database

Connection = psycopg.Connection[tuple[Any, ...]]

# Zones with and without summer time, one where it begins at midnight, one with half hours; moments around changes.
SETTINGS = [
    ("UTC", "USD", datetime(2026, 3, 10, 15, 20, tzinfo=UTC)),
    ("Europe/Berlin", "EUR", datetime(2026, 3, 28, 21, 5, tzinfo=UTC)),
    ("America/New_York", "USD", datetime(2025, 11, 1, 13, 30, tzinfo=UTC)),
    ("America/Santiago", "CLP", datetime(2025, 9, 6, 12, 0, tzinfo=UTC)),
    ("America/Havana", "USD", datetime(2025, 11, 1, 11, 15, tzinfo=UTC)),
    ("Asia/Kolkata", "INR", datetime(2026, 1, 5, 20, 45, tzinfo=UTC)),
    ("Australia/Lord_Howe", "AUD", datetime(2026, 4, 4, 9, 0, tzinfo=UTC)),
]


class World:
    """An organization with campaigns, and a random stream of things that happen to it."""

    def __init__(self, connection: Connection, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.connection = connection
        self.time_zone, self.currency, self.now = SETTINGS[seed % len(SETTINGS)]
        self.rates: list[tuple[str, str, date, datetime, Fraction]] = []
        self._set_clock()
        self.org: UUID = self._value("select test.organization('Acme', %s, %s)", self.time_zone, self.currency)
        foreign = "JPY" if self.currency != "JPY" else "EUR"
        self.campaigns: dict[UUID, str] = {
            self._value("select test.campaign(%s, %s, p_currency => %s)", self.org, f"Campaign {n}", currency): currency
            for n, currency in enumerate((self.currency, self.currency, foreign, self.currency, "GBP"))
        }
        self.published: dict[int, datetime] = {}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def _value(self, query: str, *parameters: Any) -> Any:
        row = self.connection.execute(query.encode(), parameters).fetchone()
        return row[0] if row else None

    def _set_clock(self) -> None:
        self.connection.execute("select test.clock_at(%s)", [self.now])

    # --- what happens

    def step(self) -> None:
        """One random event."""
        event = self.random.choices(
            (self.publish_days, self.publish_hours, self.pass_time, self.record_rate, self.refresh, self.move),
            (8, 5, 6, 2, 5, 0.3),
        )[0]
        event()

    def publish_days(self) -> None:
        """Some days of some campaigns, new or restated; also long ago, tomorrow, and with measures missing."""
        rows = []
        for campaign in self.random.sample([*self.campaigns], self.random.randint(1, 3)):
            missing = [column for column in COLUMNS if self.random.random() < (0.6 if column in COLUMNS[5:] else 0.15)]
            first = self.random.choice((-1, 0, 0, 1, 2, 5, 20, 58, 200))
            for back in range(first, first + self.random.choice((1, 2, 9, 40))):
                if self.random.random() < 0.1:
                    missing = self.random.sample(COLUMNS, 4)
                rows.append((campaign, self.today - timedelta(days=back), None, *self._measures(missing)))
        self._publish(rows)

    def publish_hours(self) -> None:
        """Some of the last hours of a campaign."""
        campaign = self.random.choice([*self.campaigns])
        start = oracle.hour_start(self.now, self.zone) - timedelta(hours=self.random.choice((0, 1, 3, 30, 60)))
        rows = [
            (campaign, None, hour, *self._measures([column for column in COLUMNS if self.random.random() < 0.2]))
            for hour in (start - timedelta(hours=n) for n in range(self.random.randint(1, 30)))
            if self.random.random() < 0.8
        ]
        self._publish(rows)

    def _measures(self, missing: list[str]) -> list[Any]:
        rng = self.random
        values: dict[str, Any] = {
            "impressions": rng.choice((0, rng.randint(1, 100_000))),
            "clicks": rng.choice((0, rng.randint(0, 900))),
            "spend": Decimal(rng.choice((0, rng.randint(0, 100_000)))) / 100,
            "conversions": Decimal(rng.choice((0, rng.randint(0, 400)))) / 10,
            "revenue": Decimal(rng.choice((0, rng.randint(0, 300_000)))) / 100,
            "likes": rng.randint(0, 50),
            "shares": rng.randint(0, 9),
            "comments": rng.randint(0, 9),
            "reach": rng.randint(0, 40_000),
        }
        return [None if column in missing else values[column] for column in COLUMNS]

    def _publish(self, rows: list[tuple[Any, ...]]) -> None:
        revision = publish(self.connection, self.org, rows)
        if revision is not None:
            self.published[revision] = self.now

    def pass_time(self) -> None:
        """A few minutes, hours or days go by."""
        self.now += timedelta(minutes=self.random.choice((7, 50, 60, 6 * 60, 24 * 60, 9 * 24 * 60)))
        self._set_clock()

    def record_rate(self) -> None:
        """A rate of one of the foreign currencies, in either direction, from some day on."""
        pair = [self.random.choice(("JPY", "EUR", "GBP")), self.currency]
        if pair[0] == pair[1]:
            return
        self.random.shuffle(pair)
        rate = Decimal(self.random.randint(1, 40_000)) / 1000
        day = self.today - timedelta(days=self.random.choice((0, 3, 12, 90, 400)))
        if any(known[:4] == (*pair, day, self.now) for known in self.rates):
            return
        self._value(
            "select trimtab.record_exchange_rates(jsonb_build_array(jsonb_build_object("
            "'from', %s::text, 'to', %s::text, 'day', %s::text, 'rate', %s::text)), 'test')",
            *pair, day, rate,
        )
        self.rates.append((pair[0], pair[1], day, self.now, Fraction(rate)))

    def refresh(self) -> None:
        """The memo is brought up to date; a second time there is nothing to do."""
        self.connection.execute("select trimtab.refresh_signals(%s)", [self.org])
        assert self._value("select trimtab.refresh_signals(%s)", self.org) == 0

    def move(self) -> None:
        """The organization changes its currency."""
        self.currency = self.random.choice(("EUR", "USD", "GBP"))
        self.connection.execute(
            "update trimtab.organizations set currency = %s where org_id = %s", [self.currency, self.org]
        )

    # --- what should be

    def rate(self, known: int | None, as_of: datetime) -> oracle.Rate:
        known_at = None
        if known is not None:
            until = [at for revision, at in self.published.items() if revision <= known]
            known_at = max([*until, as_of])

        def lookup(source: str, target: str, day: date) -> Fraction | None:
            best: tuple[date, int, datetime, Fraction] | None = None
            for a, b, valid_from, recorded_at, rate in self.rates:
                if valid_from > day or (known_at is not None and recorded_at > known_at):
                    continue
                if (a, b) == (source, target):
                    found = (valid_from, 1, recorded_at, rate)
                elif (b, a) == (source, target):
                    found = (valid_from, 0, recorded_at, 1 / rate)
                else:
                    continue
                if best is None or found[:3] > best[:3]:
                    best = found
            return best[3] if best else None

        return lookup

    def check(self, as_of: datetime, known: int | None = None) -> None:
        """compute_signals() says what the oracle says."""
        facts = published(self.connection, self.org, self.campaigns)
        rows = self.connection.execute(
            "select campaign_id, signals, first_day, facts_end_at, facts_revision, valid_until"
            " from trimtab.compute_signals(%s, null, %s, %s)",
            [self.org, as_of, known],
        ).fetchall()
        assert {row[0] for row in rows} == set(self.campaigns)
        assert len(rows) == len(self.campaigns)
        for campaign, signals, first_day, facts_end_at, facts_revision, valid_until in rows:
            rate = self.rate(known, as_of)
            expected = oracle.answer(facts[campaign], as_of, self.time_zone, self.currency, rate, known)
            names = [(metric, window) for metric in oracle.METRICS for window in oracle.WINDOWS]
            assert len(signals) == len(names)
            for name, found, wanted in zip(names, signals, expected.signals, strict=True):
                assert _equal(found, wanted), (name, found, wanted and float(wanted), campaign, as_of, known)
            assert (first_day, facts_end_at, facts_revision, valid_until) == (
                expected.first_day, expected.facts_end_at, expected.facts_revision, expected.valid_until,
            ), (campaign, as_of, known)

    def check_memo(self) -> None:
        """What is read is what a full recomputation gives, whatever state the memo is in."""
        assert self._value(
            "select count(*) from (table_a except table_b union all table_b except table_a) difference".replace(
                "table_a", "(select * from trimtab.signals_at(%(org)s))"
            ).replace("table_b", "(select * from trimtab.compute_signals(%(org)s))").replace("%(org)s", f"'{self.org}'")
        ) == 0
        assert self._value("select count(*) from trimtab.signals_at(%s)", self.org) == len(self.campaigns)
        assert self._value(
            "select count(*) from (select * from trimtab.signals_at(%(org)s) except"
            " select * from trimtab.signals_at(%(org)s, p_known => o.knowledge_revision)) s".replace(
                "o.knowledge_revision", f"{max(self.published, default=0)}"
            ).replace("%(org)s", f"'{self.org}'")
        ) == 0


def _equal(found: Decimal | None, wanted: Fraction | None) -> bool:
    if found is None or wanted is None:
        return found is None and wanted is None
    difference = abs(Fraction(found) - wanted)
    return difference <= abs(wanted) / 10**12 or difference < Fraction(1, 10**15)


@pytest.fixture
def connection(tap_db: Database) -> Iterator[Connection]:
    with tap_db.connect(autocommit=True) as connection:
        connection.execute("set timezone to 'UTC'")
        yield connection


def fly(connection: Connection, seed: int, steps: int) -> None:
    world = World(connection, seed)
    moments: list[tuple[datetime, int]] = []
    for _ in range(steps):
        world.step()
        world.check_memo()
        moments.append((world.now, max(world.published, default=0)))
        if world.random.random() < 0.3:
            world.check(world.now)
            # What was known earlier, at the moment of then and at the present one.
            then, known = world.random.choice(moments)
            world.check(then, known)
            world.check(world.now, known)
            world.check(then)
    assert len(world.published) > 3


@pytest.mark.parametrize("seed", range(len(SETTINGS)))
def test_signals_equal_the_plain_computation(connection: Connection, seed: int) -> None:
    fly(connection, seed, steps=25)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(100, 128))
def test_signals_equal_the_plain_computation_for_long(connection: Connection, seed: int) -> None:
    fly(connection, seed, steps=150)
