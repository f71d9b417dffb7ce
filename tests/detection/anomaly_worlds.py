"""Simulated organizations with known disturbances, for judging the detector of anomalies, and the plain z-score."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from detection.facts import make_organization, write_facts
from support.database import Connection

Array = npt.NDArray[np.float64]

FIRST_DAY = date(2024, 2, 5)
DAYS = 60
AS_OF = datetime(2024, 2, 5, 6, tzinfo=UTC) + timedelta(days=DAYS)
HOURS = 36 * 24 + 15
AS_OF_HOURS = datetime(2024, 2, 5, tzinfo=UTC) + timedelta(hours=HOURS)
MEASURES = ("impressions", "clicks", "spend", "conversions", "revenue")
SALES = ("conversions", "revenue")
CAMPAIGNS = 40
DISTURBED = 4
# The night is quiet.
BY_HOUR = 1 + 0.8 * np.sin((np.arange(24) - 9) * np.pi / 12)


@dataclass
class World:
    """An organization, its campaigns, and their figures by measure: campaigns by days (or hours)."""

    org: str
    campaigns: list[str]
    figures: dict[str, Array]


@dataclass(frozen=True)
class Disturbance:
    """Measures times a factor in the last days (hours); one of the metrics must be found."""

    name: str
    factor: float
    last: int
    measures: tuple[str, ...]
    metrics: frozenset[str]

    def happen(self, figures: dict[str, Array], campaign: int) -> None:
        for measure in self.measures:
            value = figures[measure][campaign, -self.last :] * self.factor
            figures[measure][campaign, -self.last :] = np.round(value, 2 if measure in ("spend", "revenue") else 0)


def _kinds() -> Iterator[Disturbance]:
    volume = frozenset({"impressions", "spend", "clicks"})
    for factor in (1.5, 2, 4):
        yield Disturbance(f"spend x {factor}, a day", factor, 1, ("spend",), frozenset({"spend", "cpc"}))
    for factor in (2, 4, 0.5, 0.2):
        yield Disturbance(f"all volume x {factor}, a day", factor, 1, MEASURES, volume)
    yield Disturbance("delivery stops, a day", 0, 1, MEASURES, volume)
    yield Disturbance("all volume x 2, 3 days", 2, 3, MEASURES, volume)
    for factor in (1.4, 0.7):
        yield Disturbance(f"all volume x {factor}, 7 days", factor, 7, MEASURES, volume)
    for factor in (0.5, 2):
        yield Disturbance(f"CTR x {factor}, a day", factor, 1, ("clicks", *SALES), frozenset({"ctr", "clicks"}))
    rates = frozenset({"conversion_rate", "conversions", "cpa"})
    for factor, last in ((0, 3), (0.3, 3), (0.5, 7), (2, 7)):
        yield Disturbance(f"conversion rate x {factor}, {last} days", factor, last, SALES, rates)


KINDS = tuple(_kinds())
HOURLY_KINDS = (
    Disturbance("delivery stops, 3 hours", 0, 3, MEASURES, frozenset({"impressions"})),
    Disturbance("spend x 4, 3 hours", 4, 3, ("spend",), frozenset({"spend", "cpc"})),
    Disturbance("all volume x 3, 3 hours", 3, 3, MEASURES, frozenset({"impressions", "spend", "clicks"})),
)


def draw(
    rng: np.random.Generator, campaigns: int = CAMPAIGNS, days: int = DAYS, hourly: bool = False
) -> dict[str, Array]:
    """Figures as life makes them: all sizes, weekdays, trends, days better for all, more noise than counting."""
    shape = (campaigns, days)
    weekday = np.array([1.05, 1.1, 1.1, 1.05, 1.0, 0.8, 0.75])[np.arange(days) % 7]
    own = np.exp(rng.normal(0, 0.08, (campaigns, 7)))[:, np.arange(days) % 7]
    trend = np.exp(np.outer(rng.normal(0, 0.005, campaigns), np.arange(days) - days))
    noise = rng.uniform(0.06, 0.22, campaigns)[:, None]

    def shaken(scale: float) -> Array:
        return rng.gamma(1 / (noise * scale) ** 2, (noise * scale) ** 2, shape)

    size = np.exp(rng.normal(9.2, 1.2, campaigns))[:, None] * np.exp(rng.normal(0, 0.05, days))
    mean = size * weekday * own * trend * shaken(1)
    rates = [
        rng.uniform(0.006, 0.03, campaigns)[:, None] * shaken(0.5),
        rng.uniform(0.01, 0.08, campaigns)[:, None] * shaken(0.7),
        rng.uniform(0.3, 1.5, campaigns)[:, None] * shaken(0.5),
    ]
    sale = rng.uniform(20, 80, campaigns)[:, None]
    if hourly:
        mean = np.repeat(mean / 24, 24, axis=1) * np.tile(BY_HOUR, days)
        mean = (mean * rng.gamma(25, 1 / 25, mean.shape))[:, :HOURS]
        rates = [np.repeat(rate, 24, axis=1)[:, :HOURS] for rate in rates]
    impressions = rng.poisson(mean).astype(float)
    clicks = rng.poisson(impressions * rates[0]).astype(float)
    conversions = rng.poisson(clicks * rates[1]).astype(float)
    luck = np.exp(rng.normal(0, 0.4, conversions.shape) / np.sqrt(np.maximum(conversions, 1)))
    return {
        "impressions": impressions,
        "clicks": clicks,
        "spend": np.round(clicks * rates[2], 2),
        "conversions": conversions,
        "revenue": np.round(conversions * sale * luck, 2),
    }


def store(connection: Connection, figures: dict[str, Array], hourly: bool = False) -> World:
    """A new organization with these figures as its facts."""
    org = make_organization(connection)
    count, length = figures["impressions"].shape
    campaigns = [
        str(row[0])
        for row in connection.execute(
            "insert into trimtab.campaigns (org_id, title, platform, currency, status, starts_at, activated_at)"
            " select %s, 'Campaign ' || g, 'meta', 'USD', 'active', '2020-01-01', '2020-01-01'"
            " from generate_series(1, %s) g returning id",
            [org, count],
        )
    ]

    def rows() -> Iterator[dict[str, Any]]:
        for i, campaign in enumerate(campaigns):
            for j in range(length):
                day = FIRST_DAY + timedelta(days=j // 24 if hourly else j)
                row: dict[str, Any] = {"campaign_id": campaign, "day": day}
                row |= {name: round(float(figures[name][i, j]), 2) for name in ("spend", "revenue")}
                row |= {name: int(figures[name][i, j]) for name in ("impressions", "clicks", "conversions")}
                if hourly:
                    row |= {"grain": "hour", "hour": datetime(day.year, day.month, day.day, j % 24, tzinfo=UTC)}
                yield row

    write_facts(connection, org, rows())
    return World(org, campaigns, figures)


def plain_z_scores(figures: dict[str, Array], days: int = 28) -> dict[str, Array]:
    """The usual way: how many standard deviations of the 28 days before the last day is from their mean, by metric."""
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        f = figures
        metrics = {name: f[name] for name in MEASURES} | {
            "ctr": f["clicks"] / f["impressions"], "conversion_rate": f["conversions"] / f["clicks"],
            "cpc": f["spend"] / f["clicks"], "cpa": f["spend"] / f["conversions"], "roas": f["revenue"] / f["spend"],
        }  # fmt: skip
        scores = {}
        for name, value in metrics.items():
            known = np.where(np.isfinite(value), value, np.nan)
            before = known[:, -days - 1 : -1]
            z = (known[:, -1] - np.nanmean(before, axis=1)) / np.nanstd(before, axis=1, ddof=1)
            scores[name] = np.where(np.isfinite(z), np.abs(z), 0)
    return scores
