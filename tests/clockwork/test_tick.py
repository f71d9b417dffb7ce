"""The tick with real sessions: parts and organizations that fail, overrun or flood, at once, killed, and in time."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from support.database import ENGINE, Connection, Database

from trimtab.cli.main import main


@pytest.fixture
def shop(tap_db: Database) -> Database:
    """Two organizations, and no part but what a test enters."""
    tap_db.rows("delete from trimtab.handlers where kind = 'tick_part'")
    for name in ("Acme", "Bolt"):
        tap_db.rows("select test.organization(%s)", [name])
    tap_db.rows("create table test.done (org_id uuid, part text, at timestamptz default clock_timestamp())")
    tap_db.rows("grant all on test.done to trimtab_engine; grant usage on schema test to trimtab_engine")
    return tap_db


def enter(db: Database, part: str, body: str, position: int = 100, **options: Any) -> None:
    """A part of the tick whose function has this body; what it does stands in test.done."""
    arguments = "p_as_of timestamptz, p_limit integer"
    if options.get("scope", "organization") == "organization":
        arguments = "p_org_id uuid, " + arguments
    db.rows(
        f"create function trimtab.tick_{part}({arguments}) returns integer language plpgsql as $$ begin {body} end $$"
    )
    db.rows(
        "insert into trimtab.handlers (kind, function, position, options) values ('tick_part', %s, %s, %s)",
        [f"trimtab.tick_{part}", position, json.dumps(options)],
    )


def note(part: str) -> str:
    return f"insert into test.done (org_id, part) values (p_org_id, '{part}');"


def tick(db: Database, lane: str | None = None) -> None:
    db.rows("call trimtab.tick(%s)", [lane], user=ENGINE)


def done(db: Database) -> list[tuple[str, str]]:
    return db.rows("select o.name, d.part from test.done d join trimtab.organizations o using (org_id) order by d.at")


def health(db: Database, part: str) -> dict[str, Any]:
    with db.connect(ENGINE) as engine:
        cursor = engine.cursor(row_factory=psycopg.rows.dict_row)
        [row] = cursor.execute("select * from trimtab.v_tick_health where part = %s", [part]).fetchall()
    return row


def overran(db: Database, thread: threading.Thread) -> int:
    """Watch as the job of every minute does, until the thread is through; how many were cancelled."""
    count = 0
    with db.connect(ENGINE) as watch:
        while thread.is_alive():
            [(cancelled, _)] = watch.execute("select trimtab.cancel_overdue(), pg_sleep(0.02)").fetchall()
            count += cancelled
    return count


def test_what_fails_costs_the_others_nothing(shop: Database) -> None:
    enter(shop, "broken", "raise exception 'no' using errcode = 'P0666';", scope="system", position=1)
    enter(shop, "unlisted", note("unlisted") + " return 1;", position=2, organizations="trimtab.no_such_function")
    enter(shop, "wrong", "assert p_org_id is null, 'out of order'; return 0;", position=3)
    enter(shop, "good", note("good") + " return 1;", position=4)
    tick(shop)
    assert done(shop) == [("Acme", "good"), ("Bolt", "good")] or done(shop) == [("Bolt", "good"), ("Acme", "good")]
    assert (health(shop, "broken")["failures"], health(shop, "broken")["error_code"]) == (1, "P0666")
    assert (health(shop, "unlisted")["failures"], health(shop, "unlisted")["error_code"]) == (1, "42883")
    assert health(shop, "wrong")["organizations_failing"] == 2
    assert (health(shop, "good")["failures"], health(shop, "good")["done"]) == (0, 2)
    assert shop.rows(
        "select payload ->> 'part', payload ->> 'error_code', payload -> 'overran', count(*) from trimtab.events"
        " where type = 'clock.part_failed' group by 1, 2, 3"
    ) == [("wrong", "P0004", False, 2)]


def test_who_fails_again_and_again_is_put_off_and_told_once(shop: Database) -> None:
    enter(shop, "wrong", "raise exception 'no';")
    waits = []
    for _ in range(12):
        tick(shop)
        shop.rows("update trimtab.tick_units set not_before = not_before - interval '1 day', served_at = served_at")
        waits.append(
            shop.value("select extract(epoch from max(not_before) - max(served_at)) + 86400 from trimtab.tick_units")
        )
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]
    assert shop.value("select count(*) from trimtab.events where type = 'clock.part_failed'") == 2
    before = health(shop, "wrong")["failures"]
    shop.rows("update trimtab.tick_units set not_before = now() + interval '1 hour'")
    tick(shop)
    assert health(shop, "wrong")["failures"] == before == 24


def test_what_takes_too_long_is_stopped_and_the_next_goes_on(shop: Database) -> None:
    acme = shop.value("select org_id from trimtab.organizations where name = 'Acme'")
    enter(
        shop,
        "slow",
        note("slow") + f" if p_org_id = '{acme}' then perform pg_sleep(100); end if; return 1;",
        organization_seconds=1,
    )
    enter(shop, "after", note("after") + " return 1;", position=200)
    thread = threading.Thread(target=tick, args=(shop,))
    thread.start()
    assert overran(shop, thread) == 1
    assert sorted(done(shop)) == [("Acme", "after"), ("Bolt", "after"), ("Bolt", "slow")]
    found = health(shop, "slow")
    assert (found["failures"], found["overruns"], found["error_code"]) == (1, 1, "57014")
    assert shop.rows("select payload -> 'overran' from trimtab.events where type = 'clock.part_failed'") == [(True,)]


def test_one_with_a_deadline_ahead_is_left_alone(shop: Database) -> None:
    enter(shop, "calm", "perform pg_sleep(0.5); return 0;", organization_seconds=60)
    thread = threading.Thread(target=tick, args=(shop,))
    thread.start()
    assert overran(shop, thread) == 0
    assert health(shop, "calm")["failures"] == 0


def test_a_flood_ends_with_its_time_and_goes_on_in_the_next_tick(shop: Database) -> None:
    acme = shop.value("select org_id from trimtab.organizations where name = 'Acme'")
    # Acme has no end of work; Bolt has a little.
    enter(
        shop,
        "flood",
        note("flood") + f" perform pg_sleep(0.05); return case when p_org_id = '{acme}' then p_limit else 3 end;",
        limit=10,
        organization_seconds=1,
        part_seconds=30,
    )
    tick(shop)
    served = dict(
        shop.rows("select o.name, count(*) from test.done join trimtab.organizations o using (org_id) group by 1")
    )
    assert served["Bolt"] == 1
    assert 2 < served["Acme"] < 30
    assert shop.rows(
        "select o.name, u.is_flooded from trimtab.tick_units u join trimtab.organizations o using (org_id) order by 1"
    ) == [("Acme", True), ("Bolt", False)]
    assert health(shop, "flood")["organizations_flooded"] == 1
    tick(shop)
    assert shop.value("select count(*) from trimtab.events where type = 'clock.part_flooded'") == 1


def test_those_who_had_no_time_come_first_in_the_next(shop: Database) -> None:
    for name in ("Cord", "Dune"):
        shop.rows("select test.organization(%s)", [name])
    enter(shop, "long", note("long") + " perform pg_sleep(0.6); return 0;", part_seconds=1)
    tick(shop)
    first = [name for name, _ in done(shop)]
    assert len(first) == 2
    assert health(shop, "long")["organizations_left"] == 2
    tick(shop)
    assert sorted(name for name, _ in done(shop)) == ["Acme", "Bolt", "Cord", "Dune"]


def test_ticks_at_once_share_the_work(shop: Database) -> None:
    for number in range(10):
        shop.rows("select test.organization(%s)", [f"Org {number}"])
    enter(shop, "work", note("work") + " perform pg_sleep(0.05); return 0;", every_seconds=3600)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: tick(shop), range(4)))
    assert sorted(name for name, _ in done(shop)) == sorted(["Acme", "Bolt", *(f"Org {n}" for n in range(10))])


def cut_off(engine: Connection) -> None:
    """A tick whose session is ended under its hands."""
    with pytest.raises(psycopg.Error):
        engine.execute("call trimtab.tick()")


def test_one_that_was_killed_is_done_once_by_the_next(shop: Database) -> None:
    enter(shop, "work", note("work") + " perform pg_sleep(1); return 0;", every_seconds=3600)
    with shop.connect(ENGINE) as engine, shop.connect() as admin:
        thread = threading.Thread(target=cut_off, args=(engine,))
        thread.start()
        asleep = "select count(*) from pg_stat_activity where pid = %s and wait_event = 'PgSleep'"
        while admin.execute(asleep, [engine.info.backend_pid]).fetchone() != (1,):
            pass
        admin.execute("select pg_terminate_backend(%s)", [engine.info.backend_pid])
        thread.join()
    assert done(shop) == []
    tick(shop)
    tick(shop)
    assert sorted(done(shop)) == [("Acme", "work"), ("Bolt", "work")]


def test_a_busy_organization_is_passed_by_where_its_lock_is_needed(shop: Database) -> None:
    enter(shop, "locking", note("locking") + " return 0;", locks=True)
    enter(shop, "free", note("free") + " return 0;", position=200)
    with shop.connect(autocommit=False) as holder:
        holder.execute("select from trimtab.organizations where name = 'Acme' for no key update")
        tick(shop)
        holder.rollback()
    assert sorted(done(shop)) == [("Acme", "free"), ("Bolt", "free"), ("Bolt", "locking")]
    assert health(shop, "locking")["failures"] == 0


def test_an_organization_that_somebody_keeps_to_himself_stops_nobody_else(shop: Database) -> None:
    acme = shop.value("select org_id from trimtab.organizations where name = 'Acme'")
    enter(shop, "old", note("old") + f" if p_org_id = '{acme}' then raise 'no'; end if; return 0;")
    # It has been there before, so that it has something to tell (whose journal needs the organization's row).
    shop.rows("insert into trimtab.tick_units (org_id, part, served_at) values (%s, 'old', '-infinity')", [acme])
    enter(shop, "new", note("new") + " return 0;", position=200)
    with shop.connect(autocommit=False) as holder:
        holder.execute("select from trimtab.organizations where name = 'Acme' for update")
        tick(shop)
        holder.rollback()
    assert sorted(done(shop)) == [("Bolt", "new"), ("Bolt", "old")]
    tick(shop)
    assert ("Acme", "new") in done(shop)
    assert health(shop, "old")["organizations_failing"] == 1


def test_a_part_that_does_not_say_how_many_is_over(shop: Database) -> None:
    enter(shop, "mute", note("mute") + " return null;")
    enter(shop, "all", "return null;", position=200, scope="system")
    tick(shop)
    assert sorted(done(shop)) == [("Acme", "mute"), ("Bolt", "mute")]
    assert health(shop, "mute")["done"] == health(shop, "all")["done"] == 0


def test_what_is_done_late_is_not_cancelled_any_more(shop: Database) -> None:
    # From then on there is nothing to cancel, however long the commit takes.
    enter(shop, "late", note("late") + " return 0;")
    shop.rows(
        "create function test.names() returns trigger language plpgsql as $$ begin"
        " insert into test.done (part) values (current_setting('application_name')); return null; end $$"
    )
    shop.rows("create trigger names after update on trimtab.tick_units for each row execute function test.names()")
    shop.rows("grant all on test.done to trimtab_definer; grant usage on schema test to trimtab_definer")
    tick(shop)
    [names] = shop.rows("select count(*), bool_or(part like 'trimtab until %') from test.done where org_id is null")
    assert names == (2, False)


def test_what_cannot_be_recorded_of_one_stops_nobody_else(shop: Database) -> None:
    acme = shop.value("select org_id from trimtab.organizations where name = 'Acme'")
    enter(shop, "work", note("work") + " return 0;")
    enter(shop, "after", note("after") + " return 0;", position=200)
    shop.rows(
        "create function test.refuse() returns trigger language plpgsql as $$ begin"
        f" if new.org_id = '{acme}' then raise 'no'; end if; return new; end $$"
    )
    shop.rows("create trigger refuse before update on trimtab.tick_units for each row execute function test.refuse()")
    tick(shop)
    assert sorted(done(shop)) == [("Acme", "after"), ("Acme", "work"), ("Bolt", "after"), ("Bolt", "work")]


def test_lanes_periods_and_what_an_installation_wants_otherwise(shop: Database) -> None:
    enter(shop, "quick", note("quick") + " return 0;")
    enter(shop, "slow", note("slow") + " return 0;", lane="slow", every_seconds=3600)
    enter(shop, "off", note("off") + " return 0;")
    shop.rows(
        "update trimtab.settings set value = %s where name = 'tick_parts'", [json.dumps({"off": {"is_off": True}})]
    )
    tick(shop, "quick")
    assert {part for _, part in done(shop)} == {"quick"}
    tick(shop, "slow")
    tick(shop, "slow")
    assert sorted(part for _, part in done(shop)) == ["quick", "quick", "slow", "slow"]
    shop.rows("update trimtab.tick_units set served_at = served_at - interval '1 hour' where part = 'slow'")
    tick(shop, "slow")
    assert len(done(shop)) == 6
    # Archived ones have no share.
    shop.rows("update trimtab.organizations set archived_at = now() where name = 'Bolt'")
    shop.rows("truncate test.done")
    tick(shop, "quick")
    assert done(shop) == [("Acme", "quick")]


@pytest.mark.parametrize(
    "written",
    [
        [],
        {"work": 5},
        {"work": None},
        {
            "work": {
                "every_seconds": "1 hour",
                "limit": 0,
                "part_seconds": -1,
                "organization_seconds": 1.5,
                "lane": "fast",
            }
        },
        {"work": {"limit": 99999999999, "locks": "perhaps", "is_off": "no"}},
    ],
)
def test_a_slip_in_the_settings_does_not_stop_the_clock(shop: Database, written: object) -> None:
    enter(shop, "work", note("work") + " return 0;")
    plan = "select p::text from trimtab.tick_plan() p"
    before = shop.rows(plan)
    shop.rows("update trimtab.settings set value = %s where name = 'tick_parts'", [json.dumps(written)])
    assert shop.rows(plan) == before
    tick(shop)
    assert sorted(done(shop)) == [("Acme", "work"), ("Bolt", "work")]


def test_a_part_acts_for_its_organization_and_for_no_other(shop: Database) -> None:
    enter(shop, "who", "insert into test.done select trimtab.current_org_id(), session_user; return 0;")
    tick(shop)
    assert sorted(done(shop)) == [("Acme", ENGINE), ("Bolt", ENGINE)]


def test_the_heartbeat_is_one_select_and_tells_what_is_late_or_fails(shop: Database) -> None:
    enter(shop, "work", "return 0;")
    beat = "select is_alive, late_parts, failing_parts from trimtab.v_heartbeat"
    assert shop.rows(beat, user=ENGINE) == [(False, ["work"], [])]
    tick(shop)
    assert shop.rows(beat, user=ENGINE) == [(True, [], [])]
    shop.rows(
        "update trimtab.tick_parts set last_finished_at = last_finished_at - interval '1 hour' where part = 'work'"
    )
    assert shop.rows(beat, user=ENGINE) == [(False, ["work"], [])]
    shop.rows(
        "create or replace function trimtab.tick_work(p_org_id uuid, p_as_of timestamptz, p_limit integer)"
        " returns integer language plpgsql as $$ begin raise exception 'no'; end $$"
    )
    tick(shop)
    assert shop.rows(beat, user=ENGINE) == [(True, [], ["work"])]
    member = str(shop.value("select test.member(o.org_id, 'viewer') from trimtab.organizations o where name = 'Acme'"))
    assert shop.rows(beat, user=member) == [(True, [], ["work"])]
    assert shop.rows("select count(*) from trimtab.tick_units", user=member) == [(1,)]


def test_the_doctor_says_what_is_wrong_and_what_to_do(shop: Database) -> None:
    def doctor() -> tuple[int, dict[str, dict[str, Any]]]:
        result = CliRunner().invoke(main, ["--database-url", shop.dsn(ENGINE), "doctor", "--json"])
        return result.exit_code, {check["name"]: check for check in json.loads(result.stdout)}

    enter(shop, "work", "return 0;")
    code, found = doctor()
    assert (code, found["heartbeat"]["verdict"]) == (1, "fail")
    assert not [name for name in found if name.startswith("part ")], "said once, not for each part"
    assert "trimtab cron install" in found["heartbeat"]["next_step"]
    tick(shop)
    code, found = doctor()
    assert (code, {check["verdict"] for check in found.values()}) == (0, {"ok"}), found
    shop.rows(
        "create or replace function trimtab.tick_work(p_org_id uuid, p_as_of timestamptz, p_limit integer)"
        " returns integer language plpgsql as $$ begin raise exception 'on fire' using errcode = 'P0666'; end $$"
    )
    tick(shop)
    code, found = doctor()
    assert (code, found["Acme"]["verdict"]) == (1, "fail")
    assert "work failed 1 times in a row: on fire [P0666]" in found["Acme"]["found"]
    result = CliRunner().invoke(main, ["--database-url", shop.dsn(ENGINE), "doctor"])
    assert "on fire" in result.stdout


def test_the_doctor_worries_about_no_part_that_is_off_and_names_settings_without_effect(shop: Database) -> None:
    def verdicts() -> list[tuple[str, str]]:
        result = CliRunner().invoke(main, ["--database-url", shop.dsn(ENGINE), "doctor", "--json"])
        return [(c["name"], c["found"]) for c in json.loads(result.stdout) if c["verdict"] == "fail"]

    enter(shop, "work", "return 0;")
    enter(shop, "failing", "raise exception 'on fire';")
    tick(shop)
    assert {name for name, _ in verdicts()} == {"part failing", "Acme", "Bolt"}
    shop.rows("""update trimtab.settings set value = '{"failing": {"is_off": true}}' where name = 'tick_parts'""")
    assert verdicts() == []
    shop.rows(
        """update trimtab.settings set value = '{"failing": {"is_off": true}, "work": {"limit": 7, "every_secs": 5,"""
        """ "part_seconds": -1}, "wrok": {}}' where name = 'tick_parts'"""
    )
    shop.rows(
        """update trimtab.settings set value = '{"executionz": 800, "alerts": 0, "runs": 90}'"""
        " where name = 'kept_days'"
    )
    assert verdicts() == [
        ("settings", "kept_days.alerts: 0 is passed by"),
        ("settings", "kept_days.executionz: 800 is passed by"),
        ("settings", "tick_parts.work.every_secs: 5 is passed by"),
        ("settings", "tick_parts.work.part_seconds: -1 is passed by"),
        ("settings", "tick_parts.wrok: there is no such part"),
    ]


