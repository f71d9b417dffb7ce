"""`trimtab opportunities`."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from support.database import ENGINE, Database

from trimtab.cli.main import main


@pytest.fixture
def org(tap_db: Database) -> str:
    """An organization with three opportunities of two campaigns."""
    org_id = str(tap_db.value("select test.organization('Acme')"))
    analyst = tap_db.value("select test.member(%s, 'analyst')", [org_id])
    for title, kind, severity in (
        ("Summer", "low_conversion", "medium"),
        ("Summer", "budget_inefficiency", "critical"),
        ("Winter", "creative_fatigue", "low"),
    ):
        campaign = tap_db.value("select test.campaign(%s, %s)", [org_id, f"{title} {kind}"])
        tap_db.value(
            "select trimtab.store_optimization_opportunity(%s, %s, %s, %s, 'Do something.', '{\"savings\": 1.50}', 91)",
            [campaign, kind, severity, f"{title}: {kind}"],
            user=analyst,
        )
    return org_id


def run(db: Database, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, ["--database-url", db.dsn(ENGINE), "opportunities", *arguments], env={"COLUMNS": "200"}
    )


def listed(db: Database, *arguments: str) -> list[tuple[str, str]]:
    result = run(db, "list", "--json", *arguments)
    assert result.exit_code == 0, result.stderr
    return [(row["severity"], row["status"]) for row in json.loads(result.stdout)]


def test_list(tap_db: Database, org: str) -> None:
    assert listed(tap_db) == [("critical", "open"), ("medium", "open"), ("low", "open")]
    assert listed(tap_db, "--severity", "low", "--org", org) == [("low", "open")]
    assert listed(tap_db, "--campaign", "Summer low_conversion") == [("medium", "open")]
    assert listed(tap_db, "--status", "dismissed") == []
    result = run(tap_db)
    assert result.exit_code == 0
    assert "Summer: budget_inefficiency" in result.stdout
    assert "91.0 %" in result.stdout
    assert json.loads(run(tap_db, "--json").stdout)[0]["estimated_impact"] == {"savings": 1.5}


def test_life(tap_db: Database, org: str) -> None:
    rows = json.loads(run(tap_db, "list", "--json").stdout)
    first, second, third = (row["id"] for row in rows)
    assert "in_progress" in run(tap_db, "start", first).stdout
    assert json.loads(run(tap_db, "resolve", first, "--reason", "new page", "--json").stdout)[0]["reason"] == "new page"
    assert run(tap_db, "dismiss", second, third, "--org", org).exit_code == 0
    assert listed(tap_db) == []
    assert listed(tap_db, "--status", "dismissed") == [("medium", "dismissed"), ("low", "dismissed")]
    assert "no opportunities" in run(tap_db, "list").stderr


def test_refusals(tap_db: Database, org: str) -> None:
    first, second, _ = (row["id"] for row in json.loads(run(tap_db, "list", "--json").stdout))
    unknown = run(tap_db, "start", str(uuid4()))
    assert unknown.exit_code == 1
    assert "there is no opportunity" in unknown.stderr
    assert run(tap_db, "start", "Summer").exit_code == 2
    assert run(tap_db, "--org", org, "start", first).exit_code == 2
    assert run(tap_db, "dismiss", first).exit_code == 0
    closed = run(tap_db, "start", second, first)
    assert closed.exit_code == 1
    assert "TT041" in closed.stderr
    assert listed(tap_db) == [("medium", "open"), ("low", "open")], "all or none"
