"""Confidence is a probability: campaigns of known truth go through the real SQL, and what is said is counted."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from support.database import Connection, Database

Array = npt.NDArray[np.float64]

FIRST_DAY = date(2024, 3, 1)
DAYS = 30
AS_OF = f"{FIRST_DAY + timedelta(days=DAYS)} 00:00+00"


@dataclass(frozen=True)
class World:
    """What is true in a simulated organization.

    rate: mean revenue per unit of spend, spread: its coefficient of variation between campaigns, spend: mean a day and
    campaign, sale: mean value, tail: coefficient of variation of that value, shaken: variance of the day's luck.
    """

    campaigns: int
    organizations: int
    rate: float = 1.5
    spread: float = 0.6
    spend: float = 30
    sale: float = 40
    tail: float = 0.5
    shaken: float = 0
    turn: float = 0
    days: int = DAYS


WORLDS = {
    "many campaigns": World(campaigns=300, organizations=2, rate=2, spread=0.4, spend=20, tail=1),
    "middling": World(campaigns=100, organizations=5),
    "few conversions": World(campaigns=100, organizations=5, rate=1.2, spread=0.7, spend=5, sale=60),
    "heavy-tailed values": World(campaigns=100, organizations=5, tail=2.5),
    "a handful": World(campaigns=5, organizations=80, spend=12, tail=0.7),
    "restless days": World(campaigns=50, organizations=8, spend=60, sale=30, shaken=0.5),
}
HARD = {
    "one campaign": World(campaigns=1, organizations=400, spend=12, tail=0.7),
    "one campaign, a week": World(campaigns=1, organizations=400, spend=12, tail=0.7, days=7),
    "a handful, a week": World(campaigns=5, organizations=80, spend=12, tail=0.7, days=7),
    "heavy-tailed values, a week": World(campaigns=100, organizations=5, tail=2.5, days=7),
    "few conversions, a week": World(campaigns=100, organizations=5, rate=1.2, spread=0.7, spend=5, sale=60, days=7),
}


@dataclass
class Organization:
    id: str
    campaigns: list[str]
    truth: Array
    sale: Array
    change: Array


def simulate(connection: Connection, world: World, seed: int) -> list[Organization]:
    """Organizations with their facts, written as the owner of the tables."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(world.organizations):
        shape = 1 / world.spread**2
        truth = rng.gamma(shape, world.rate / shape, world.campaigns)
        level = world.spend * np.exp(rng.normal(0, 1, world.campaigns) - 0.5)
        spend = np.round(level[:, None] * rng.gamma(4, 1 / 4, (world.campaigns, world.days)), 2)
        sale = world.sale * np.exp(rng.normal(0, 0.3, world.campaigns))
        luck = rng.gamma(1 / world.shaken, world.shaken, spend.shape) if world.shaken else np.ones(spend.shape)
        change = np.exp(rng.normal(0, world.turn, world.campaigns)) if world.turn else np.ones(world.campaigns)
        rates = np.where(np.arange(world.days) >= world.days - 7, (truth * change)[:, None], truth[:, None])
        sales = rng.poisson(rates * spend * luck / sale[:, None])
        width = np.sqrt(np.log(1 + world.tail**2))
        values = np.exp(rng.normal(-(width**2) / 2, width, int(sales.sum())))
        ends = np.concatenate([[0], np.cumsum(sales.ravel())])
        sums = np.concatenate([[0], np.cumsum(values)])
        revenue = np.round((sums[ends[1:]] - sums[ends[:-1]]).reshape(sales.shape) * sale[:, None], 2)

        org = str(connection.execute("select trimtab.create_organization('Simulated', 'UTC', 'USD')").fetchone()[0])  # type: ignore[index]
        campaigns = [
            str(row[0])
            for row in connection.execute(
                "insert into trimtab.campaigns (org_id, title, currency, status, starts_at, activated_at)"
                " select %(org)s, 'Campaign ' || g, 'USD', 'active', %(start)s, %(start)s"
                " from generate_series(1, %(count)s) g returning id",
                {"org": org, "start": f"{FIRST_DAY} 00:00+00", "count": world.campaigns},
            )
        ]
        with connection.cursor().copy(
            "copy trimtab.campaign_metrics (org_id, campaign_id, grain, day, known_from, currency, impressions, clicks,"
            " spend, conversions, revenue) from stdin"
        ) as copy:
            for i, j in itertools.product(range(world.campaigns), range(world.days)):
                copy.write_row(
                    (org, campaigns[i], "day", FIRST_DAY + timedelta(days=j), 1, "USD", 1000, 10,
                     spend[i, j], int(sales[i, j]), revenue[i, j])
                )  # fmt: skip
        made.append(Organization(org, campaigns, truth, sale, change))
    return made


def ask(
    connection: Connection,
    org: Organization,
    metric: str,
    window: str,
    lower: float | None,
    upper: float | None,
    campaigns: list[str] | None = None,
    compared_with: str | None = None,
) -> list[Any]:
    """confidence_of for some or all campaigns of an organization, in order."""
    campaigns = org.campaigns if campaigns is None else campaigns
    n = len(campaigns)
    rows = connection.execute(
        "select confidence from trimtab.confidence_of(%s, %s::uuid[], %s, %s, %s::numeric[], %s::numeric[], %s,"
        " null, %s) order by ordinality",
        [org.id, campaigns, [metric] * n, [window] * n, [lower] * n, [upper] * n, AS_OF, [compared_with] * n],
    ).fetchall()
    return [row[0] for row in rows]


