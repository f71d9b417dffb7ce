"""The clock: what it costs where nothing is due, and how long facts wait for the decision about them."""

from __future__ import annotations

import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from bench import measure
from psycopg.types.json import Jsonb
from support.database import ADMIN, CRON_DATABASE, ENGINE, HELPERS, Database, TestCluster

from trimtab.database.clock import EVERY_MINUTE, jobs
from trimtab.database.deploy import migrate

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

ORGANIZATIONS = 50
CAMPAIGNS = 20


def make_world(db: Database) -> list[tuple[str, list[str]]]:
    """Organizations with running campaigns; each with its ids."""
    world = []
    with db.connect() as connection:
        for number in range(ORGANIZATIONS):
            [(org,)] = connection.execute("select test.organization(%s)::text", [f"Org {number}"]).fetchall()
            campaigns = connection.execute(
                "select test.running_campaign(%s, format('campaign %%s', n))::text from generate_series(1, %s) n",
                [org, CAMPAIGNS],
            ).fetchall()
            world.append((org, [campaign for (campaign,) in campaigns]))
    return world


def latencies(db: Database, world: list[tuple[str, list[str]]], arrivals: int, mean_pause: float) -> list[float]:
    """Seconds from the commit of a batch of facts until a run that knew it is seen, for so many batches."""
    chance = random.Random(20260321)  # noqa: S311
    waiting: dict[tuple[str, int], float] = {}
    found: list[float] = []
    over = threading.Event()

    def watch() -> None:
        with db.connect() as connection:
            while waiting or not over.is_set():
                known: dict[str, int] = dict(
                    connection.execute(
                        "select org_id::text, max(knowledge_revision) from trimtab.autopilot_runs group by 1"
                    ).fetchall()
                )
                now = time.perf_counter()
                for org, revision in list(waiting):
                    if known.get(org, 0) >= revision:
                        found.append(now - waiting.pop((org, revision)))
                time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with db.connect() as connection:
        for number in range(arrivals):
            org, campaigns = chance.choice(world)
            for campaign in chance.sample(campaigns, 3):
                connection.execute(
                    "select test.facts(%s, %s, (trimtab.clock() at time zone 'UTC')::date - 1, 50000, 500, %s, 60, 30)",
                    [org, campaign, 300 + number],
                )
            [(revision,)] = connection.execute(
                "select knowledge_revision from trimtab.organizations where org_id = %s", [org]
            ).fetchall()
            waiting[org, revision] = time.perf_counter()
            time.sleep(chance.expovariate(1 / mean_pause))
    over.set()
    watcher.join()
    return found


def say(name: str, seconds: list[float], goal: float) -> None:
    seconds = sorted(seconds)
    worst = seconds[min(len(seconds) - 1, round(0.99 * len(seconds)))]
    measure.say(
        f"    {name}: {len(seconds)} arrivals, median {statistics.median(seconds):.2f} s, p99 {worst:.2f} s,"
        f" most {seconds[-1]:.2f} s   goal: p99 at most {goal:g} s - {'met' if worst <= goal else 'MISSED'}"
    )


def schedule_each_minute(db: Database, world: list[tuple[str, list[str]]]) -> None:
    """A schedule of each organization that tells an event every minute."""
    document = {
        "name": "Each minute", "job": "emit_event", "arguments": {"event": "bench.minute"}, "time_zone": "UTC",
        "timing": {"frequency": "cron", "cron": "* * * * *"},
    }  # fmt: skip
    with db.connect(ENGINE, autocommit=False) as engine:
        for org, _ in world:
            engine.execute("select trimtab.init_transaction_context(null, %s)", [org])
            engine.execute("select trimtab.save_schedule(%s)", [Jsonb(document)])
            engine.commit()


def say_slots(db: Database, name: str) -> None:
    """How long slots waited, and that none was lost but those of the minute that goes on."""
    late = sorted(
        float(seconds)
        for (seconds,) in db.rows(
            "select extract(epoch from r.started_at - r.slot_at) from trimtab.job_runs r where r.status = 'success'"
        )
    )
    lost = db.value(
        "select count(*) from trimtab.job_runs r where r.status not in ('success', 'due') or r.status = 'due'"
        " and r.slot_at < (select date_trunc('minute', trimtab.clock()))"
    )
    measure.say(
        f"    slot to start, {name}: {len(late)} slots, median {statistics.median(late):.2f} s,"
        f" most {late[-1]:.2f} s; {lost} lost"
    )
    assert lost == 0


def test_idle(tap_db: Database) -> None:
    """A thousand organizations that have nothing to do."""
    with tap_db.connect() as connection:
        connection.execute("select test.organization(format('Org %s', n)) from generate_series(1, 1000) n")
    measure.vacuum(tap_db)
    with tap_db.connect(ENGINE) as engine:
        first = measure.timed(lambda: engine.execute("call trimtab.tick()"))
        seconds = measure.alternate(
            20,
            {
                lane: lambda lane=lane: measure.timed(lambda: engine.execute("call trimtab.tick(%s)", [lane]))  # type: ignore[misc]
                for lane in ("quick", "slow")
            },
        )
    measure.say_figure("    a tick with nothing to do, 1,000 organizations", seconds, "ms")
    measure.say(f"    the first of all, with a run for each: {first:.1f} s")


def test_with_the_loop(tap_db: Database) -> None:
    world = make_world(tap_db)
    process = subprocess.Popen(
        [Path(sys.executable).parent / "trimtab", "--database-url", tap_db.dsn(ENGINE), "tick", "--loop"],
        stderr=subprocess.DEVNULL,
    )
    try:
        while tap_db.value("select count(*) from trimtab.autopilot_runs") < ORGANIZATIONS:
            time.sleep(0.2)
        measure.say()
        say("facts to decision, trimtab tick --loop", latencies(tap_db, world, 400, 0.25), 5)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def test_with_pg_cron(cluster: TestCluster) -> None:
    if not cluster.has_cron:
        pytest.skip("pg_cron is not installed on this machine")
    db = Database(cluster, CRON_DATABASE)
    db.rows("create extension pg_cron")
    db.rows("create extension if not exists pgtap")
    db.rows("grant usage on schema cron to trimtab_engine")
    migrate(db.dsn(ADMIN))
    for path in (HELPERS / "helpers.sql", *sorted((HELPERS / "helpers").glob("*.sql"))):
        with db.connect() as connection:
            connection.execute(path.read_bytes())
    world = make_world(db)
    for name, command in jobs(workers=2):
        db.rows("select cron.schedule(%s, %s, %s)", [name, EVERY_MINUTE, command], user=ENGINE)
    try:
        while db.value("select count(*) from trimtab.autopilot_runs") < ORGANIZATIONS:
            time.sleep(0.2)
        measure.say()
        schedule_each_minute(db, world)
        say("facts to decision, pg_cron alone", latencies(db, world, 60, 5), 65)
        say_slots(db, "pg_cron alone")
    finally:
        db.rows("select cron.unschedule(jobid) from cron.job", user=ENGINE)
