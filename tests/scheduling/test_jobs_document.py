"""docs/schedules/jobs.md says what the database does."""

from __future__ import annotations

import re

import pytest
import sqlparse
from click.testing import CliRunner
from scheduling.conftest import Save
from support.database import ADMIN, Database
from support.pages import DOCS

from trimtab.cli.main import main

PAGE = (DOCS / "schedules" / "jobs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def rows_below(heading: str) -> set[str]:
    """The words in code in the first column of the table below a heading."""
    section = PAGE.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    firsts = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {word for first in firsts for word in re.findall(r"`(\w+)`", first)}


def test_the_statements_run_as_printed(tap_db: Database) -> None:
    org = tap_db.value("select test.organization('Acme')")
    manager = tap_db.value("select test.member(%s, 'manager')", [org])
    with tap_db.connect(manager) as connection:
        count = 0
        for block in BLOCKS:
            if "create function" in block:
                continue
            for statement in sqlparse.split(block):
                cursor = connection.execute(statement.encode())
                assert cursor.rowcount > 0 or "v_schedule_runs" in statement, statement
                count += 1
        assert count >= 15
    assert tap_db.rows("select name from trimtab.scheduled_jobs order by 1") == [
        ("Ask for a review",), ("Look again",), ("Schedule of Tidy up",),
    ]  # fmt: skip


def test_a_job_of_ones_own_runs_as_the_page_says(tap_db: Database, org: str, save: Save) -> None:
    [example] = [block for block in BLOCKS if "create function" in block]
    with tap_db.connect(ADMIN) as operator:
        operator.execute(example.encode())
    tap_db.rows("select test.clock_at('2026-11-20 11:50+00')")
    save("hello", job="greet", arguments={"name": "Ann"})
    assert tap_db.value("select test.tick(%s, '2026-11-20 12:00+00')", [org]) == 1
    assert tap_db.value("select result ->> 'said' from trimtab.job_runs") == (
        "Good morning, Ann, of 2026-11-20T12:00:00+00:00"
    )


def test_the_jobs_are_those_that_are_entered(tap_db: Database) -> None:
    entered = tap_db.rows("select substr(kind, 5) from trimtab.handlers where kind like 'job.%'")
    assert rows_below("What can run") - {"job"} == {code for (code,) in entered}


def test_the_policies_are_columns_of_a_schedule(tap_db: Database) -> None:
    columns = tap_db.rows(
        "select attname::text from pg_attribute where attrelid = 'trimtab.scheduled_jobs'::regclass and attnum > 0"
    )
    assert rows_below("Policies") <= {column for (column,) in columns}


def test_names_and_codes_exist(tap_db: Database) -> None:
    codes = set(re.findall(r"\bTT\d{3}\b", PAGE))
    assert codes <= {code for (code,) in tap_db.rows("select code from trimtab.error_codes")}
    types = set(re.findall(r"`(schedule\.\w+)`", PAGE))
    assert types == {
        name for (name,) in tap_db.rows("select type from trimtab.event_types where type like 'schedule.%'")
    }


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"^trimtab (schedules [\w|-]+|process-schedules)", PAGE, re.M)))
)
def test_the_commands_exist(command: str) -> None:
    group, *names = command.split(" ")
    for name in names[0].split("|") if names else [""]:
        assert CliRunner().invoke(main, [group, *filter(None, [name]), "--help"]).exit_code == 0
