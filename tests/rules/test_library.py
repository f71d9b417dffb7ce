"""The library of ready rules: each can be adopted, and docs/rules/library.md says what is in it.

`python tests/rules/test_library.py URL` prints the page's table.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import psycopg
import pytest
import sqlparse
from support.database import Database

PAGE = Path(__file__).resolve().parents[2] / "docs/rules/library.md"
TABLE = (
    "select pg_catalog.format('| `%s` | %s | %s | %s |', l.code,"
    " (select pg_catalog.string_agg(r.value ->> 'name', '<br>' order by r.ordinality)"
    "  from pg_catalog.jsonb_array_elements(l.rules) with ordinality r), l.summary, l.tune)"
    " from trimtab.v_rule_library l where not l.is_default order by l.category, l.code"
)


def test_the_page_has_the_table_of_the_library(db: Database) -> None:
    rows = [row for (row,) in db.rows(TABLE)]
    assert len(rows) > 10
    printed = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| `\w+` \|", line)]
    assert printed == rows


def test_what_the_page_prints_runs(tap_db: Database) -> None:
    blocks = re.findall(r"^```sql\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    login = tap_db.value("select test.member(test.organization(), 'manager')")
    with tap_db.connect(login, options="-c search_path=trimtab,public") as person:
        for statement in (text for block in blocks for text in sqlparse.split(block)):
            assert person.execute(statement.encode()).rowcount >= (0 if "automation_executions" in statement else 1)
    assert tap_db.rows(
        "select name, status from trimtab.automation_rules where copied_from like 'pause%%' order by 1"
    ) == [
        ("Pause High CPA Campaigns", "active"),
        ("Too dear", "shadow"),
    ]


def test_each_is_adopted_in_shadow_and_says_what_it_is_for(tap_db: Database) -> None:
    login = tap_db.value("select test.member(test.organization(), 'analyst')")
    with tap_db.connect(login) as analyst:
        codes = analyst.execute(
            "select code, rule_count, tune, rules from trimtab.v_rule_library where not is_default"
        ).fetchall()
        for code, count, tune, rules in codes:
            assert tune, code
            assert all(rule["description"] for rule in rules), code
            analyst.execute("select trimtab.adopt_rule(%s)", [code])
            found = analyst.execute(
                "select r.status, v.reason from trimtab.automation_rules r"
                " join trimtab.rule_versions v on v.rule_id = r.id where r.copied_from = %s",
                [f"{code}@1"],
            ).fetchall()
            assert found == [("shadow", "Adopted from the library.")] * count
        with pytest.raises(psycopg.errors.UniqueViolation, match="already"):
            analyst.execute("select trimtab.adopt_rule('pacing')")


def test_the_values_of_the_original_templates_are_kept(db: Database) -> None:
    rows = db.rows(
        "select l.code, c.value ->> 'metric', c.value ->> 'operator', (c.value ->> 'threshold')::float,"
        " (l.rules #>> '{0,actions,0,value}')::float"
        " from trimtab.v_rule_library l, pg_catalog.jsonb_path_query(l.rules, '$[0].conditions[0]') c (value)"
        " where l.code ~ '^(pause_high_cpa|pause_low_roas|(in|de)crease_|notify_)' order by 1"
    )
    assert rows == [
        ("decrease_budget_low_ctr", "ctr", "<", 1, -30),  # 0.01 as a fraction
        ("increase_budget_high_roas", "roas", ">", 3, 20),
        ("notify_high_spend", "spend", ">", 1000, None),
        ("notify_low_conversion_rate", "conversion_rate", "<", 2, None),  # 0.02
        ("pause_high_cpa", "cpa", ">", 50, None),
        ("pause_low_roas", "roas", "<", 1.5, None),
    ]


if __name__ == "__main__":
    with psycopg.connect(sys.argv[1]) as connection:
        for (line,) in connection.execute(TABLE.encode()):
            sys.stdout.write(f"{line}\n")
