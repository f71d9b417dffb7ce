"""Audiences and hours of the day: how often a weak one is found, and an equal one accused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from detection.facts import make_campaign, make_organization, write_facts
from support.database import Connection, Database

FIRST_DAY = date(2024, 3, 1)
AS_OF = "2024-03-31 06:00+00"


def campaigns_with_audiences(connection: Connection, times: int, factor: float, seed: int) -> str:
    """Campaigns with five audiences of unlike size, of which one earns so many times what the others do."""
    rng = np.random.default_rng(seed)
    org = make_organization(connection)
    rows = []
    for number in range(times):
        campaign = make_campaign(connection, org, f"Campaign {number}", start="2024-03-01 00:00+00")
        share = rng.dirichlet([4] * 5)
        # The odd one is of middling size, so that it matters and is not the campaign itself.
        odd = int(np.argsort(share)[2])
        for day in range(30):
            spend = 60 * share * rng.gamma(6, 1 / 6, 5)
            sales = rng.poisson(spend / 12 * np.where(np.arange(5) == odd, factor, 1))
            revenue = np.array([rng.gamma(2, 10, count).sum() for count in sales])
            when = FIRST_DAY + timedelta(days=day)
            rows += [
                {
                    "campaign_id": campaign, "day": when, "grain": "breakdown", "dimension": "audience",
                    "subject": f"Audience {i}", "impressions": 1000, "clicks": 20, "spend": round(float(spend[i]), 2),
                    "conversions": int(sales[i]), "revenue": round(float(revenue[i]), 2),
                }
                for i in range(5)
            ]  # fmt: skip
            rows.append(
                {
                    "campaign_id": campaign, "day": when, "impressions": 5000, "clicks": 100,
                    "spend": round(float(spend.sum()), 2), "conversions": int(sales.sum()),
                    "revenue": round(float(revenue.sum()), 2),
                }
            )  # fmt: skip
    write_facts(connection, org, rows)
    return org


def campaigns_with_hours(connection: Connection, times: int, factor: float, seed: int) -> str:
    """Campaigns whose eight hours from midnight on earn so many times what the others do."""
    rng = np.random.default_rng(seed)
    org = make_organization(connection)
    rows = []
    for number in range(times):
        campaign = make_campaign(connection, org, f"Campaign {number}", start="2024-03-01 00:00+00")
        for day in range(2, 30):
            when = FIRST_DAY + timedelta(days=day)
            spend = 3 * rng.gamma(6, 1 / 6, 24)
            sales = rng.poisson(spend / 12 * np.where(np.arange(24) < 8, factor, 1))
            revenue = np.array([rng.gamma(2, 10, count).sum() for count in sales])
            figures = {"campaign_id": campaign, "day": when}
            rows += [
                figures | {
                    "grain": "hour", "hour": datetime(when.year, when.month, when.day, hour, tzinfo=UTC),
                    "impressions": 200, "clicks": 4, "spend": round(float(spend[hour]), 2),
                    "conversions": int(sales[hour]), "revenue": round(float(revenue[hour]), 2),
                }
                for hour in range(24)
            ]  # fmt: skip
            rows.append(
                figures | {
                    "impressions": 4800, "clicks": 96, "spend": round(float(spend.sum()), 2),
                    "conversions": int(sales.sum()), "revenue": round(float(revenue.sum()), 2),
                }
            )  # fmt: skip
    write_facts(connection, org, rows)
    return org


@pytest.mark.parametrize(("factor", "least", "most"), [(1, 0, 0.08), (0.8, 0, 0.15), (0.15, 0.8, 1)])
def test_audiences(db: Database, factor: float, least: float, most: float) -> None:
    with db.connect(autocommit=False) as connection:
        org = campaigns_with_audiences(connection, times=80, factor=factor, seed=1)
        row = connection.execute(
            "select count(distinct campaign_id) / 80.0 from trimtab.find_audience_mismatch(%s, %s)", [org, AS_OF]
        ).fetchone()
    assert row is not None
    print(f"an audience that earns {factor} times as much: found in {row[0]:.0%} of campaigns")
    assert least <= row[0] <= most


@pytest.mark.parametrize(("factor", "least", "most"), [(1, 0, 0.05), (0.8, 0, 0.1), (0.15, 0.65, 1)])
def test_hours(db: Database, factor: float, least: float, most: float) -> None:
    with db.connect(autocommit=False) as connection:
        org = campaigns_with_hours(connection, times=60, factor=factor, seed=2)
        rows = connection.execute(
            "select evidence -> 'hours' from trimtab.find_timing_optimization(%s, %s)", [org, AS_OF]
        ).fetchall()
    print(f"hours that earn {factor} times as much: found in {len(rows) / 60:.0%} of campaigns")
    assert least <= len(rows) / 60 <= most
    if factor < 0.5:
        named = [len({*hours} & {*range(8)}) for (hours,) in rows]
        assert np.mean(named) >= 6, "most of the eight weak hours are named"
