"""The hot statements read by index what one organization needs, and nothing of the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.database import Connection, Database, TestCluster
from support.plans import Plans, watched

ORGANIZATIONS, CAMPAIGNS, DAYS = 15, 120, 35
WORLD = Path(__file__).parents[1] / "bench" / "world.sql"
LOGIN = "test_plans_analyst"


@pytest.fixture(scope="module")
def world(cluster: TestCluster) -> Iterator[Database]:
    """Organizations with ten rules each and a fresh memo, and an analyst of the seventh."""
    database = cluster.create(cluster.template("migrated"))
    database.rows(WORLD.read_text())
    database.rows("call bench.make_organizations(%s)", [ORGANIZATIONS])
    database.rows("call bench.make_campaigns(%s)", [CAMPAIGNS])
    database.rows("call bench.make_facts(%s)", [DAYS])
    database.rows("call bench.make_rules(0.1, 8)")
    # Others that have nothing but their default rules: so that a table of rules is no page or two.
    database.rows("select trimtab.create_organization('Other ' || n) from generate_series(1, 150) n")
    database.rows("call bench.make_analyst(%s, 7)", [LOGIN])
    database.rows("call bench.refresh_all(1, %s)", [ORGANIZATIONS])
    database.rows("vacuum analyze")
    yield database
    cluster.drop(database)
    with cluster.maintenance() as connection:
        connection.execute(f"drop role {LOGIN}".encode())


@pytest.fixture
def connection(world: Database) -> Iterator[Connection]:
    """A superuser's connection; what it does is rolled back."""
    with world.connect(autocommit=False) as made:
        yield made
        made.rollback()


@pytest.fixture
def org_id(world: Database) -> str:
    return str(world.value("select org_id::text from bench.organizations where number = 7"))


def warm(connection: Connection, query: str, *parameters: str) -> Plans:
    """The plans of a call that is not the session's first, when plans are made for any parameters."""
    for _ in range(7):
        connection.execute(query.encode(), parameters)
    with watched(connection) as plans:
        connection.execute(query.encode(), parameters)
    return plans


def test_evaluating_rules_reads_each_campaign_once(connection: Connection, org_id: str) -> None:
    plans = warm(connection, "select count(*) from trimtab.evaluate_rules(%s)", org_id)
    # Once for what signals answer, once for what takes more.
    assert plans.rows("automation_rules") == 2 * 10
    assert plans.indexes("automation_rules") == {"automation_rules_judged_idx"}
    # The memo is read once for its arrays and once for what it lacks; so are the campaigns.
    assert plans.rows("campaign_signals") == 2 * CAMPAIGNS
    assert plans.rows("campaigns") == 2 * CAMPAIGNS
    assert None not in plans.indexes("campaign_signals") | plans.indexes("campaigns")
    assert not [table for table in plans.tables() if table.startswith("campaign_metrics")]


def test_deciding_nothing_costs_no_more_than_evaluating(connection: Connection, org_id: str) -> None:
    evaluating = warm(connection, "select count(*) from trimtab.evaluate_rules(%s)", org_id)
    deciding = warm(connection, "select count(*) from trimtab.decide(%s)", org_id)
    assert len(deciding.statements) <= len(evaluating.statements) + 1
    assert {table: deciding.rows(table) for table in deciding.tables()} == {
        table: evaluating.rows(table) for table in evaluating.tables()
    }


def test_a_fresh_memo_is_seen_without_its_facts(connection: Connection, org_id: str) -> None:
    plans = warm(connection, "select trimtab.refresh_signals(%s)", org_id)
    assert plans.rows("campaigns") <= CAMPAIGNS
    assert plans.rows("campaign_signals") <= CAMPAIGNS
    assert None not in plans.indexes("campaign_signals") | plans.indexes("campaigns")
    assert not [table for table in plans.tables() if table.startswith("campaign_metrics")]