def test_a_single_tick_on_the_command_line_stops_what_takes_too_long(shop: Database) -> None:
    enter(shop, "hanging", "perform pg_sleep(3600); return 0;", organization_seconds=1, part_seconds=1)
    result = CliRunner().invoke(main, ["--database-url", shop.dsn(ENGINE), "tick", "--json"])
    [row] = json.loads(result.stdout)
    assert (row["error_code"], row["failures"] > 0) == ("57014", True)


def test_jobs_of_earlier_versions_go_on(shop: Database) -> None:
    enter(shop, "quick", note("quick") + " return 0;")
    enter(shop, "slow", note("slow") + " return 0;", lane="slow")
    shop.rows("call trimtab.run_due()", user=ENGINE)
    assert {part for _, part in done(shop)} == {"quick"}
    shop.rows("call trimtab.run_all()", user=ENGINE)
    assert {part for _, part in done(shop)} == {"quick", "slow"}


def test_nobody_but_the_engine_ticks(shop: Database) -> None:
    member = str(shop.value("select test.member(o.org_id, 'owner') from trimtab.organizations o where name = 'Acme'"))
    for statement in (
        "call trimtab.tick()",
        "select trimtab.cancel_overdue()",
        "select trimtab.finish_part('tick', trimtab.clock(), '0')",
        "select trimtab.claim_unit(trimtab.current_org_id(), 'autopilot', '-infinity', true)",
        "insert into trimtab.tick_units (org_id, part, served_at) values (trimtab.current_org_id(), 'x', now())",
        "update trimtab.tick_parts set last_finished_at = now()",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            shop.rows(statement, user=member)
