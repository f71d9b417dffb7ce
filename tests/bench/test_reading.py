"""(e): what row-level security costs an analyst: the same queries by a superuser with an explicit filter."""

from __future__ import annotations

import statistics
from collections.abc import Callable

import pytest
from bench import measure
from bench.conftest import World
from support.database import SUPERUSER, Connection

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]

LOGIN = "bench_reader"
BLOCKS, ROUNDS = 7, 40
QUERIES = {
    "facts of 30 days by platform": "select platform, sum(spend), sum(revenue) from trimtab.campaign_daily_performance"
    " where day >= current_date - 30 {and_mine} group by platform order by platform",
    "facts of 30 days by day": "select day, count(*), sum(spend), sum(conversions) from trimtab.campaign_metrics"
    " where grain = 'day' and known_to is null and day >= current_date - 30 {and_mine} group by day order by day",
    "campaign_performance in total": "select count(*), sum(total_spend), sum(total_revenue), avg(roi)"
    " from trimtab.campaign_performance {where_mine}",
    "ten worst campaigns of campaign_performance": "select title, total_spend, roi from trimtab.campaign_performance"
    " {where_mine} order by roi, title limit 10",
    "campaigns by status": "select status, count(*), sum(budget) from trimtab.campaigns {where_mine} group by status",
}


def asked(connection: Connection, query: str) -> Callable[[], float]:
    """The query as a client sends it: parsed, planned, run and fetched each time."""
    text = query.encode()
    return lambda: measure.timed(lambda: connection.execute(text, prepare=False).fetchall())


def test_an_analysts_queries(world: World) -> None:
    number = world.organizations // 2
    world.database.rows("call bench.make_analyst(%s, %s)", [LOGIN, number])
    org_id = world.database.value("select org_id::text from bench.organizations where number = %s", [number])
    filters = {"where_mine": f"where org_id = '{org_id}'", "and_mine": f"and org_id = '{org_id}'"}
    none = {"where_mine": "", "and_mine": ""}
    try:
        with world.database.connect(LOGIN) as analyst, world.database.connect(SUPERUSER) as owner:
            measure.say()
            measure.say(
                f"(e) an analyst's queries over {world.organizations:,} tenants, each sent as text;"
                f" {BLOCKS} blocks of {ROUNDS} rounds, of each block the median"
            )
            for title, query in QUERIES.items():
                mine, explicit = query.format(**none).encode(), query.format(**filters).encode()
                assert analyst.execute(mine).fetchall() == owner.execute(explicit).fetchall()
                ways = {"analyst": asked(analyst, query.format(**none)), "owner": asked(owner, query.format(**filters))}
                seconds: dict[str, list[float]] = {name: [] for name in ways}
                for _ in range(BLOCKS):
                    for name, values in measure.alternate(ROUNDS, ways).items():
                        seconds[name].append(statistics.median(values))
                measure.say_figure(
                    f"    {title}",
                    {"analyst, row-level security": seconds["analyst"], "superuser, explicit filter": seconds["owner"]},
                    "ms",
                )
                measure.say_ratio(
                    "analyst / explicit filter", measure.ratios(seconds["analyst"], seconds["owner"]), most=1.3
                )
    finally:
        world.database.close()
        world.database.rows("delete from trimtab.database_logins where login = %s", [LOGIN])
        world.database.rows(f"drop role {LOGIN}")
