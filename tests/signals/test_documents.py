"""docs/metrics.md says what the catalogue says."""

from __future__ import annotations

import re
from pathlib import Path

import sqlparse
from support.database import Database

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def tables() -> list[list[tuple[str, ...]]]:
    found: list[list[tuple[str, ...]]] = []
    previous = ""
    for line in PAGE.read_text().splitlines():
        if line.startswith("| `"):
            if previous.startswith("|---"):
                found.append([])
            found[-1].append(tuple(cell.strip() for cell in line.strip("| ").split("|")))
        previous = line
    return found


def test_every_metric_and_window_is_documented(db: Database) -> None:
    metrics, windows = tables()
    assert metrics == [
        (f"`{code}`", *rest)
        for code, *rest in db.rows(
            "select code, unit, direction, case"
            " when aggregate = 'ratio' then concat("
            "  case when factor <> 1 then factor || %s end, numerator, ' \u00f7 ', denominator)"
            " when aggregate = 'alias' then 'same as ' || same_as else aggregate end"
            " from trimtab.metrics order by position nulls last, same_as, code",
            [" \u00d7 "],
        )
    ]
    assert windows == [
        (f"`{code}`", *rest)
        for code, *rest in db.rows(
            "select code, case when first_unit is null then 'first day to day 0 back'"
            " else concat(unit, 's ', first_unit, ' to ', last_unit, ' back') end"
            " from trimtab.metric_windows order by position"
        )
    ]


def test_the_examples_run(tap_db: Database) -> None:
    org = tap_db.value("select test.organization('Acme')")
    analyst = tap_db.value("select test.member(%s, 'analyst')", [org])
    with tap_db.connect() as connection:
        campaign = tap_db.value("select test.campaign(%s, 'Summer sale')", [org])
        connection.execute("select test.facts(%s, %s, '2026-05-01', 1000, 10, 20, 2, 60)", [org, campaign])
    with tap_db.connect(analyst) as connection:
        blocks = re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.S)
        statements = [sqlparse.format(part, strip_comments=True) for block in blocks for part in sqlparse.split(block)]
        assert len(statements) == 11
        rows = 0
        for statement in statements:
            if statement.startswith("update trimtab.settings"):
                continue
            rows += connection.execute(statement.replace("p_known => 41", "p_known => 1").encode()).rowcount
        assert rows > 40
