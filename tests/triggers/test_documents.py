"""docs/triggers.md says what is so: its documents can be saved, and the target that it adds works."""

from __future__ import annotations

import json
import re

import psycopg
import pytest
from psycopg.types.json import Jsonb
from support.database import ADMIN, ENGINE, Database

from trimtab.database.tree import checkout

PAGE = (checkout() / "docs" / "triggers.md").read_text(encoding="utf-8")


def blocks(language: str, text: str = PAGE) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


@pytest.mark.xdist_group("extending")
def test_the_page_works_as_it_stands(tap_db: Database) -> None:
    examples, adding = PAGE.split("## Adding a target")
    with tap_db.connect(ADMIN) as owner:
        for statement in blocks("sql", adding):
            owner.execute(statement.encode())
    org_id = tap_db.value("select test.organization('Acme')")
    manager = tap_db.value("select test.member(%s, 'manager')", [org_id])
    campaign_id = tap_db.value("select test.campaign(%s, 'Spring')", [org_id])
    with tap_db.connect(manager) as person:
        for document in map(json.loads, blocks("json")):
            person.execute("select trimtab.save_trigger(%s)", [Jsonb(document)])
        [(names,)] = person.execute("select array_agg(name) from trimtab.v_triggers").fetchall()
        assert names == ["Bad press", "Each hundredth conversion", "Talked about"]
        for statement in blocks("sql", examples):
            assert person.execute(statement.encode()).fetchone() == ({"recorded": 2, "repeated": 0, "refused": []},)
        bad = json.loads(blocks("json", adding)[0]) | {"target": {"type": "tag", "colour": "red"}}
        with pytest.raises(psycopg.errors.Error) as refused:
            person.execute("select trimtab.save_trigger(%s)", [Jsonb(bad)])
        assert str(refused.value.diag.message_detail).splitlines() == [
            "target.colour: found this key, allowed: tag, type.",
            "target.tag: found nothing, allowed: a text of 1 to 200 characters.",
        ]
    tap_db.rows(
        "insert into trimtab.events (org_id, recorded_at, occurred_at, type, payload, source)"
        " select %s, trimtab.clock() - interval '2 minutes', trimtab.clock(), 'mention.received', %s, 'test'"
        " from generate_series(1, 2)",
        [org_id, Jsonb({"sentiment": -0.7, "author": {"followers": 20000}, "campaign_id": str(campaign_id)})],
    )
    assert tap_db.value("select trimtab.tick_triggers(%s, trimtab.clock(), 100)", [org_id], user=ENGINE) == 3
    assert tap_db.value("select tags from trimtab.campaigns") == ["talked-about"]
    assert tap_db.rows(
        "select trigger_name, status, event_count, result from trimtab.trigger_firings where target_code = 'tag'"
    ) == [("Talked about", "success", 2, {"campaigns": 1})]
    assert tap_db.value("select raised_count from trimtab.alerts where title = 'Bad press' and severity = 'high'") == 2


def test_every_target_and_key_is_described(db: Database) -> None:
    for (code,) in db.rows("select substr(kind, 16) from trimtab.handlers where kind like 'trigger\\_target.%'"):
        assert f"| `{code}` |" in PAGE
    for word in ("debounce", "batch", "rate_limit", "threshold", "change", "milestone", "subject_type", "condition"):
        assert f"`{word}`" in PAGE
