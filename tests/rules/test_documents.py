"""docs/rules.md and the README say what the database does, and the SQL that they print runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlparse
from support.database import Database

TOP = Path(__file__).resolve().parents[2]
RULES = (TOP / "docs/rules.md").read_text(encoding="utf-8")
README = (TOP / "README.md").read_text(encoding="utf-8")


def printed(page: str) -> list[str]:
    """The statements of a page's SQL blocks."""
    blocks = re.findall(r"^```sql\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [statement for block in blocks for statement in sqlparse.split(block) if statement.strip(" \n;")]


@pytest.fixture
def shop(tap_db: Database) -> Iterator[Database]:
    """An organization with a loser that was paused."""
    with tap_db.connect() as connection:
        [(org_id,)] = connection.execute("select test.organization('Shop')::text").fetchall()
        connection.execute(
            "select test.facts(%(org)s, test.running_campaign(%(org)s, 'loser'),"
            " (trimtab.clock() at time zone 'UTC')::date - 1, 50000, 500, 300, 60, 30)",
            {"org": org_id},
        )
    with tap_db.connect("trimtab_engine") as engine:
        engine.execute("call trimtab.tick('slow')")
    yield tap_db


@pytest.mark.parametrize("page", ["README", "docs/rules.md"])
def test_what_is_printed_runs(shop: Database, page: str) -> None:
    statements = printed(README if page == "README" else RULES)
    assert len(statements) >= 5
    org_id = shop.value("select org_id from trimtab.organizations")
    login = shop.value("select test.member(%s, 'admin')", [org_id])
    with shop.connect(login, options="-c search_path=trimtab,public") as person:
        for statement in statements:
            person.execute(statement)


def test_what_the_readme_takes_back_is_taken_back(shop: Database) -> None:
    org_id = shop.value("select org_id from trimtab.organizations")
    login = shop.value("select test.member(%s, 'manager')", [org_id])
    assert shop.value("select status from trimtab.campaigns") == "paused"
    with shop.connect(login, options="-c search_path=trimtab,public") as person:
        for statement in printed(README):
            person.execute(statement)
    assert shop.value("select status from trimtab.campaigns") == "active"


def test_the_default_rules_are_those_of_the_table(tap_db: Database) -> None:
    table = re.findall(r"^\| ([A-Z][\w ]+ (?:Pause|Scale)) \|.*\| (\d+) \|$", RULES, re.MULTILINE)
    masters = tap_db.rows(
        "select rules #>> '{0,name}', rules #>> '{0,priority}' from trimtab.v_rule_library where is_default"
    )
    assert sorted(table) == sorted(masters)


def test_the_gates_of_the_table_are_those_of_the_code(db: Database) -> None:
    gates = {code for (code,) in db.rows("select code from trimtab.rule_gates")}
    [shown] = re.findall(r"<!-- gates -->\n(.*?)<!-- end -->", RULES, re.DOTALL)
    assert gates == set(re.findall(r"^\| `(\w+)` \|", shown, re.MULTILINE))
    functions = [path.read_text(encoding="utf-8") for path in (TOP / "functions").glob("*/*.sql")]
    assert {gate for gate in gates if not any(f"'{gate}'" in source for source in functions)} == set()
    decide = (TOP / "functions/rules/decide.sql").read_text(encoding="utf-8")
    in_code = set(re.findall(r"\bwhen '(\w+)' then (?:format|'The|'There|'No)", decide))
    assert len(in_code) > 5
    assert in_code <= gates


def test_the_defaults_of_the_guardrails_are_those_that_are_named(tap_db: Database) -> None:
    tap_db.rows("select test.organization()")
    [(row,)] = tap_db.rows("select to_jsonb(g) from trimtab.guardrails g")
    named = re.findall(r"\b(max_\w+|cool_off_hours|reversal_hours|budget_cooldown_hours) \((\d+)\)", RULES)
    assert len(named) == 5
    assert named == [(name, str(row[name])) for name, _ in named]
