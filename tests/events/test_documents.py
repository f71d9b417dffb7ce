"""docs/events.md: what it prints runs, as it says; its catalogue is held by the test of all pages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlparse
from support.database import Database

PAGE = (Path(__file__).resolve().parents[2] / "docs/events.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_what_is_printed_does_what_it_says(tap_db: Database) -> None:
    org = tap_db.value("select test.organization('Shop')")
    login = str(tap_db.value("select test.member(%s, 'analyst')", [org]))
    results: list[Any] = []
    with tap_db.connect(login, options="-c search_path=trimtab") as analyst:
        for language, text in BLOCKS:
            if language == "json":
                assert results[-1] == json.loads(text), "what the page says it returns"
            elif text.startswith("-- as an operator"):
                tap_db.rows(text, user="trimtab_admin")
            elif text.startswith("-- TT"):
                with pytest.raises(psycopg.Error) as refused:
                    analyst.execute(text.encode())
                assert refused.value.sqlstate == text[3:8]
                assert len(str(refused.value.diag.message_detail).splitlines()) == 2
            else:
                for statement in sqlparse.split(text):
                    row = analyst.execute(statement.encode()).fetchone()
                    results.append(row[0] if row else None)
    assert tap_db.rows("select type, count(*) from trimtab.events where org_id = %s group by 1 order by 1", [org]) == [
        ("mention.received", 1), ("order.returned", 1), ("purchase.completed", 2), ("team.met", 1),
    ]  # fmt: skip


def test_the_limits_are_those_of_the_code(db: Database) -> None:
    functions = Path(__file__).resolve().parents[2] / "functions/events"
    assert "c_most constant integer := 100000;" in (functions / "emit_events.sql").read_text()
    assert "> 65536" in (functions / "check_events.sql").read_text()
    assert "1 and 200" in (functions / "check_events.sql").read_text()
    assert db.value("select value from trimtab.settings where name = 'events_kept_days'") == 400
    assert all(figure in PAGE for figure in ("100,000", "65,536", "200 characters", "400 days"))
