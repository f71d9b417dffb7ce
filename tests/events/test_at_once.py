"""Many who tell the journal at once, and batches that are cut off."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from support.database import Connection, Database


@pytest.fixture
def analyst(tap_db: Database) -> str:
    org = tap_db.value("select test.organization('Acme')")
    return str(tap_db.value("select test.member(%s, 'analyst')", [org]))


def emit(connection: Connection, numbers: list[int]) -> int:
    batch = [{"type": "site.visited", "payload": {"n": n}, "dedupe_key": f"visit {n}"} for n in numbers]
    row = connection.execute("select trimtab.emit_events(%s)", [json.dumps(batch)]).fetchone()
    assert row
    assert row[0]["refused"] == []
    assert row[0]["inserted"] + row[0]["repeated"] == len(numbers)
    return int(row[0]["inserted"])


def test_batches_with_the_same_keys_in_any_order_are_taken_once(tap_db: Database, analyst: str) -> None:
    def work(seed: int) -> int:
        inserted = 0
        with tap_db.connect(analyst) as connection:
            for step in range(3, 8):
                # Multiples in a prime field: another order each time.
                numbers = [n * (step + 10 * seed) % 401 for n in range(1, 401)]
                inserted += emit(connection, numbers[:300])
        return inserted

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 400
    assert tap_db.rows("select count(*), count(distinct payload) from trimtab.events where type = 'site.visited'") == [
        (400, 400)
    ]
    assert tap_db.value("select count(*) from trimtab.event_keys") == 400


def test_a_batch_that_is_rolled_back_leaves_its_keys_free(tap_db: Database, analyst: str) -> None:
    with tap_db.connect(analyst) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero), connection.transaction():
            assert emit(connection, [1, 2]) == 2
            connection.execute("select 1 / 0")
        assert emit(connection, [1, 2, 3]) == 3
    assert tap_db.value("select count(*) from trimtab.events where type = 'site.visited'") == 3


def test_a_big_batch_keeps_its_order_whatever_the_planner_thinks(tap_db: Database, analyst: str) -> None:
    with tap_db.connect(analyst) as connection:
        connection.execute("select 1")
        assert emit(connection, list(range(20000))) == 20000
        assert emit(connection, list(range(19990, 20010))) == 10
    wrong = (
        "select count(*) from (select e.payload ->> 'n' as n, row_number() over (order by e.id) - 1 as place"
        " from trimtab.events e where e.type = 'site.visited') x where x.n::integer <> x.place"
    )
    assert tap_db.value(wrong) == 0


def test_a_statement_of_many_events_queues_those_that_rules_wait_for(tap_db: Database, analyst: str) -> None:
    org = tap_db.value("select org_id from trimtab.organizations")
    manager = str(tap_db.value("select test.member(%s, 'manager')", [org]))
    rule = {
        "name": "Down",
        "status": "active",
        "trigger": {"on": "event", "event": "site.down"},
        "actions": [{"type": "create_alert"}],
    }
    with tap_db.connect(manager) as connection:
        connection.execute("select trimtab.save_rule(%s)", [json.dumps(rule)])
    types = ["site.down", "site.visited", "site.down", "site.up"]
    with tap_db.connect(analyst) as connection:
        connection.execute("select trimtab.emit_events(%s)", [json.dumps([{"type": kind} for kind in types])])
    assert tap_db.rows(
        "select e.type from trimtab.waiting_events w join trimtab.events e on e.org_id = w.org_id and e.id = w.event_id"
    ) == [("site.down",), ("site.down",)]
