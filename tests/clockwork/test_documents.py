"""The page of the clock: its tables are the database's, its SQL runs, and its example of a part does what it says."""

from __future__ import annotations

import re

import sqlparse
from support.database import ADMIN, ENGINE, Database
from support.pages import DOCS

PAGE = (DOCS / "clockwork.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_a_part_is_added_as_the_page_says(tap_db: Database) -> None:
    [example] = [block for block in BLOCKS if "create function" in block]
    tap_db.rows("select test.organization('Acme')")
    with tap_db.connect(ADMIN) as operator:
        operator.execute(example.encode())
    for _ in range(2):
        tap_db.rows("call trimtab.tick()", user=ENGINE)
    greeted = "select count(*) from trimtab.events where type = 'greeting.sent'"
    assert tap_db.value(greeted) == 1, "once a day"
    tap_db.rows("update trimtab.tick_units set served_at = served_at - interval '1 day' where part = 'greeting'")
    tap_db.rows("call trimtab.tick('quick')", user=ENGINE)
    assert tap_db.value(greeted) == 2
    health = "select done, failures from trimtab.v_tick_health where part = 'greeting'"
    assert tap_db.rows(health, user=ENGINE) == [(2, 0)]


def test_what_else_is_printed_runs(tap_db: Database) -> None:
    statements = [
        statement
        for block in BLOCKS
        if "create function" not in block
        for statement in sqlparse.split(block)
        if statement.strip(" \n;")
    ]
    assert len(statements) == 4
    tap_db.rows("select test.organization('Acme')")
    for statement in statements:
        tap_db.rows(statement)
    assert tap_db.rows("select part, every_seconds from trimtab.tick_plan() where part in ('autopilot', 'alerts')") == [
        ("autopilot", 7200)
    ]


def test_what_is_kept_no_longer_goes_a_little_at_a_time(tap_db: Database) -> None:
    org = tap_db.value("select test.organization('Acme')")
    tap_db.rows(
        "insert into trimtab.autopilot_runs"
        " (org_id, trigger, status, as_of, knowledge_revision, login, started_at, last_run_at)"
        " select %s, 'clock', 'success', t.at, 0, 'test', t.at, t.at"
        " from (select trimtab.clock() - n * interval '40 days' + interval '1 hour' as at"
        " from generate_series(0, 20) n) t",
        [org],
    )
    count = "select count(*) from trimtab.autopilot_runs"
    assert tap_db.value("select trimtab.tick_retention(%s, trimtab.clock(), 7)", [org], user=ENGINE) == 7
    assert tap_db.value("select trimtab.tick_retention(%s, trimtab.clock(), 7)", [org], user=ENGINE) == 3
    assert tap_db.value(count) == 11, "400 days"
    tap_db.rows("""update trimtab.settings set value = '{"runs": 100}' where name = 'kept_days'""")
    assert tap_db.value("select trimtab.tick_retention(%s, trimtab.clock(), 100)", [org], user=ENGINE) == 8
    assert tap_db.value(count) == 3


def test_a_row_that_somebody_holds_goes_the_next_time_and_the_others_now(tap_db: Database) -> None:
    org = tap_db.value("select test.organization('Acme')")
    tap_db.rows("select test.fill(%s)", [org])
    ask = "select trimtab.tick_retention(%s, trimtab.clock() + interval '5 years', 100)"
    left = "select (select count(*) from trimtab.autopilot_runs), (select count(*) from trimtab.anomalies)"
    with tap_db.connect(autocommit=False) as holder, tap_db.connect(ENGINE) as engine:
        holder.execute("select from trimtab.autopilot_runs for update")
        engine.execute("set lock_timeout to '5s'")
        engine.execute(ask.encode(), [org])
        assert tap_db.rows(left) == [(1, 0)]
    assert tap_db.value(ask, [org], user=ENGINE) == 1
    assert tap_db.rows(left) == [(0, 0)]
