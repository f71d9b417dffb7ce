"""`trimtab alerts`, from raised to resolved."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from support.database import ENGINE, Database

from trimtab.cli.main import main


@pytest.fixture
def org(tap_db: Database) -> str:
    """An organization with a manager and two open alerts, and another one with one."""
    org_id = str(tap_db.value("select test.organization('Acme')"))
    tap_db.rows("select test.member(%s, 'manager')", [org_id])
    other = str(tap_db.value("select test.organization('Other')"))
    with tap_db.connect() as connection:
        connection.execute("set role trimtab_definer")
        for owner, title, severity in (
            (org_id, "Odd", "low"),
            (org_id, "Broken", "critical"),
            (other, "Theirs", "high"),
        ):
            connection.execute("select trimtab.create_alert(%s, %s, p_severity => %s)", [owner, title, severity])
        connection.execute("reset role")
    return org_id


def run(db: Database, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--database-url", db.dsn(ENGINE), "alerts", *arguments], env={"COLUMNS": "250"})


def rows(db: Database, *arguments: str) -> list[dict[str, Any]]:
    result = run(db, *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_the_gravest_come_first_and_each_organization_sees_its_own(tap_db: Database, org: str) -> None:
    assert [row["title"] for row in rows(tap_db, "list", "--org", org)] == ["Broken", "Odd"]
    assert [row["title"] for row in rows(tap_db, "list", "--org", "Other")] == ["Theirs"]
    assert [row["title"] for row in rows(tap_db, "list", "--org", org, "--severity", "high")] == ["Broken"]
    assert "Broken" in run(tap_db, "--org", org).stdout, "also without a subcommand"


def test_they_are_acknowledged_assigned_and_resolved(tap_db: Database, org: str) -> None:
    first, second = (row["id"] for row in rows(tap_db, "list", "--org", org))
    assert rows(tap_db, "acknowledge", first, "--note", "On it")[0]["note"] == "On it"
    assert rows(tap_db, "assign", first, second, "--to", "role:manager")[1]["assignee"] == "role:manager"
    assert run(tap_db, "assign", second).stdout == f"{second}: open  Odd\n"
    assert run(tap_db, "resolve", first).stdout == f"{first}: resolved, role:manager  Broken\n"
    assert [row["title"] for row in rows(tap_db, "list", "--org", org)] == ["Odd"]
    assert [row["title"] for row in rows(tap_db, "list", "--org", org, "--status", "resolved")] == ["Broken"]
    assert rows(tap_db, "resolve", second)[0]["status"] == "resolved"
    assert "no alerts" in run(tap_db, "list", "--org", org).stderr


def test_refusals(tap_db: Database, org: str) -> None:
    first, second = (row["id"] for row in rows(tap_db, "list", "--org", org))
    assert "there is no alert" in run(tap_db, "resolve", str(uuid4())).stderr
    assert run(tap_db, "resolve", "Broken").exit_code == 2
    assert run(tap_db, "--org", org, "resolve", first).exit_code == 2
    assert run(tap_db, "resolve", first, str(uuid4())).exit_code == 1
    assert {row["status"] for row in rows(tap_db, "list", "--org", org)} == {"open"}, "all or none"
    assert "TT062" in run(tap_db, "assign", second, "--to", "role:king").stderr
