"""A rule on real data: three display campaigns of April to June 2020, of which the first wears out.

The figures are those of the file's description: camp 1 earns 1.88, 1.43 and 0.89 times its cost in the three months,
camp 2 ends with April, camp 3 earns 1.43, 1.56 and 1.38 times.
"""

from __future__ import annotations

from typing import Any

from detection.facts import load_display
from support.database import Database

LOSES_MONEY = '{"metric": "roi", "operator": "<", "threshold": 1, "window": "last_30_days", "min_spend": 100}'


def decisions(connection: Any, org: str, as_of: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = connection.execute(
        "select c.title, d.gate, round((d.evidence #>> '{found,0}')::numeric, 2)::float"
        " from trimtab.decide(%s, %s) d join trimtab.campaigns c on c.org_id = %s and c.id = d.campaign_id order by 1",
        [org, as_of, org],
    ).fetchall()
    return rows


def test_a_rule_over_30_days_fires_on_the_campaign_that_wears_out(tap_db: Database) -> None:
    with tap_db.connect() as connection:
        org, _titles = load_display(connection)
        connection.execute("update trimtab.automation_rules set status = 'archived' where org_id = %s", [org])
        connection.execute("select test.act_as_engine(%s)", [org])
        with connection.transaction():
            connection.execute("select trimtab.init_transaction_context(null, %s)", [org])
            connection.execute(
                "insert into trimtab.autonomous_rules (org_id, rule_name, rule_type, condition, action)"
                " values (%s, 'Loses money', 'pause', %s, '{\"type\": \"auto_pause\"}')",
                [org, LOSES_MONEY],
            )
        connection.execute("select test.reset()")
        assert decisions(connection, org, "2020-05-01T00:00+00:00") == []
        assert decisions(connection, org, "2020-06-01T00:00+00:00") == []
        assert decisions(connection, org, "2020-07-01T00:00+00:00") == [("camp 1", None, 0.89)]


def test_a_campaign_that_ended_is_not_a_campaign_that_fails(tap_db: Database) -> None:
    with tap_db.connect() as connection:
        org, titles = load_display(connection)
        [camp_2] = [campaign for campaign, title in titles.items() if title == "camp 2"]
        signals = connection.execute(
            "select s.signals[trimtab.signal_position('spend', 'last_30_days')],"
            " s.signals[trimtab.signal_position('roi', 'last_30_days')], s.facts_end_at"
            " from trimtab.signals_at(%s, '2020-07-01T00:00+00:00') s where s.campaign_id = %s",
            [org, camp_2],
        ).fetchone()
        assert signals is not None
        assert signals[:2] == (None, None)
        assert signals[2].isoformat().startswith("2020-05-01")
