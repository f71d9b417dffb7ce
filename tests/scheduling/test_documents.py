"""docs/schedules/README.md: its examples answer what it says. tests/rules/test_pages.py holds its tables."""

from __future__ import annotations

import re

import psycopg
import pytest
from support.database import Connection
from support.pages import DOCS

PAGE = (DOCS / "schedules" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_what_is_asked_is_answered_so(connection: Connection) -> None:
    connection.execute("set search_path to trimtab, public; set time zone 'UTC'")
    answered = 0
    for question, answer in re.findall(r"^(select.*?);\n((?:--  [^\n]*\n)*)", BLOCKS[0], re.MULTILINE | re.DOTALL):
        rows = connection.execute(f"select x::text from ({question}) q (x)".encode()).fetchall()
        expected = re.findall(r"^--  (.*)$", answer, re.MULTILINE)
        assert not expected or [row[0] for row in rows] == expected
        answered += bool(expected)
    assert answered == 2


def test_many_at_once(connection: Connection) -> None:
    connection.execute("set search_path to trimtab, public")
    with connection.transaction(force_rollback=True):
        connection.execute(
            "create temp table my_schedules as"
            " select 'a' as name, array[cron_plan('@daily')] as plans, 'UTC' as time_zone"
        )
        [(name, run_at)] = connection.execute(BLOCKS[1].encode()).fetchall()
        assert (name, run_at.hour) == ("a", 0)


def test_the_error_is_the_one_that_comes(connection: Connection) -> None:
    question, _, said = BLOCKS[2].partition("\n")
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(question.encode())
    message, details = caught.value.diag.message_primary, caught.value.diag.message_detail
    assert message
    assert details
    lines = [line.removeprefix("-- ") for line in said.splitlines()]
    assert lines[0] == f"ERROR:  {message}"
    shown = [line.removeprefix("DETAIL:  ") for line in lines[1:]]
    assert len(shown) == len(details.splitlines())
    for line, detail in zip(shown, details.splitlines(), strict=True):
        assert detail.startswith(line.removesuffix("…"))


def test_every_frequency_is_described(connection: Connection) -> None:
    row = connection.execute("select (trimtab.read_timing('{}')).faults[1]").fetchone()
    assert row
    frequencies = row[0].partition("allowed: ")[2].rstrip(".").split(", ")
    table = PAGE.partition("## Timings")[2].partition("## Cron")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == ["frequency", *frequencies]
