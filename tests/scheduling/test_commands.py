"""`trimtab schedules` and `trimtab process-schedules`, from a file with faults to a rehearsal across a clock change."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from scheduling.conftest import Save
from support.database import ADMIN, ENGINE, Database

from trimtab.cli.main import main
from trimtab.cli.schedules import _outcome

MONDAY: dict[str, Any] = {
    "name": "Monday nine",
    "job": "test",
    "timing": {"frequency": "weekly", "days_of_week": ["monday"], "at": "09:00"},
    "time_zone": "America/New_York",
}


def run(db: Database, *arguments: str, given: object = None, login: str = ENGINE) -> Result:
    return CliRunner().invoke(
        main,
        ["--database-url", db.dsn(login), *arguments],
        input=None if given is None else given if isinstance(given, str) else json.dumps(given),
        env={"COLUMNS": "200"},
    )


def done(db: Database, *arguments: str, given: object = None, login: str = ENGINE) -> Any:
    result = run(db, *arguments, "--json", given=given, login=login)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def state(db: Database) -> tuple[Any, Any]:
    """How many rows every table has, and all of the schedules."""
    return db.value("select test.row_counts()"), db.rows("select j::text from trimtab.scheduled_jobs j order by 1")


def test_a_file_makes_schedules_all_or_none(tap_db: Database, org: str) -> None:
    rows = done(tap_db, "schedules", "add", "-", given=[MONDAY, MONDAY | {"name": "Other", "time_zone": "UTC"}])
    assert {row["name"] for row in rows} == {"Monday nine", "Other"}
    result = run(tap_db, "schedules", "add", "-", given=[MONDAY | {"name": "Third"}, {"name": "x", "speed": 1}])
    assert result.exit_code == 1
    assert result.stderr.startswith("[1] x:\n")
    assert "schedule.speed: found 1, but it is not known" in result.stderr
    assert len(done(tap_db, "schedules", "list")) == 2
    for text in ("{", '{"max_runs": NaN}'):
        broken = run(tap_db, "schedules", "add", "-", given=text)
        assert (broken.exit_code, "is not JSON" in broken.stderr) == (1, True)


def test_what_show_prints_makes_the_same_schedule_again(tap_db: Database, org: str, save: Save) -> None:
    save("full", jitter_seconds=5, missed="all", catchup_window="90 minutes", starts_at="2030-01-01", max_runs=9)
    document = done(tap_db, "schedules", "show", "full")["document"]
    before = tap_db.rows(
        "select to_jsonb(j) - '{id,created_at,updated_at,settled_until}'::text[] from trimtab.scheduled_jobs j"
    )
    assert run(tap_db, "schedules", "remove", "full").exit_code == 2
    assert run(tap_db, "schedules", "remove", "full", "--yes").exit_code == 0
    done(tap_db, "schedules", "add", "-", given=document)
    after = tap_db.rows(
        "select to_jsonb(j) - '{id,created_at,updated_at,settled_until}'::text[] from trimtab.scheduled_jobs j"
    )
    assert before == after


def test_what_comes_next_is_told_in_local_time_and_utc(tap_db: Database, org: str) -> None:
    tap_db.rows("select test.clock_at('2026-10-20 12:00+00')")
    done(tap_db, "schedules", "add", "-", given=MONDAY)
    assert done(tap_db, "schedules", "next", "Monday nine", "--count", "2") == [
        {"local": "2026-10-26 09:00:00", "utc": "2026-10-26T13:00:00Z", "offset": "-04:00"},
        {"local": "2026-11-02 09:00:00", "utc": "2026-11-02T14:00:00Z", "offset": "-05:00"},
    ]
    unknown = run(tap_db, "schedules", "next", "Tuesday")
    assert (unknown.exit_code, "there is no schedule 'Tuesday'" in unknown.stderr) == (1, True)
    run(tap_db, "schedules", "pause", "Monday nine")
    assert "it is paused" in run(tap_db, "schedules", "next", "Monday nine").stderr


@pytest.mark.parametrize(
    ("after", "told"), [({"hours": 1}, "1 hour"), ({"days": 2}, "48 hours"), ({"minutes": 90}, "90 minutes")]
)
def test_what_follows_an_event_says_so(tap_db: Database, org: str, after: dict[str, int], told: str) -> None:
    relative = {"name": "later", "job": "test", "timing": {"frequency": "relative", "event": "a.b", "after": after}}
    done(tap_db, "schedules", "add", "-", given=relative)
    result = run(tap_db, "schedules", "next", "later")
    assert (result.stdout, result.stderr) == ("", f"it runs {told} after each event a.b\n")


def test_what_was_done_is_told_before_what_was_not() -> None:
    row = {"result": {"failed": 0, "held_back": 2, "shadowed": 0, "executed": 1, "found": 3}}
    assert _outcome(row) == "found 3, executed 1, shadowed 0, held back 2, failed 0"


def test_a_schedule_is_paused_resumed_run_and_backfilled(tap_db: Database, org: str, save: Save) -> None:
    tap_db.rows("select test.clock_at('2026-10-20 12:00+00')")
    save("hourly")
    save("failing", arguments={"fail": "P0042"}, status="paused")
    assert run(tap_db, "schedules", "pause", "hourly").stdout == "paused\n"
    assert run(tap_db, "schedules", "resume", "hourly").stdout == "active; it runs next at 2026-10-20 13:00 UTC\n"
    assert done(tap_db, "schedules", "run-now", "hourly")["status"] == "success"
    failed = run(tap_db, "schedules", "run-now", "failing")
    assert (failed.exit_code, failed.stdout) == (4, "failure: it does not work\n")
    span = ("--from", "2026-10-20T08:00", "--to", "2026-10-20T11:00+00:00")
    assert run(tap_db, "schedules", "backfill", "hourly", *span).stdout == "3 slots are due\n"
    again = run(tap_db, "schedules", "backfill", "hourly", *span)
    assert (again.stdout, "or are due already" in again.stderr) == ("0 slots are due\n", True)
    more = run(tap_db, "schedules", "backfill", "hourly", "--from", "2026-10-20T07:00", "--to", "2026-10-20T08:00")
    assert more.stdout == "1 slot is due\n"
    assert [run["status"] for run in done(tap_db, "schedules", "show", "hourly")["runs"]] == [
        "success",
        "due",
        "due",
        "due",
        "due",
    ]


def test_a_dry_run_changes_nothing_and_the_limit_holds(tap_db: Database, org: str, save: Save) -> None:
    tap_db.rows("select test.clock_at('2026-10-20 11:50+00')")
    for number in range(3):
        save(f"job {number}")
    save("failing", arguments={"fail": "P0042"})
    assert done(tap_db, "process-schedules", "--dry-run") == []
    tap_db.rows("select test.clock_at('2026-10-20 12:00:30+00')")
    before = state(tap_db)
    due = done(tap_db, "process-schedules", "--dry-run")
    assert [(row["schedule"], row["slot"], row["late"], row["what"]) for row in due] == [
        (name, "2026-10-20 12:00:00 UTC", "00:00:30", "to dispatch") for name in ("failing", "job 0", "job 1", "job 2")
    ]
    assert len(done(tap_db, "process-schedules", "--dry-run", "--limit", "2")) == 2
    assert state(tap_db) == before
    statuses = "select count(*), count(*) filter (where status <> 'due') from trimtab.job_runs"
    [result] = json.loads(run(tap_db, "process-schedules", "--limit", "1", "--json").stdout)
    assert (result["schedules"], result["runs"]) == (1, 1)
    assert tap_db.rows(statuses) == [(1, 1)]
    rest = run(tap_db, "process-schedules", "--json")
    [result] = json.loads(rest.stdout)
    assert (result["schedules"], result["runs"]) == (3, 3)
    assert tap_db.rows(statuses) == [(4, 4)]
    assert done(tap_db, "process-schedules") == []
    assert tap_db.rows("select status, count(*) from trimtab.job_runs group by 1 order by 1") == [
        ("failure", 1), ("success", 3),
    ]  # fmt: skip


def test_a_rehearsal_fires_at_the_right_instants_across_a_change_of_the_clocks(tap_db: Database, org: str) -> None:
    done(tap_db, "schedules", "add", "-", given=[MONDAY, MONDAY | {"name": "Another"}])
    before = state(tap_db)
    span = ("--from", "2026-10-20", "--until", "2026-11-10")
    rows = done(tap_db, "schedules", "rehearse", "Monday nine", *span, login=ADMIN)
    assert [(row["slot"], row["utc"], row["status"]) for row in rows] == [
        ("Mon 2026-10-26 09:00", "2026-10-26T13:00:00Z", "success"),
        ("Mon 2026-11-02 09:00", "2026-11-02T14:00:00Z", "success"),
        ("Mon 2026-11-09 09:00", "2026-11-09T14:00:00Z", "success"),
    ]
    # All of it was taken back, the clock and the login too.
    assert state(tap_db) == before
    assert tap_db.value("select trimtab.clock() = transaction_timestamp()")
    assert tap_db.value("select count(*) from trimtab.database_logins where login = %s", [ADMIN]) == 0


def test_a_rehearsal_says_who_may(tap_db: Database, org: str) -> None:
    done(tap_db, "schedules", "add", "-", given=MONDAY)
    result = run(tap_db, "schedules", "rehearse", "Monday nine", "--from", "2026-10-20", "--until", "2026-11-10")
    assert result.exit_code == 1
    assert "may not put another clock in place" in result.stderr
    assert "the role that deploys" in result.stderr


def test_the_tick_dispatches_and_runs(tap_db: Database, org: str, save: Save) -> None:
    tap_db.rows("select test.clock_at('2026-10-20 11:50+00')")
    save("hourly")
    tap_db.rows("select test.clock_at('2026-10-20 12:00+00')")
    with tap_db.connect(ENGINE) as connection:
        connection.execute("call trimtab.tick('quick')")
        connection.execute("call trimtab.tick('jobs')")
    assert tap_db.rows("select status, slot_at::text from trimtab.job_runs") == [("success", "2026-10-20 12:00:00+00")]