def calibration_error(said: Array, happened: Array, bins: int = 10) -> float:
    """Expected calibration error: mean distance of what was said from what happened, over equal bins."""
    place = np.minimum((said * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(said[place == k].mean() - happened[place == k].mean()) * (place == k).mean()
            for k in range(bins)
            if (place == k).any()
        )
    )


def brier(said: Array | float, happened: Array) -> float:
    """Brier score: mean squared distance of what was said from what happened."""
    return float(((said - happened) ** 2).mean())


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", WORLDS)
def test_confidence_is_calibrated(db: Database, name: str, seed: int) -> None:
    assert judge(db, name, WORLDS[name], seed) <= 0.05


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", HARD)
def test_the_limits_of_calibration(db: Database, name: str) -> None:
    """Where there is nearly nothing to learn from, a confidence is still worth more than the base rate."""
    assert judge(db, name, HARD[name], seed=1, each=False) <= 0.2


def judge(db: Database, name: str, world: World, seed: int, each: bool = True) -> float:
    """The calibration error in a world, after comparing its Brier score (each: of every threshold) with the base's."""
    said_by: dict[float, list[Array]] = {0.5: [], 1: [], 3: []}
    happened_by: dict[float, list[Array]] = {0.5: [], 1: [], 3: []}
    with db.connect(autocommit=False) as connection:
        for org in simulate(connection, world, seed):
            for threshold, parts in said_by.items():
                parts.append(np.array(ask(connection, org, "roi", "lifetime", None, threshold), dtype=float))
                happened_by[threshold].append((org.truth < threshold).astype(float))
        connection.rollback()
    said = np.concatenate([x for part in said_by.values() for x in part])
    happened = np.concatenate([x for part in happened_by.values() for x in part])
    error = calibration_error(said, happened)
    score, base = brier(said, happened), brier(happened.mean(), happened)
    print(f"{name}, seed {seed}: calibration error {error:.3f}, Brier score {score:.3f}, base rate's {base:.3f}")
    assert score < base
    for threshold in said_by if each else ():
        said, happened = np.concatenate(said_by[threshold]), np.concatenate(happened_by[threshold])
        if (base := brier(happened.mean(), happened)) > 0.1:  # else the score is made by one or two campaigns
            assert brier(said, happened) < base, threshold
    return error


def test_confidence_of_a_price_is_calibrated(db: Database) -> None:
    """Cost per conversion is looked at upside down: few conversions for much money make a high price likely."""
    said_parts, happened_parts = [], []
    with db.connect(autocommit=False) as connection:
        for org in simulate(connection, WORLDS["few conversions"], seed=3):
            price = org.sale / org.truth
            for threshold in (30, 60, 120):
                said_parts.append(np.array(ask(connection, org, "cpa", "lifetime", threshold, None), dtype=float))
                happened_parts.append((price > threshold).astype(float))
        connection.rollback()
    said, happened = np.concatenate(said_parts), np.concatenate(happened_parts)
    assert calibration_error(said, happened) <= 0.05
    assert brier(said, happened) < 0.8 * brier(happened.mean(), happened)


@pytest.mark.parametrize(("metric", "is_price"), [("roas", False), ("cpa", True)])
def test_confidence_of_a_change_is_calibrated(db: Database, metric: str, is_price: bool) -> None:
    """The last week against the one before: both are unsure, and so is their quotient."""
    said_parts, happened_parts = [], []
    with db.connect(autocommit=False) as connection:
        for org in simulate(connection, World(campaigns=100, organizations=5, turn=0.5), seed=4):
            change = 1 / org.change if is_price else org.change
            for threshold in (0.7, 1, 1.5):
                said_parts.append(
                    np.array(
                        ask(connection, org, metric, "last_7_days", None, threshold, None, "previous_7_days"), float
                    )
                )
                happened_parts.append((change < threshold).astype(float))
        connection.rollback()
    said, happened = np.concatenate(said_parts), np.concatenate(happened_parts)
    error = calibration_error(said, happened)
    score, base = brier(said, happened), brier(happened.mean(), happened)
    print(f"change of {metric}: calibration error {error:.3f}, Brier score {score:.3f}, base rate's {base:.3f}")
    assert error <= 0.05
    assert score < 0.8 * base


def test_the_others_lend_what_a_young_campaign_lacks(db: Database) -> None:
    """With a day of figures a campaign is judged mostly by the others; with a month by its own."""
    with db.connect(autocommit=False) as connection:
        weak, strong = (
            simulate(connection, World(campaigns=30, organizations=1, rate=rate, spread=0.2), seed=5)[0]
            for rate in (0.5, 3)
        )
        for org in (weak, strong):
            connection.execute(
                "delete from trimtab.campaign_metrics where org_id = %s and campaign_id = %s and day > %s",
                [org.id, org.campaigns[0], FIRST_DAY],
            )
            connection.execute(
                "update trimtab.campaign_metrics set spend = 40, conversions = 1, revenue = 40"
                " where org_id = %s and campaign_id = %s",
                [org.id, org.campaigns[0]],
            )
        young = [
            float(ask(connection, org, "roas", "lifetime", None, 1, org.campaigns[:1])[0]) for org in (weak, strong)
        ]
        connection.rollback()
    assert young[0] > 0.75
    assert young[1] < 0.25
