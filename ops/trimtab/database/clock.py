"""The clock of an installation: the jobs of pg_cron that beat it, and whether it beats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from trimtab.database.checks import Check

Connection = psycopg.Connection[tuple[Any, ...]]

EVERY_MINUTE = "* * * * *"
# What keeps nobody waiting has one session; what may take its time, several.
QUICK, SLOW = "quick", ("jobs", "slow")
WATCH = ("trimtab watch", "select trimtab.cancel_overdue()")
# What earlier versions installed.
FORMER = ("trimtab run_all", "trimtab run_due")


def jobs(workers: int) -> list[tuple[str, str]]:
    """Name and command of each job of pg_cron: one for the quick lane, so many for each other, one watches them."""
    lanes = [(QUICK, "quick"), *((lane, f"{lane} {number}") for lane in SLOW for number in range(1, workers + 1))]
    return [*((f"trimtab tick {name}", f"call trimtab.tick('{lane}')") for lane, name in lanes), WATCH]


def diagnose(connection: Connection) -> Iterator[Check]:
    """How the clock goes, a check a line, with the next step where something is wrong.

    Args:
        connection: of trimtab_engine, which sees all organizations.
    """
    yield _heartbeat(connection)
    yield from _parts(connection)
    yield from _organizations(connection)
    yield _stops(connection)
    yield _partitions(connection)
    yield from _slips(connection)


def _heartbeat(connection: Connection) -> Check:
    [(at, lag)] = connection.execute("select last_tick_at, lag_seconds from trimtab.v_heartbeat").fetchall()
    if at is None:
        step = "trimtab cron install, or trimtab tick --loop"
        if has_jobs(connection):
            step = "pg_cron has the jobs, and ticks within a minute; trimtab cron history"
        return Check("heartbeat", "fail", "the clock has never ticked", step)
    found = f"the last tick ended {lag} seconds ago"
    if lag >= 180:
        return Check("heartbeat", "fail", found, "trimtab cron list, trimtab cron history; or trimtab tick --loop")
    return Check("heartbeat", "ok", found)


def has_jobs(connection: Connection) -> bool:
    """Whether pg_cron has a job of the clock, as far as the login may see."""
    [(may,)] = connection.execute(
        "select coalesce((select pg_catalog.has_schema_privilege(n.oid, 'usage') and"
        " pg_catalog.has_table_privilege(pg_catalog.to_regclass('cron.job'), 'select')"
        " from pg_catalog.pg_namespace n where n.nspname = 'cron'), false)"
    ).fetchall()
    if not may:
        return False
    [(found,)] = connection.execute(
        "select exists (select from cron.job where jobname like 'trimtab tick%')"
    ).fetchall()
    return bool(found)


def _parts(connection: Connection) -> Iterator[Check]:
    rows = connection.execute(
        "select part, is_late, lag_seconds, last_duration_ms, organizations_left, failures, overruns, error_code,"
        " error_message, error_at >= last_started_at as has_failed from trimtab.v_tick_health"
        # Where nothing has ever run, the heartbeat says it.
        " where last_finished_at is not null or exists (select from trimtab.v_heartbeat where last_tick_at is not null)"
    ).fetchall()
    step = "no clock is running: trimtab cron install, or trimtab tick --loop"
    if has_jobs(connection):
        step = "trimtab cron list, trimtab cron history; trimtab cron install --workers N adds workers"
    for part, is_late, lag, duration, left, failures, overruns, code, message, has_failed in rows:
        name = f"part {part}"
        if is_late:
            found = "has never run" if lag is None else f"last ended {lag} seconds ago"
            yield Check(name, "fail", found, step)
        elif has_failed:
            yield Check(name, "fail", f"failed: {message} [{code}]", "select * from trimtab.v_tick_health")
        elif left:
            more = "it comes first in the next tick; trimtab cron install --workers N adds workers"
            yield Check(name, "note", f"had no time for {left} organizations", more)
        else:
            past = f"; {failures} failures so far, {overruns} of them overruns" if failures else ""
            yield Check(name, "ok", f"{duration} ms{past}")


def _organizations(connection: Connection) -> Iterator[Check]:
    rows = connection.execute(
        "select o.name, u.part, u.failures, u.is_flooded, u.error_code, u.error_message, u.not_before"
        " from trimtab.tick_units u join trimtab.organizations o using (org_id)"
        # Parts that were switched off or removed are nobody's worry.
        " join trimtab.tick_plan() p using (part)"
        " where u.failures > 0 or u.is_flooded order by u.failures desc, o.name, u.part limit 20"
    ).fetchall()
    for name, part, failures, is_flooded, code, message, not_before in rows:
        if failures:
            found = f"{part} failed {failures} times in a row: {message} [{code}]; tried again {not_before:%H:%M:%S %Z}"
            yield Check(name, "fail", found)
        elif is_flooded:
            yield Check(name, "note", f"{part} has more waiting than one tick has time for")


def _stops(connection: Connection) -> Check:
    [(stop, stopped)] = connection.execute(
        "select trimtab.system_stop(), (select count(*) from trimtab.guardrails g join trimtab.organizations o"
        " using (org_id) where not g.autopilot_enabled and o.archived_at is null)"
    ).fetchall()
    if stop is not None:
        return Check("stop switches", "note", stop, "trimtab guardrails start --system")
    if stopped:
        return Check("stop switches", "note", f"{stopped} organizations have switched their autopilot off")
    return Check("stop switches", "ok", "none is on")


def _partitions(connection: Connection) -> Check:
    [(until,)] = connection.execute(
        "select max(substring(pg_catalog.pg_get_expr(c.relpartbound, c.oid) from $$TO \\('([0-9-]+)$$))"
        " from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid"
        " where i.inhparent = 'trimtab.events'::pg_catalog.regclass"
        " and pg_catalog.pg_get_expr(c.relpartbound, c.oid) ~ 'TO \\(.[0-9]'"
    ).fetchall()
    [(enough,)] = connection.execute(
        "select %s::timestamptz > trimtab.clock() + interval '2 months'", [until]
    ).fetchall()
    return Check(
        "partitions",
        "ok" if enough else "fail",
        f"the journal reaches until {until}",
        None if enough else "select trimtab.ensure_partitions();",
    )


def _slips(connection: Connection) -> Iterator[Check]:
    for (slip,) in connection.execute("select trimtab.setting_slips()").fetchall():
        yield Check("settings", "fail", slip, "docs/clockwork.md says what these settings take")
