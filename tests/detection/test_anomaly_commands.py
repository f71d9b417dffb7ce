"""`trimtab anomalies` on a real database."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from support.database import ENGINE, Database

from trimtab.cli.main import main


@pytest.fixture
def org(tap_db: Database) -> str:
    """An organization with a campaign that stopped and one whose clicks got dear."""
    tap_db.value("select test.clock_at('2026-06-01 06:00+00')")
    org_id = str(tap_db.value("select test.organization('Acme')"))
    for title, last in (("Summer", (0, 0, 0, 0, 0)), ("Winter", (1000, 50, 200, 4, 60))):
        campaign = tap_db.value("select test.campaign(%s, %s)", [org_id, title])
        tap_db.value("select test.facts(%s, %s, '2026-04-01', 1000, 50, 20, 4, 60, p_days => 60)", [org_id, campaign])
        tap_db.value("select test.facts(%s, %s, '2026-05-31', %s, %s, %s, %s, %s)", [org_id, campaign, *last])
    return org_id


def run(db: Database, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--database-url", db.dsn(ENGINE), "anomalies", *arguments], env={"COLUMNS": "250"})


def rows(db: Database, *arguments: str) -> list[dict[str, str]]:
    result = run(db, *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    found: list[dict[str, str]] = json.loads(result.stdout)
    return found


def test_detect_stores_nothing(tap_db: Database, org: str) -> None:
    found = {(row["campaign_title"], row["metric"]): row["kind"] for row in rows(tap_db, "detect", "--org", org)}
    assert found == {
        ("Summer", "impressions"): "delivery_stop",
        ("Winter", "spend"): "spike",
        ("Winter", "cpc"): "spike",
    }
    assert len(rows(tap_db, "detect", "--all")) > len(found)
    assert rows(tap_db, "detect", "--as-of", "2026-05-31 06:00+00") == []
    assert "Summer" in run(tap_db, "detect").stdout
    assert "no anomalies" in run(tap_db, "list").stderr


def test_list_and_acknowledge(tap_db: Database, org: str) -> None:
    assert tap_db.value("select trimtab.store_anomalies(%s, trimtab.clock())", [org]) == 3
    listed = rows(tap_db, "list")
    assert [row["status"] for row in listed] == ["open"] * 3
    assert rows(tap_db) == listed, "also without a subcommand"
    assert [row["metric"] for row in rows(tap_db, "list", "--campaign", "Summer", "--severity", "critical")] == [
        "impressions"
    ]
    first, second, third = (row["id"] for row in listed)
    assert rows(tap_db, "acknowledge", first, "--note", "The card expired.")[0]["note"] == "The card expired."
    assert run(tap_db, "acknowledge", second, third, "--org", org).exit_code == 0
    assert rows(tap_db, "list") == []
    assert len(rows(tap_db, "list", "--status", "acknowledged")) == 3


def test_refusals(tap_db: Database, org: str) -> None:
    unknown = run(tap_db, "acknowledge", str(uuid4()))
    assert unknown.exit_code == 1
    assert "there is no anomaly" in unknown.stderr
    assert run(tap_db, "acknowledge", "Summer").exit_code == 2
    assert run(tap_db, "--org", org, "acknowledge", str(uuid4())).exit_code == 2