def test_a_refresh_reads_the_facts_of_what_is_stale(connection: Connection, org_id: str) -> None:
    stale = (
        "update trimtab.campaign_signals set valid_until = '-infinity' where (org_id, campaign_id) in ("
        " select c.org_id, c.id from trimtab.campaigns c where c.org_id = %s and c.title = 'Campaign 5')"
    )
    for _ in range(7):
        connection.execute(stale, [org_id])
        assert connection.execute("select trimtab.refresh_signals(%s)", [org_id]).fetchone() == (1,)
    connection.execute(stale, [org_id])
    with watched(connection) as plans:
        connection.execute("select trimtab.refresh_signals(%s)", [org_id])
    assert plans.rows("campaign_metrics_day") == DAYS
    assert all(index and index.endswith("_pkey") for index in plans.indexes("campaign_metrics_day"))
    assert plans.rows("campaign_metrics_hour") == 0
    # Of the hours only the month or two that the hour windows reach into; of the breakdowns none.
    assert len([table for table in plans.tables() if table.startswith("campaign_metrics_hour")]) <= 2
    assert not [table for table in plans.tables() if table.startswith("campaign_metrics_breakdown")]


@pytest.mark.parametrize("is_explicit", [True, False])
def test_campaign_performance_reads_one_organization(connection: Connection, org_id: str, is_explicit: bool) -> None:
    query = "select count(*), sum(total_spend) from trimtab.campaign_performance"
    if is_explicit:
        plans = warm(connection, query + " where org_id = %s", org_id)
    else:
        connection.execute(f"set session authorization {LOGIN}".encode())
        plans = warm_as_analyst(connection, query)
    for table in ("campaigns", "campaign_signals"):
        assert plans.rows(table) == 2 * CAMPAIGNS
        assert None not in plans.indexes(table)
    assert not [table for table in plans.tables() if table.startswith("campaign_metrics")]


def test_an_analysts_days_are_read_from_their_months(connection: Connection) -> None:
    connection.execute(f"set session authorization {LOGIN}".encode())
    plans = warm_as_analyst(
        connection,
        "select sum(spend) from trimtab.campaign_daily_performance"
        " where day between current_date - 7 and current_date - 1",
    )
    assert plans.rows("campaign_metrics_day") == 7 * CAMPAIGNS
    assert None not in plans.indexes("campaign_metrics_day")
    facts = [table for table in plans.tables() if table.startswith("campaign_metrics")]
    assert 1 <= len(facts) <= 2
    assert all(table.startswith("campaign_metrics_day") for table in facts)


def warm_as_analyst(connection: Connection, query: str) -> Plans:
    """As warm(), for a session that acts as the analyst."""
    for _ in range(7):
        connection.execute(query.encode())
    connection.execute("reset session authorization")
    with watched(connection) as plans:
        connection.execute(f"set session authorization {LOGIN}".encode())
        connection.execute(query.encode())
    return plans


def test_an_import_touches_the_facts_of_its_days(connection: Connection, org_id: str) -> None:
    options = '{"measures": ["impressions", "clicks", "spend", "conversions", "revenue"]}'
    for round_number in range(3):
        batch_id = connection.execute(
            "select trimtab.open_import(%s, 'export.csv', 'test', %s)", [org_id, options]
        ).fetchone()
        assert batch_id
        # Three days of ten campaigns; some figures differ.
        connection.execute(
            "insert into pg_temp.trimtab_import ("
            " line_number, platform, title, day, impressions, clicks, spend, conversions, revenue)"
            " select row_number() over (), 'meta', 'Campaign ' || n, current_date - d, f.impressions, f.clicks,"
            " f.spend + %s * (n %% 2), f.conversions, f.revenue"
            " from generate_series(1, 10) n cross join generate_series(1, 3) d"
            " cross join lateral bench.figures(n, d) f",
            [round_number],
        )
        with watched(connection) as plans:
            connection.execute("select trimtab.close_import(%s, %s)", [org_id, batch_id[0]])
    rows = 3 * 10
    # Each known fact is read to compare it, and once more where it is replaced; with the versions of earlier rounds.
    assert rows <= plans.rows("campaign_metrics_day") <= 4 * rows
    assert None not in plans.indexes("campaign_metrics_day")
    assert len({table for table in plans.tables() if table.startswith("campaign_metrics")}) <= 6
    assert None not in plans.indexes("campaign_signals") | plans.indexes("campaigns")
