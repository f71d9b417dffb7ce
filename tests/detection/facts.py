"""Facts written straight into the tables, for tests that are about detection and not about imports."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.database import Connection

Row = tuple[Any, ...]

COLUMNS = ("impressions", "clicks", "spend", "conversions", "revenue")


def data_file(name: str) -> Path:
    """A file of the shared test data; the test is skipped where that is not there."""
    folder = os.environ.get("TRIMTAB_TEST_DATA")
    path = (Path(folder) if folder else Path(__file__).resolve().parents[3] / "shared" / "data") / name
    if not path.exists():
        pytest.skip(f"{path} is not there (TRIMTAB_TEST_DATA names the folder)")
    return path


def make_organization(connection: Connection, currency: str = "USD", time_zone: str = "UTC") -> str:
    row = connection.execute("select trimtab.create_organization('Acme', %s, %s)", [time_zone, currency]).fetchone()
    assert row is not None
    return str(row[0])


def make_campaign(
    connection: Connection, org: str, title: str, currency: str = "USD", start: str = "2020-01-01"
) -> str:
    row = connection.execute(
        "insert into trimtab.campaigns (org_id, title, currency, status, starts_at, activated_at)"
        " values (%s, %s, %s, 'active', %s, %s) returning id",
        [org, title, currency, start, start],
    ).fetchone()
    assert row is not None
    return str(row[0])


def write_facts(connection: Connection, org: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows with campaign_id and day, perhaps grain, dimension, subject, hour, currency, and any measures."""
    names = ("campaign_id", "grain", "dimension", "subject", "day", "hour", "currency", *COLUMNS)
    with connection.cursor().copy(
        "copy trimtab.campaign_metrics (org_id, campaign_id, grain, dimension, subject, day, hour, currency,"
        " impressions, clicks, spend, conversions, revenue, known_from) from stdin"
    ) as copy:
        for row in rows:
            full = {"grain": "day", "dimension": "", "subject": "", "hour": "-infinity", "currency": "USD"} | dict(row)
            copy.write_row((org, *(full.get(name) for name in names), 1))


def load_tiktok(connection: Connection) -> tuple[str, dict[str, str]]:
    """The anonymised TikTok export, one campaign an ad: the organization, and the title of each campaign by id."""
    org = make_organization(connection, "IDR", "Asia/Jakarta")
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    with data_file("tiktok_ads_daily_anonymised.csv").open() as file:
        for line in csv.DictReader(file):
            figures = sums[line["Ad Name"], line["Date"]]
            for i, name in enumerate(("Impression", "Clicks (Destination)", "Cost", "Conversions")):
                figures[i] += int(line[name])
    campaigns = {ad: make_campaign(connection, org, ad, "IDR", "2023-06-24") for ad in sorted({ad for ad, _ in sums})}
    write_facts(
        connection,
        org,
        (
            {"campaign_id": campaigns[ad], "day": day, "currency": "IDR"} | dict(zip(COLUMNS[:4], figures, strict=True))
            for (ad, day), figures in sums.items()
        ),
    )
    return org, {campaign: ad for ad, campaign in campaigns.items()}


def load_display(connection: Connection) -> tuple[str, dict[str, str]]:
    """The display file: three campaigns by day, banners as creatives, placements, engagement as audience."""
    org = make_organization(connection)
    months = {"April": 4, "May": 5, "June": 6}
    dimensions = {"creative": "banner", "placement": "placement", "audience": "user_engagement"}
    sums: dict[tuple[str, str, str, date], list[float]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    with data_file("online_advertising_performance_2020.csv").open() as file:
        for line in csv.DictReader(file):
            day = date(2020, months[line["month"]], int(line["day"]))
            subjects = {"": ""} | {dimension: line[heading] or "unknown" for dimension, heading in dimensions.items()}
            for dimension, subject in subjects.items():
                figures = sums[line["campaign_number"], dimension, subject, day]
                for i, name in enumerate(("displays", "clicks", "cost", "post_click_conversions", "revenue")):
                    figures[i] += float(line[name])
    campaigns = {
        title: make_campaign(connection, org, title, "USD", "2020-04-01") for title in ("camp 1", "camp 2", "camp 3")
    }
    write_facts(
        connection,
        org,
        (
            {
                "campaign_id": campaigns[title], "day": day, "grain": "breakdown" if dimension else "day",
                "dimension": dimension, "subject": subject, "impressions": int(f[0]), "clicks": int(f[1]),
                "spend": f[2], "conversions": f[3], "revenue": f[4],
            }
            for (title, dimension, subject, day), f in sums.items()
        ),
    )  # fmt: skip
    return org, {campaign: title for title, campaign in campaigns.items()}
