"""Creative fatigue on click-through curves of many shapes: how often a worn-out one is found, and a good one accused.

The figures in docs/detection/creative_fatigue.md are what `make soak` prints here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pytest
from detection.facts import make_campaign, make_organization, write_facts
from support.database import Connection, Database

Array = npt.NDArray[np.float64]
Curve = Callable[[Array], Array]

FIRST_DAY = date(2024, 3, 1)


def flat(t: Array) -> Array:
    return np.ones_like(t)


@dataclass(frozen=True)
class Life:
    """How a creative fares: curve of its rate over its life (0 to 1), days, impressions a day, and what disturbs it.

    growth: volume at the end over that at the beginning; shaken: variance of the day's luck; week: swing of the week;
    memory, drift: a slow wandering of the rate (autoregression and its step).
    """

    curve: Curve = flat
    days: int = 45
    impressions: float = 5000
    rate: float = 0.01
    growth: float = 1
    spikes: bool = False
    shaken: float = 0.03
    week: float = 0
    memory: float = 0
    drift: float = 0


WORN_OUT = {
    "halves exponentially": Life(lambda t: np.exp(-np.log(2) * t)),
    "falls to a third": Life(lambda t: np.exp(-1.05 * t)),
    "halves in a line": Life(lambda t: 1 - 0.5 * t),
    "holds, then falls to 40 %": Life(lambda t: np.where(t < 0.5, 1, 1 - 1.2 * (t - 0.5))),
    "rises, then halves": Life(lambda t: np.interp(t, [0, 0.2, 1], [0.7, 1, 0.5])),
    "drops by 35 % at half time": Life(lambda t: np.where(t < 0.5, 1, 0.65)),
    "halves in 20 days": Life(lambda t: 1 - 0.5 * t, days=20),
    "halves with little volume": Life(lambda t: 1 - 0.5 * t, impressions=1000),
    "halves while it grows": Life(lambda t: 1 - 0.5 * t, growth=6),
    "halves with a wandering rate": Life(lambda t: 1 - 0.5 * t, memory=0.5, drift=0.05),
}
GOOD = {
    "steady": Life(),
    "steady, nothing but chance": Life(shaken=0),
    "restless days": Life(shaken=0.1),
    "weekly rhythm": Life(week=0.25),
    "little volume": Life(impressions=600),
    "growing": Life(growth=8),
    "running out": Life(growth=0.1),
    "now and then much": Life(spikes=True),
    "a good first day": Life(lambda t: 1 + 0.5 * np.exp(-t * 40)),
    "twenty days": Life(days=20),
    "loses a tenth": Life(lambda t: 1 - 0.1 * t),
    "wandering rate": Life(memory=0.7, drift=0.12),
}


def live(life: Life, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Impressions and clicks a day."""
    t = np.arange(life.days) / (life.days - 1)
    volume = life.impressions * np.exp(rng.normal(0, 0.4, life.days)) * life.growth ** (t - 0.5)
    if life.spikes:
        volume *= np.where(rng.random(life.days) < 0.3, 4, 0.5)
    wandering = np.zeros(life.days)
    for day in range(1, life.days):
        wandering[day] = life.memory * wandering[day - 1] + rng.normal(0, life.drift)
    rate = (
        life.rate * life.curve(t) * np.exp(wandering) * (1 + life.week * np.sin(2 * np.pi * np.arange(life.days) / 7))
    )
    if life.shaken:
        rate = rate * rng.gamma(1 / life.shaken, life.shaken, life.days)
    impressions = volume.astype(np.int64)
    return impressions, rng.poisson(impressions * rate)


def found_share(connection: Connection, life: Life, times: int, seed: int) -> float:
    """In how many of so many lives fatigue is found."""
    rng = np.random.default_rng(seed)
    org = make_organization(connection)
    campaign = make_campaign(connection, org, "Campaign", start=f"{FIRST_DAY} 00:00+00")
    rows = []
    for number in range(times):
        impressions, clicks = live(life, rng)
        rows += [
            {
                "campaign_id": campaign, "grain": "breakdown", "dimension": "creative", "subject": f"Spot {number}",
                "day": FIRST_DAY + timedelta(days=day),
                "impressions": int(impressions[day]), "clicks": int(clicks[day]),
            }
            for day in range(life.days)
        ]  # fmt: skip
    write_facts(connection, org, rows)
    found = connection.execute(
        "select count(distinct subject) from trimtab.find_creative_fatigue(%s, %s)",
        [org, f"{FIRST_DAY + timedelta(days=life.days)} 06:00+00"],
    ).fetchone()
    assert found is not None
    return float(found[0]) / times


@pytest.mark.parametrize("name", ["halves exponentially", "holds, then falls to 40 %", "halves in 20 days"])
def test_worn_out_creatives_are_found(db: Database, name: str) -> None:
    with db.connect(autocommit=False) as connection:
        assert found_share(connection, WORN_OUT[name], times=60, seed=1) >= 0.75


@pytest.mark.parametrize("name", ["steady", "weekly rhythm", "growing", "a good first day"])
def test_good_creatives_are_left_alone(db: Database, name: str) -> None:
    with db.connect(autocommit=False) as connection:
        assert found_share(connection, GOOD[name], times=100, seed=2) <= 0.03


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_rates_over_all_shapes(db: Database) -> None:
    """Of worn-out creatives at least three quarters are found in each shape; of good ones at most 5 % are accused."""
    with db.connect(autocommit=False) as connection:
        hits = {name: found_share(connection, life, times=400, seed=3) for name, life in WORN_OUT.items()}
        alarms = {name: found_share(connection, life, times=400, seed=4) for name, life in GOOD.items()}
    for name, share in (hits | alarms).items():
        print(f"{name:30} {100 * share:5.1f} %")
    assert min(hits.values()) >= 0.75
    assert max(alarms.values()) <= 0.05
    assert np.mean(list(hits.values())) >= 0.9
    assert np.mean(list(alarms.values())) <= 0.015
