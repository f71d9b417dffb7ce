"""Two at once: one opportunity is kept once, whoever comes first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from support.database import Database


def test_two_analysts_store_the_same_opportunity(tap_db: Database) -> None:
    org = tap_db.value("select test.organization('Acme')")
    campaign = tap_db.value("select test.campaign(%s, 'Summer')", [org])
    logins = [tap_db.value("select test.member(%s, 'analyst')", [org]) for _ in range(4)]
    barrier = Barrier(len(logins))

    def store(login: str) -> str:
        with tap_db.connect(login) as connection:
            barrier.wait(timeout=30)
            row = connection.execute(
                "select trimtab.store_optimization_opportunity(%s, 'low_conversion', 'high', 'x', 'y')", [campaign]
            ).fetchone()
            assert row is not None
            return str(row[0])

    with ThreadPoolExecutor(len(logins)) as pool:
        ids = set(pool.map(store, logins))
    assert len(ids) == 1
    assert tap_db.rows("select detected_count from trimtab.optimization_opportunities") == [(1,)]
    assert tap_db.value("select count(*) from trimtab.events where type = 'opportunity.detected'") == 1


def test_two_runs_store_what_they_detect_once(tap_db: Database) -> None:
    org = tap_db.value("select test.organization('Acme')")
    campaign = tap_db.value("select test.campaign(%s, 'Burning')", [org])
    tap_db.rows(
        "select test.facts(%s, %s, (trimtab.clock() at time zone 'UTC')::date - 20, 4000, 80, 100, 4, 20,"
        " p_days => 20)",
        [org, campaign],
    )
    barrier = Barrier(2)

    def run(_: int) -> int:
        with tap_db.connect("trimtab_engine", autocommit=False) as connection:
            connection.execute("select trimtab.init_transaction_context(null, %s)", [org])
            barrier.wait(timeout=30)
            row = connection.execute(
                "select trimtab.store_detected_opportunities(%s, trimtab.clock())", [org]
            ).fetchone()
            connection.commit()
            assert row is not None
            return int(row[0])

    with ThreadPoolExecutor(2) as pool:
        counts = sorted(pool.map(run, range(2)))
    stored = tap_db.value("select count(*) from trimtab.optimization_opportunities")
    assert stored >= 1
    assert counts == [0, stored]
