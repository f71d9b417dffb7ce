"""Asking the database for runs, many at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from support.database import Connection

Question = tuple[str, str, dt.datetime, str, str]  # cron expression, zone, after, on_gap, on_overlap


def next_runs(connection: Connection, questions: Sequence[Question]) -> list[dt.datetime | None]:
    """The next run for each question, in order, as one set."""
    columns = [list(column) for column in zip(*questions, strict=True)]
    rows = connection.execute(
        "with plans as materialized (select c.cron, array[trimtab.cron_plan(c.cron)] as plans"
        " from (select distinct cron from unnest(%(crons)s::text[]) cron) c)"
        " select r.run_at from unnest(%(crons)s::text[], %(zones)s::text[], %(afters)s::timestamptz[],"
        " %(gaps)s::text[], %(overlaps)s::text[]) with ordinality q (cron, zone, after, on_gap, on_overlap, n)"
        " join plans p on p.cron = q.cron"
        " cross join lateral trimtab.run_after(p.plans, q.zone, q.after, q.on_gap, q.on_overlap) r order by q.n",
        dict(zip(("crons", "zones", "afters", "gaps", "overlaps"), columns, strict=True)),
    ).fetchall()
    return [row[0] for row in rows]
