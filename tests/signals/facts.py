"""Facts of an organization: published as an import does it, and read as the oracle takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from signals import oracle
from support.database import Connection

COLUMNS = oracle.MEASURES


def publish(connection: Connection, org: UUID, rows: Sequence[tuple[Any, ...]]) -> int | None:
    """One batch of (campaign, day, hour, *COLUMNS); its knowledge revision, None when all was known just so."""
    if not rows:
        return None
    with connection.transaction():
        [(batch,)] = connection.execute(
            "select trimtab.open_import(%s, 'random', 'test', '{}')", [org]
        ).fetchall()
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into pg_temp.trimtab_import (line_number, campaign_id, day, hour, impressions, clicks,"
                " spend, conversions, revenue, likes, shares, comments, reach)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [(n, *row) for n, row in enumerate(rows, start=2)],
            )
        [(revision,)] = connection.execute("select test.finish_facts(%s, %s)", [org, batch]).fetchall()
    return None if revision is None else int(revision)


def published(connection: Connection, org: UUID, campaigns: Iterable[UUID]) -> dict[UUID, list[oracle.Fact]]:
    """Every version of every fact by day and hour."""
    facts: dict[UUID, list[oracle.Fact]] = {campaign: [] for campaign in campaigns}
    for campaign, grain, day, hour, known_from, known_to, derived, currency, *measures in connection.execute(
        "select campaign_id, grain, day, nullif(hour, '-infinity'), known_from, known_to, is_derived, currency,"
        " impressions, clicks, spend, conversions, revenue, likes, shares, comments, reach"
        " from trimtab.campaign_metrics where org_id = %s and grain in ('day', 'hour')",
        [org],
    ):
        values = dict(zip(COLUMNS, (None if value is None else Decimal(value) for value in measures), strict=True))
        facts[campaign].append(oracle.Fact(grain, day, hour, known_from, known_to, derived, currency, values))
    return facts
