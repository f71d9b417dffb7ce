"""The world that the measurements run on, made once a session.

`make bench ARGS="--organizations 100"` is quick; the figures of docs/performance.md are of the full size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from bench import measure
from support.database import ENGINE, Database, TestCluster

NOBODY = (Decimal("0.1"), Decimal(8))  # roi bounds that hold for no campaign
SOME = (Decimal("0.5"), Decimal(4))  # those that hold for the losers and winners, a tenth of all


@dataclass
class World:
    database: Database
    organizations: int
    campaigns: int
    days: int
    runs: int

    def make_rules(self, low: Decimal, high: Decimal) -> None:
        self.database.rows("call bench.make_rules(%s, %s)", [low, high])
        measure.vacuum(self.database, "trimtab.automation_rules", "trimtab.rule_terms", "trimtab.held_decisions")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("bench")
    group.addoption("--organizations", type=int, default=1000, help="how many organizations")
    group.addoption("--campaigns", type=int, default=100, help="campaigns of each")
    group.addoption("--days", type=int, default=30, help="days with facts of each campaign")
    group.addoption("--runs", type=int, default=5, help="rounds that count")


@pytest.fixture(scope="session")
def bench_cluster(cluster: TestCluster) -> TestCluster:
    """The cluster, with a word about where the figures come from."""
    with cluster.maintenance() as connection:
        measure.say()
        measure.say(str(measure.scalar(connection, "select version()")))
        measure.say(measure.machine())
        measure.say(measure.settings(connection))
        measure.say(f"load of the machine at the beginning: {measure.busy()}")
        measure.say("figures: median (least-greatest) of alternating rounds")
    return cluster


@pytest.fixture(scope="session")
def world(request: pytest.FixtureRequest, bench_cluster: TestCluster) -> Iterator[World]:
    """Organizations with campaigns, facts and ten rules each, and the memo of all signals fresh."""
    option = request.config.getoption
    database = bench_cluster.create(bench_cluster.template("migrated"))
    made = World(database, option("--organizations"), option("--campaigns"), option("--days"), option("--runs"))
    database.rows((Path(__file__).parent / "world.sql").read_text())
    database.rows("call bench.make_organizations(%s)", [made.organizations])
    database.rows("call bench.make_campaigns(%s)", [made.campaigns])
    database.rows("call bench.make_facts(%s)", [made.days])
    database.rows("call bench.make_rules(%s, %s)", NOBODY)
    database.rows("vacuum analyze")
    database.rows("call bench.refresh_all(1, %s)", [made.organizations], ENGINE)
    database.rows("vacuum analyze trimtab.campaign_signals")
    with database.connect() as connection:
        count = measure.scalar(connection, "select count(*) from trimtab.campaign_metrics")
        size = measure.scalar(connection, "select pg_size_pretty(pg_database_size(current_database()))")
    measure.say(
        f"world: {made.organizations:,} organizations x {made.campaigns} campaigns x {made.days} days"
        f" = {count:,} facts, 10 rules an organization; database {size}"
    )
    yield made
    bench_cluster.drop(database)
