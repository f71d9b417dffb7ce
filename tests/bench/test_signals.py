"""Refreshing signals after few campaigns got new facts, and what row-level security costs an analyst.

Sizes: BENCH_ORGANIZATIONS (1000) with BENCH_CAMPAIGNS (100) each, and 30 days of facts of every campaign.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator

import pytest
from bench.world import fill
from support.database import ENGINE, SUPERUSER, Connection, Database, TestCluster

ORGANIZATIONS = int(os.environ.get("BENCH_ORGANIZATIONS", "1000"))
CAMPAIGNS = int(os.environ.get("BENCH_CAMPAIGNS", "100"))

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def world(cluster: TestCluster) -> Iterator[Database]:
    database = cluster.create(cluster.template("tap"))
    fill(database, ORGANIZATIONS, CAMPAIGNS)
    yield database
    cluster.drop(database)


def seconds(connection: Connection, query: str) -> float:
    start = time.perf_counter()
    connection.execute(query.encode()).fetchall()
    return time.perf_counter() - start


def spread(times: list[float]) -> str:
    middle, least, most = (1000 * value for value in (statistics.median(times), min(times), max(times)))
    return f"{middle:.2f} ms (of {len(times)}: {least:.2f} to {most:.2f})"


def test_refresh(world: Database) -> None:
    """(c) A call an organization, all of them in one session."""
    refresh = "select sum(trimtab.refresh_signals(o.org_id)) from trimtab.organizations o"
    with world.connect(ENGINE) as engine, world.connect() as superuser:
        full, few, none = [], [], []
        for _ in range(3):
            superuser.execute("update trimtab.campaign_signals set valid_until = '-infinity'")
            superuser.execute("vacuum analyze trimtab.campaign_signals")
            full.append(seconds(engine, refresh))
            superuser.execute(
                "update trimtab.campaign_signals set valid_until = '-infinity'"
                " where hashtext(campaign_id::text) % 100 = 0"
            )
            few.append(seconds(engine, refresh))
            none.append(seconds(engine, refresh))
    ratio = statistics.median(few) / statistics.median(full)
    print(f"\nsignals of {ORGANIZATIONS} organizations with {CAMPAIGNS} campaigns each, one call an organization")
    print(f"  all stale: {spread(full)}\n  1% stale:  {spread(few)} = {ratio:.1%}\n  none:      {spread(none)}")
    assert ratio <= 0.10


@pytest.mark.parametrize(
    "query",
    [
        "select count(*), sum(total_spend), avg(roi) from trimtab.campaign_performance where {org}",
        "select campaign_id, sum(revenue) / sum(spend) from trimtab.campaign_daily_performance where {org} group by 1",
    ],
)
def test_analyst(world: Database, query: str) -> None:
    """(e) An analyst among all tenants against the same query with an explicit filter and no row-level security."""
    org = world.value("select org_id from trimtab.organizations order by org_id offset 7 limit 1")
    world.rows("select trimtab.refresh_signals(%s)", [org])
    login = world.value("select test.member(%s, 'analyst')", [org])
    with world.connect(login) as analyst, world.connect(SUPERUSER) as owner:
        restricted, explicit = [], []
        for _ in range(200):
            restricted.append(seconds(analyst, query.format(org="true")))
            explicit.append(seconds(owner, query.format(org=f"org_id = '{org}'")))
    ratio = statistics.median(restricted) / statistics.median(explicit)
    print(f"\n{query}\n  analyst: {spread(restricted)}\n  filter:  {spread(explicit)}\n  ratio:   {ratio:.2f}")
