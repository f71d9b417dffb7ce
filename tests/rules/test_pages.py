"""docs/rules: a page for each type in one form, tables from the database, examples that save, guides that work."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb
from support.database import Database
from support.pages import KINDS, RULES, filled, pages

FORM = ["What it means", "When it fires", "Parameters", "What it stores", "How to tune", "Example"]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_tables_are_the_databases(db: Database) -> None:
    with db.connect() as connection:
        stale = [page.name for page in pages() if filled(connection, page) != page.read_text(encoding="utf-8")]
    assert stale == [], "run `make docs`, look at the difference, and commit it"


def test_each_type_has_its_page_in_one_form(db: Database) -> None:
    for folder, kind in KINDS.items():
        codes = {code for (code,) in db.rows("select code from trimtab.rule_vocabulary where kind = %s", [kind])}
        found = {page.stem: page for page in (RULES / folder).glob("*.md")}
        assert found.keys() == codes
        for code, page in found.items():
            text = page.read_text(encoding="utf-8")
            assert text.startswith(f"# {code}\n"), page
            assert re.findall(r"^## (.*)$", text, re.MULTILINE) == FORM, page


def faults(db: Database, document: dict[str, Any]) -> Any:
    return db.value("select n.faults from trimtab.normalize_rule(%s) n", [Jsonb(document)])


def test_the_examples_of_the_pages_can_be_saved(db: Database) -> None:
    for folder, kind in KINDS.items():
        for page in sorted((RULES / folder).glob("*.md")):
            examples = blocks(page, "json")
            assert examples, page
            for example in examples:
                leaf = json.loads(example)
                assert leaf["type"] == page.stem
                condition = {"metric": "spend", "operator": ">", "threshold": 1}
                document = {
                    "name": "Example",
                    "trigger": {"on": "event", "event": "mention.received"}
                    if page.stem == "event_payload"
                    else {"on": "run"},
                    "conditions": [leaf if kind == "condition" else condition],
                    "actions": [leaf if kind == "action" else {"type": "create_alert"}],
                }
                assert not faults(db, document), (page, faults(db, document))


def test_the_guide_ends_in_rules_that_can_be_saved(tap_db: Database) -> None:
    documents = [json.loads(block) for block in blocks(RULES / "guide.md", "json")]
    assert len(documents) == 6  # five complaints; the last takes two
    org_id = tap_db.value("select test.organization('Shop')")
    login = tap_db.value("select test.member(%s, 'analyst')", [org_id])
    with tap_db.connect(login) as analyst:
        for document in documents:
            analyst.execute("select trimtab.save_rule(%s)", [Jsonb(document)])
        [(shadows,)] = analyst.execute(
            "select count(*) from trimtab.automation_rules where status = 'shadow' and name = any (%s)",
            [[document["name"] for document in documents]],
        ).fetchall()
    assert shadows == 6


@pytest.mark.xdist_group("extending")
def test_what_extending_says_makes_types_that_work(tap_db: Database) -> None:
    """The page's statements run as they stand; a rule of the new types is saved, decides, is explained, and acts."""
    page = RULES / "extending.md"
    with tap_db.connect() as owner:
        for statement in blocks(page, "sql"):
            owner.execute(statement)
    org_id = tap_db.value("select test.organization('Shop')")
    manager = tap_db.value("select test.member(%s, 'manager')", [org_id])
    long, short = "A title that is much too long", "Short"
    for title in (long, short):
        tap_db.value("select test.running_campaign(%s, %s)", [org_id, title])
    [rule] = [json.loads(block) for block in blocks(page, "json")]
    with tap_db.connect(manager) as person:
        wrong = rule | {"conditions": [{"type": "title_length", "operator": "~"}]}
        [(found,)] = person.execute("select n.faults from trimtab.normalize_rule(%s) n", [Jsonb(wrong)]).fetchall()
        assert len(found) == 2  # the operator, and no threshold
        [(rule_id,)] = person.execute("select trimtab.save_rule(%s)", [Jsonb(rule)]).fetchall()
        [(decided,)] = person.execute(
            "select array_agg(d.campaign_title order by 1) from trimtab.decide(%s) d"
            " where d.rule_id = %s and d.gate is null",
            [org_id, rule_id],
        ).fetchall()
        assert decided == [long]
        [(explained,)] = person.execute(
            "select trimtab.explain_rule(%s, c.id) from trimtab.campaigns c where c.title = %s", [rule_id, short]
        ).fetchall()
        assert explained["outcome"] == "conditions not met"
        assert explained["conditions"]["nodes"][0]["value"] == len(short)
        person.execute("select trimtab.run_autonomous_operations()")
        titles = [title for (title,) in person.execute("select title from trimtab.campaigns order by title").fetchall()]
        assert titles == [long[:20], short]
        [(status, result)] = person.execute(
            "select status, actions_executed #> '{0,result}' from trimtab.automation_executions where rule_id = %s",
            [rule_id],
        ).fetchall()
        assert (status, result) == ("success", {"title": long[:20]})
