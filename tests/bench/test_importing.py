"""(d): facts through the import, against a bare COPY into an equal table with equal indexes and partitions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from bench import measure
from bench.conftest import World
from support.database import Connection, Database, TestCluster

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]

LOGIN = "bench_importer"
BEGIN = (
    "select trimtab.begin_import('export.csv', 'bench',"
    """ '{"measures": ["impressions", "clicks", "spend", "conversions", "revenue"]}')::text"""
)
INTO_IMPORT = (
    "copy pg_temp.trimtab_import (line_number, platform, external_id, title, currency, day,"
    " impressions, clicks, spend, conversions, revenue) from stdin"
)
INTO_BARE = (
    "copy bench.facts (org_id, campaign_id, grain, day, known_from, currency,"
    " impressions, clicks, spend, conversions, revenue) from stdin"
)
FACTS = (
    "from generate_series({first}, {last}) n cross join generate_series({days}, 1, -1) d"
    " cross join lateral bench.figures(n, d) f"
)
DAY = "(trimtab.clock() at time zone 'UTC')::date - d"
IMPORTED = (
    "copy (select row_number() over (), 'meta', 'id' || n, 'Campaign ' || n, 'USD', {day}, f.* {facts}) to stdout"
)
BARE = (
    "copy (select o.org_id, md5('c' || n)::uuid, 'day', {day}, 1, 'USD', f.*"
    " {facts} cross join bench.organizations o) to stdout"
)

Pieces = list[bytes]


@pytest.fixture
def database(bench_cluster: TestCluster) -> Iterator[Database]:
    """A database with one organization and an analyst of it."""
    made = bench_cluster.create(bench_cluster.template("migrated"))
    made.rows((Path(__file__).parent / "world.sql").read_text())
    made.rows("call bench.make_organizations(1)")
    made.rows("call bench.make_analyst(%s, 1)", [LOGIN])
    yield made
    bench_cluster.drop(made)
    with bench_cluster.maintenance() as connection:
        connection.execute(f"drop role {LOGIN}".encode())


def text_of(connection: Connection, query: str) -> Pieces:
    """What COPY gives out for a query, in pieces."""
    with connection.cursor().copy(query.encode()) as copy:
        whole = b"".join(bytes(piece) for piece in copy)
    return [whole[start : start + 65536] for start in range(0, len(whole), 65536)]


def load(connection: Connection, command: str, *files: Pieces) -> None:
    """COPY each file."""
    for pieces in files:
        with connection.cursor().copy(command.encode()) as copy:
            for piece in pieces:
                copy.write(piece)


def imported(connection: Connection, pieces: Pieces) -> tuple[int, int]:
    """One import, committed; rows inserted and unchanged."""
    batch_id = measure.scalar(connection, BEGIN)
    load(connection, INTO_IMPORT, pieces)
    row = connection.execute(
        "select b.rows_inserted, b.rows_unchanged from trimtab.finish_import(%s) b", [batch_id]
    ).fetchone()
    connection.commit()
    assert row
    return row[0], row[1]


def test_importing(world: World, database: Database) -> None:
    campaigns = world.organizations * world.campaigns
    total = campaigns * world.days
    many = max(1, campaigns // 1000)  # so many imports of a hundred campaigns each
    cuts = list(pairwise(range(0, many * 100 + 1, 100)))
    with database.connect() as admin, database.connect(LOGIN, autocommit=False) as analyst:

        def texts(query: str, first: int, last: int) -> Pieces:
            facts = FACTS.format(first=first, last=last, days=world.days)
            return text_of(admin, query.format(day=DAY, facts=facts))

        one_import, one_bare = texts(IMPORTED, 1, campaigns), texts(BARE, 1, campaigns)
        small_imports = [texts(IMPORTED, first + 1, last) for first, last in cuts]
        small_bare = [texts(BARE, first + 1, last) for first, last in cuts]

        def bare(files: list[Pieces]) -> float:
            admin.execute("call bench.make_bare_facts()")
            return measure.timed(lambda: load(admin, INTO_BARE, *files))

        def through_import(files: list[Pieces]) -> float:
            admin.execute("call bench.forget_imports()")
            admin.execute("analyze")
            counts: list[tuple[int, int]] = []
            seconds = measure.timed(lambda: counts.extend(imported(analyst, pieces) for pieces in files))
            assert sum(inserted for inserted, _ in counts) == sum(
                piece.count(b"\n") for file in files for piece in file
            )
            return seconds

        def again() -> float:
            counts: list[tuple[int, int]] = []
            seconds = measure.timed(lambda: counts.append(imported(analyst, one_import)))
            assert counts == [(0, total)]
            return seconds

        runs = min(3, world.runs)
        seconds = measure.alternate(
            runs,
            {"bare": lambda: bare([one_bare]), "import": lambda: through_import([one_import]), "again": again},
            warm=False,
        )
        small = measure.alternate(
            runs, {"bare": lambda: bare(small_bare), "import": lambda: through_import(small_imports)}, warm=False
        )
    measure.say_figure(
        f"(d) {total:,} daily facts of one organization, {campaigns:,} new campaigns x {world.days} days, one file",
        {
            "bare COPY into an equal table": seconds["bare"],
            "begin_import(), COPY, finish_import()": seconds["import"],
            "the same file again (changes nothing)": seconds["again"],
        },
    )
    measure.say_ratio("import / bare COPY", measure.ratios(seconds["import"], seconds["bare"]), most=5)
    measure.say_figure(
        f"    {many:,} files of {100 * world.days:,} facts each",
        {"bare COPY, one transaction a file": small["bare"], "imports": small["import"]},
    )
    measure.say_ratio("imports / bare COPY", measure.ratios(small["import"], small["bare"]))
