"""Simulated organizations with known disturbances, for judging the detector of anomalies, and a plain z-score beside it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from detection.facts import make_organization, write_facts
from support.database import Connection

Array = npt.NDArray[np.float64]
Change = Callable[[dict[str, Array], int], None]

FIRST_DAY = date(2024, 2, 5)
DAYS = 60
AS_OF = datetime(2024, 2, 5, 6, tzinfo=UTC) + timedelta(days=DAYS)
MEASURES = ("impressions", "clicks", "spend", "conversions", "revenue")
CAMPAIGNS = 40
DISTURBED = 4
# By hour: the night is quiet.
DAY_PROFILE = 1 + 0.8 * np.sin((np.arange(24) - 9) * np.pi / 12)


@dataclass
class World:
    """An organization: its campaigns and their figures by measure, campaigns × days (or hours)."""

    org: str
    campaigns: list[str]
    figures: dict[str, Array]


def draw(rng: np.random.Generator, campaigns: int, days: int, hourly: bool = False) -> dict[str, Array]:
    """Figures as life makes them: sizes of all kinds, weekdays, trends, days that are better for all, and overdispersion."""
    shape = (campaigns, days)
    size = np.exp(rng.normal(9.2, 1.2, campaigns))[:, None]
    weekday = np.array([1.05, 1.1, 1.1, 1.05, 1.0, 0.8, 0.75])[np.arange(days) % 7]
    own = np.exp(rng.normal(0, 0.08, (campaigns, 7)))[:, np.arange(days) % 7]
    trend = np.exp(np.outer(rng.normal(0, 0.005, campaigns), np.arange(days) - days))
    common = np.exp(rng.normal(0, 0.05, days))
    noise = rng.uniform(0.06, 0.22, campaigns)[:, None]

    def shaken(scale: float) -> Array:
        return rng.gamma(1 / (noise * scale) ** 2, (noise * scale) ** 2, shape)

    mean = size * weekday * own * trend * common * shaken(1)
    rate = {
        "clicks": rng.uniform(0.006, 0.03, campaigns)[:, None] * shaken(0.5),
        "conversions": rng.uniform(0.01, 0.08, campaigns)[:, None] * shaken(0.7),
        "price": rng.uniform(0.3, 1.5, campaigns)[:, None] * shaken(0.5),
        "sale": rng.uniform(20, 80, campaigns)[:, None],
    }
    if hourly:
        mean = np.repeat(mean / 24, 24, axis=1) * np.tile(DAY_PROFILE, days) * rng.gamma(25, 1 / 25, (campaigns, days * 24))
        rate = {name: np.broadcast_to(np.repeat(value, 24, axis=1) if value.shape == shape else value, mean.shape) for name, value in rate.items()}
    impressions = rng.poisson(mean).astype(float)
    clicks = rng.poisson(impressions * rate["clicks"]).astype(float)
    conversions = rng.poisson(clicks * rate["conversions"]).astype(float)
    return {
        "impressions": impressions,
        "clicks": clicks,
        "spend": np.round(clicks * rate["price"], 2),
        "conversions": conversions,
        "revenue": np.round(conversions * rate["sale"] * np.exp(rng.normal(0, 0.4, conversions.shape) / np.sqrt(np.maximum(conversions, 1))), 2),
    }


def store(connection: Connection, figures: dict[str, Array], hourly: bool = False, platform: str = "meta") -> World:
    """A new organization with these figures as its facts, known at once."""
    org = make_organization(connection)
    count, length = figures["impressions"].shape
    campaigns = [
        str(row[0])
        for row in connection.execute(
            "insert into trimtab.campaigns (org_id, title, platform, currency, status, starts_at, activated_at)"
            " select %s, 'Campaign ' || g, %s, 'USD', 'active', '2020-01-01', '2020-01-01' from generate_series(1, %s) g"
            " returning id",
            [org, platform, count],
        )
    ]
    write_facts(connection, org, rows_of(campaigns, figures, length, hourly))
    return World(org, campaigns, figures)


def rows_of(campaigns: list[str], figures: dict[str, Array], length: int, hourly: bool) -> list[dict[str, Any]]:
    rows = []
    for i, campaign in enumerate(campaigns):
        for j in range(length):
            day = FIRST_DAY + timedelta(days=j // 24 if hourly else j)
            row: dict[str, Any] = {"campaign_id": campaign, "day": day}
            for name in MEASURES:
                value = figures[name][i, j]
                row[name] = round(float(value), 2) if name in ("spend", "revenue") else int(value)
            if hourly:
                row |= {"grain": "hour", "hour": datetime(day.year, day.month, day.day, j % 24, tzinfo=UTC)}
            rows.append(row)
    return rows


def scaled(factor: float, last: int, *names: str) -> Change:
    """A disturbance: the measures times a factor on the last days (hours)."""

    def change(figures: dict[str, Array], campaign: int) -> None:
        for name in names:
            value = figures[name][campaign, -last:] * factor
            figures[name][campaign, -last:] = np.round(value, 2) if name in ("spend", "revenue") else np.round(value)

    return change


ALL = MEASURES
# Kind and size of a disturbance, what it does, and the metrics of which one must be found.
KINDS: dict[str, tuple[Change, set[str]]] = {
    "spend × 1.5 for a day": (scaled(1.5, 1, "spend"), {"spend", "cpc"}),
    "spend × 2 for a day": (scaled(2, 1, "spend"), {"spend", "cpc"}),
    "spend × 4 for a day": (scaled(4, 1, "spend"), {"spend", "cpc"}),
    "all volume × 2 for a day": (scaled(2, 1, *ALL), {"impressions", "spend", "clicks"}),
    "all volume × 4 for a day": (scaled(4, 1, *ALL), {"impressions", "spend", "clicks"}),
    "all volume × 0.5 for a day": (scaled(0.5, 1, *ALL), {"impressions", "spend", "clicks"}),
    "all volume × 0.2 for a day": (scaled(0.2, 1, *ALL), {"impressions", "spend", "clicks"}),
    "delivery stops for a day": (scaled(0, 1, *ALL), {"impressions"}),
    "all volume × 1.4 for 7 days": (scaled(1.4, 7, *ALL), {"impressions", "spend", "clicks"}),
    "all volume × 0.7 for 7 days": (scaled(0.7, 7, *ALL), {"impressions", "spend", "clicks"}),
    "all volume × 2 for 3 days": (scaled(2, 3, *ALL), {"impressions", "spend", "clicks"}),
    "CTR × 0.5 for a day": (scaled(0.5, 1, "clicks", "conversions", "revenue"), {"ctr", "clicks"}),
    "CTR × 2 for a day": (scaled(2, 1, "clicks", "conversions", "revenue"), {"ctr", "clicks"}),
    "conversion rate × 0.3 for 3 days": (scaled(0.3, 3, "conversions", "revenue"), {"conversion_rate", "conversions", "cpa"}),
    "conversion rate × 0.5 for 7 days": (scaled(0.5, 7, "conversions", "revenue"), {"conversion_rate", "conversions", "cpa"}),
    "conversion rate × 2 for 7 days": (scaled(2, 7, "conversions", "revenue"), {"conversion_rate", "conversions", "cpa"}),
    "no conversions for 3 days": (scaled(0, 3, "conversions", "revenue"), {"conversion_rate", "conversions", "cpa"}),
}


def plain_z_scores(figures: dict[str, Array], days: int = 28) -> dict[str, Array]:
    """The usual way: distance of the last day from the mean of the 28 days before in their standard deviations, by metric."""
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
