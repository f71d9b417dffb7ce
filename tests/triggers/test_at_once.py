"""Firing triggers with several workers, kills and rollbacks: nothing twice, nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.types.json import Jsonb
from support.database import ENGINE, Database

EVENTS = 60
WORKERS = 4
FANS = {
    "name": "fans",
    "metric": {"subject_type": "account", "metric": "followers", "milestone": {"every": 100}},
    "target": {"type": "noted"},
}
MEASURED = {"subject_type": "account", "subject": "blog", "metric": "followers", "value": 150}
FIRE = "select trimtab.tick_triggers(%s, trimtab.clock(), 3)"


@pytest.fixture
def org(tap_db: Database) -> Iterator[str]:
    """An organization with triggers whose target writes each event that it was given into a table."""
    org_id = str(tap_db.value("select test.organization('Acme')"))
    login = tap_db.value("select test.member(%s, 'manager')", [org_id])
    tap_db.rows("create table public.seen (trigger text, event bigint, firing bigint)")
    tap_db.rows("grant insert on public.seen to trimtab_definer")
    tap_db.rows(
        "create function trimtab.target_noted(p_org_id uuid, p_target jsonb, p_events jsonb, p_context jsonb)"
        " returns jsonb language plpgsql volatile set search_path to trimtab, pg_catalog, pg_temp as $$ begin"
        " insert into public.seen"
        " select p_context ->> 'trigger', (e ->> 'id')::bigint, (p_context ->> 'firing_id')::bigint"
        " from jsonb_array_elements(p_events) e;"
        " perform pg_sleep(0.002); return '{}'; end $$"
    )
    tap_db.rows("grant execute on function trimtab.target_noted(uuid, jsonb, jsonb, jsonb) to trimtab_definer")
    tap_db.rows("insert into trimtab.handlers (kind, function) values ('trigger_target.noted', 'trimtab.target_noted')")
    with tap_db.connect(login) as manager:
        for name, more in (("one", ""), ("batch", ', "batch": {"events": 7, "seconds": 1}')):
            manager.execute(
                "select trimtab.save_trigger(%s)",
                [f'{{"name": "{name}", "event": {{"type": "thing.seen"}}, "target": {{"type": "noted"}}{more}}}'],
            )
    yield org_id


def emit(db: Database, org: str, count: int = EVENTS) -> None:
    # Recorded a while ago, so that no batch waits for company.
    db.rows(
        "insert into trimtab.events (org_id, recorded_at, occurred_at, type, source)"
        " select %s, trimtab.clock() - interval '1 minute', trimtab.clock(), 'thing.seen', 'test'"
        " from generate_series(1, %s)",
        [org, count],
    )


def nothing_twice_nothing_lost(db: Database, org: str) -> None:
    assert db.rows("select s.trigger, count(*), count(distinct s.event) from public.seen s group by 1 order by 1") == [
        ("batch", EVENTS, EVENTS),
        ("one", EVENTS, EVENTS),
    ]
    assert db.value("select count(*) from trimtab.trigger_matches") == 0
    assert db.rows(
        "select f.trigger_name, sum(f.event_count)::integer from trimtab.trigger_firings f"
        " where f.status = 'success' group by 1 order by 1"
    ) == [("batch", EVENTS), ("one", EVENTS)]
    assert (
        db.value(
            "select count(*) from public.seen s where not exists (select from trimtab.trigger_firings f"
            " where f.id = s.firing and f.status = 'success' and s.event = any (f.event_ids))"
        )
        == 0
    ), "effect and record are one transaction"


def test_with_several_workers_nothing_happens_twice(tap_db: Database, org: str) -> None:
    emit(tap_db, org)
    done = threading.Event()

    def work() -> None:
        with tap_db.connect(ENGINE) as connection:
            while not done.is_set():
                connection.execute(FIRE, [org])
                if connection.execute("select count(*) from trimtab.trigger_matches").fetchone() == (0,):
                    done.set()

    with ThreadPoolExecutor(WORKERS) as threads:
        for worker in [threads.submit(work) for _ in range(WORKERS)]:
            worker.result()
    nothing_twice_nothing_lost(tap_db, org)


def test_workers_that_are_killed_leave_nothing_half_done(tap_db: Database, org: str) -> None:
    emit(tap_db, org)
    done = threading.Event()
    kills: list[tuple[bool]] = []

    def work() -> None:
        while not done.is_set():
            try:
                with psycopg.connect(tap_db.dsn(ENGINE), autocommit=True) as connection:
                    while not done.is_set():
                        connection.execute(FIRE, [org])
            except psycopg.OperationalError:
                continue

    with ThreadPoolExecutor(2) as threads, tap_db.connect() as killer:
        workers = [threads.submit(work) for _ in range(2)]
        try:
            for attempt in range(2000):
                # Whoever is firing right now is killed now and then, but not so often that nothing gets done.
                if len(kills) < 25 and attempt % 2:
                    kills += killer.execute(
                        "select pg_terminate_backend(a.pid) from pg_stat_activity a"
                        " where a.datname = current_database() and a.usename = 'trimtab_engine' and a.state = 'active'"
                        " and a.query like '%tick_triggers%'"
                    ).fetchall()
                if killer.execute("select count(*) from trimtab.trigger_matches").fetchone() == (0,):
                    break
                killer.execute("select pg_sleep(0.005)")
        finally:
            done.set()
        for worker in workers:
            worker.result()
    assert len(kills) > 3
    nothing_twice_nothing_lost(tap_db, org)


def test_a_busy_organization_is_passed_by(tap_db: Database, org: str) -> None:
    emit(tap_db, org)
    holder, worker = tap_db.connect(autocommit=False), tap_db.connect(ENGINE)
    holder.execute("select from trimtab.organizations where org_id = %s for no key update", [org])
    assert worker.execute(FIRE, [org]).fetchone() == (0,)
    assert worker.execute("select trimtab.tick_metric_triggers(%s, trimtab.clock(), 3)", [org]).fetchone() == (0,)
    holder.rollback()
    assert worker.execute(FIRE, [org]).fetchone() == (3,)


def test_whoever_emits_does_not_wait_for_whoever_fires(tap_db: Database, org: str) -> None:
    emit(tap_db, org)
    worker = tap_db.connect(ENGINE, autocommit=False)
    worker.execute(FIRE, [org])
    emit(tap_db, org, 1)  # would hang here
    worker.rollback()
    assert tap_db.value("select count(*) from trimtab.trigger_matches") == 2 * (EVENTS + 1)


def test_a_firing_past_its_deadline_is_tried_again(tap_db: Database, org: str) -> None:
    """Whoever watches over deadlines cancels the statement: the firing failed, the others go on."""
    tap_db.rows("update trimtab.handlers set function = 'trimtab.target_slow' where kind = 'trigger_target.noted'")
    tap_db.rows(
        "create function trimtab.target_slow(p_org_id uuid, p_target jsonb, p_events jsonb, p_context jsonb)"
        " returns jsonb language plpgsql volatile set search_path to trimtab, pg_catalog, pg_temp as $$ begin"
        " if p_context ->> 'trigger' = 'one' then perform pg_sleep(60); end if; return '{}'; end $$"
    )
    tap_db.rows("grant execute on function trimtab.target_slow(uuid, jsonb, jsonb, jsonb) to trimtab_definer")
    emit(tap_db, org, 1)
    worker = tap_db.connect(ENGINE)
    with ThreadPoolExecutor(1) as threads, tap_db.connect() as watcher:
        firing = threads.submit(lambda: worker.execute(FIRE, [org]).fetchone())
        for _ in range(1000):
            if watcher.execute(
                "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and usename = %s",
                [ENGINE],
            ).fetchone():
                break
            watcher.execute("select pg_sleep(0.01)")
        done = firing.result()
    assert done in ((1,), (2,)), "nothing is begun after it"
    if done == (1,):
        assert worker.execute(FIRE, [org]).fetchone() == (1,)
    assert tap_db.rows("select trigger_name, status, error_code from trimtab.trigger_firings order by 1") == [
        ("batch", "success", None),
        ("one", "retrying", "57014"),
    ]


def test_one_tick_goes_all_the_way(tap_db: Database, org: str) -> None:
    """A measure arrives; within a tick it is looked at, is an event, and the trigger has fired."""
    login = tap_db.value("select test.member(%s, 'manager')", [org])
    with tap_db.connect(login) as manager:
        manager.execute("select trimtab.save_trigger(%s)", [Jsonb(FANS)])
        manager.execute("select trimtab.record_measurements(%s)", [Jsonb([MEASURED])])
    emit(tap_db, org, 1)
    with tap_db.connect(ENGINE) as engine:
        engine.execute("call trimtab.tick('quick')")
    assert tap_db.rows("select trigger, count(*) from public.seen group by 1 order by 1") == [
        ("batch", 1),
        ("fans", 1),
        ("one", 1),
    ]
    assert tap_db.rows("select part, error_message from trimtab.tick_parts where error_message is not null") == []
