"""The memo under several sessions, and retention, which commits as it goes."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import psycopg
import pytest
from support.database import ENGINE, Connection, Database

from trimtab.database.tree import Tree

SPEND = (
    "select s.signals[trimtab.signal_position('spend', 'lifetime')]"
    " from trimtab.campaign_signals s where s.campaign_id = %s"
)
EVERYTHING = (
    "select s.campaign_id, s.signals from trimtab.organizations o, trimtab.compute_signals(o.org_id) s order by 1"
)


def wait_for_lock(db: Database, connection: Connection, thread: threading.Thread) -> bool:
    """Come back once the connection waits for a lock (true), or the thread that uses it is over."""
    while thread.is_alive():
        pid = connection.info.backend_pid
        if db.value("select wait_event_type from pg_stat_activity where pid = %s", [pid]) == "Lock":
            return True
    return False


def facts(db: Connection, org: UUID, campaign: UUID, day: str, spend: int) -> None:
    db.execute("select test.facts(%s, %s, %s, 1000, 10, %s)", [org, campaign, day, spend])


@pytest.fixture
def flight(tap_db: Database) -> tuple[Database, UUID, UUID]:
    tap_db.rows("select test.clock_at('2026-05-20 10:30+00')")
    org = tap_db.value("select test.organization('Acme', 'UTC', 'USD')")
    campaign = tap_db.value("select test.campaign(%s, 'Summer')", [org])
    return tap_db, org, campaign


def test_refresh_waits_for_facts_that_are_being_published(flight: tuple[Database, UUID, UUID]) -> None:
    db, org, campaign = flight
    with db.connect() as setup:
        facts(setup, org, campaign, "2026-05-18", 5)
    publisher = db.connect(autocommit=False)
    facts(publisher, org, campaign, "2026-05-19", 7)
    refresher = db.connect(ENGINE)
    outcome: list[Any] = []
    thread = threading.Thread(
        target=lambda: outcome.append(refresher.execute("select trimtab.refresh_signals(%s)", [org]).fetchone())
    )
    thread.start()
    waited = wait_for_lock(db, refresher, thread)
    publisher.commit()
    thread.join()
    assert waited
    assert outcome == [(1,)]
    assert db.value(SPEND, [campaign]) == 12


def test_facts_wait_for_a_refresh_and_make_it_stale(flight: tuple[Database, UUID, UUID]) -> None:
    db, org, campaign = flight
    with db.connect() as setup:
        facts(setup, org, campaign, "2026-05-18", 5)
    refresher = db.connect(ENGINE, autocommit=False)
    refresher.execute("select trimtab.refresh_signals(%s)", [org])
    publisher = db.connect()
    thread = threading.Thread(target=facts, args=(publisher, org, campaign, "2026-05-19", 7))
    thread.start()
    waited = wait_for_lock(db, publisher, thread)
    refresher.commit()
    thread.join()
    assert waited
    read = "select s.signals[trimtab.signal_position('spend', 'lifetime')] from trimtab.signals_at(%s) s"
    assert db.value(read, [org]) == 12
    assert db.value(SPEND, [campaign]) == 5
    assert db.value("select trimtab.refresh_signals(%s)", [org]) == 1
    assert db.value(SPEND, [campaign]) == 12


def test_retention_goes_organization_by_organization(flight: tuple[Database, UUID, UUID]) -> None:
    db, org, campaign = flight
    with db.connect() as setup:
        other: UUID = db.value("select test.organization('Other', 'UTC', 'USD')")
        elsewhere: UUID = db.value("select test.campaign(%s, 'Elsewhere')", [other])
        for day in ("2022-12-31", "2024-04-10", "2026-05-01"):
            facts(setup, org, campaign, day, 5)
            facts(setup, other, elsewhere, day, 6)
    before = db.rows(EVERYTHING)

    def retain(engine: Connection) -> None:
        engine.execute("select trimtab.tick_old_facts(trimtab.clock(), 10)")
        engine.execute("select trimtab.tick_old_partitions(trimtab.clock(), 10)")

    # One organization is busy: the other is done, nothing is dropped, and the next run goes on from there.
    busy = db.connect(autocommit=False)
    busy.execute("select trimtab.lock_organization(%s)", [org])
    with db.connect(ENGINE) as engine:
        warnings: list[str | None] = []
        engine.add_notice_handler(lambda notice: warnings.append(notice.sqlstate))
        retain(engine)
        assert warnings == ["55P03"]
        boundaries = "select nullif(facts_from, '-infinity')::text from trimtab.organizations order by name"
        assert db.rows(boundaries) == [(None,), ("2024-04-01",)]
        assert db.value("select to_regclass('trimtab.campaign_metrics_day_2022')") is not None
        busy.rollback()
        retain(engine)
        assert warnings == ["55P03"]
        assert db.value("select to_regclass('trimtab.campaign_metrics_day_2022')") is None
        assert db.value("select to_regclass('trimtab.campaign_metrics_day_2024')") is not None
        assert db.value("select count(*) from trimtab.campaign_lifetime_metrics") == 2
        retain(engine)
        assert db.value("select count(*) from trimtab.campaign_lifetime_metrics") == 2
    assert db.rows(EVERYTHING) == before


def test_another_order_of_metrics_empties_the_memo(flight: tuple[Database, UUID, UUID]) -> None:
    """As a deploy from an older version does it, beside a session that writes the memo."""
    db, org, campaign = flight
    with db.connect() as setup:
        facts(setup, org, campaign, "2026-05-18", 5)
    order = "select code, position from trimtab.metrics order by code"
    wanted = db.rows(order)
    db.rows("update trimtab.metrics set position = 18 - position where position is not null")
    assert db.value("select trimtab.refresh_signals(%s)", [org]) == 1

    writer = db.connect(ENGINE, autocommit=False)
    db.rows("update trimtab.campaign_signals set valid_until = '-infinity'")
    writer.execute("select trimtab.refresh_signals(%s)", [org])
    with db.connect(autocommit=False) as deploying:
        deploying.execute("set local lock_timeout to '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            deploying.execute(Tree().text("sql/reference/metrics.sql").encode())
    writer.commit()
    with db.connect() as deploying:
        deploying.execute(Tree().text("sql/reference/metrics.sql").encode())
    assert db.rows(order) == wanted
    assert db.value("select count(*) from trimtab.campaign_signals") == 0
