"""`trimtab triggers`, from the file to the firing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.database import ENGINE, Database

from trimtab.cli.main import main

SEEN: dict[str, Any] = {
    "name": "Seen",
    "event": {"type": "thing.seen", "condition": "$.n > 1"},
    "target": {"type": "alert"},
}
FANS: dict[str, Any] = {
    "name": "Fans",
    "metric": {"subject_type": "account", "metric": "followers", "milestone": {"every": 100}},
    "target": {"type": "notification", "recipients": ["role:manager"]},
}


@pytest.fixture
def org(tap_db: Database) -> str:
    org_id = str(tap_db.value("select test.organization('Acme')"))
    tap_db.rows("select test.member(%s, 'manager')", [org_id])
    tap_db.rows("select test.organization('Other')")
    return org_id


def run(db: Database, *arguments: str, given: object = None) -> Result:
    return CliRunner().invoke(
        main,
        ["--database-url", db.dsn(ENGINE), "triggers", *arguments],
        env={"COLUMNS": "250", "TRIMTAB_ORG": "Acme"},
        input=None if given is None else json.dumps(given),
    )


def rows(db: Database, *arguments: str, given: object = None) -> Any:
    result = run(db, *arguments, "--json", given=given)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def tick(db: Database, org: str) -> None:
    for part in ("tick_metric_triggers", "tick_triggers"):
        db.rows(f"select trimtab.{part}(%s, trimtab.clock(), 100)", [org], user=ENGINE)


def test_from_the_file_to_the_firing(tap_db: Database, org: str, tmp_path: Path) -> None:
    file = tmp_path / "triggers.json"
    file.write_text(json.dumps([SEEN, FANS]), encoding="utf-8")
    added = run(tap_db, "add", str(file))
    assert added.stdout == (
        'Fans: active  followers each 100 → notification\nSeen: active  thing.seen where ($."n" > 1) → alert\n'
    ), added.stderr
    assert added.stderr == "→ no thing.seen has ever come; `trimtab events types` lists known types\n"
    tap_db.rows("select trimtab.emit_event(%s::uuid, 'thing.seen', '{\"n\": 2}')", [org])
    assert run(tap_db, "add", str(file)).stderr == "", "it has come, and types of the catalogue are known"
    assert rows(tap_db, "measure", "-", given=[{**measure(99), "measured_at": "2026-01-01T00:00:00Z"}])["recorded"] == 1
    tick(tap_db, org)
    assert run(tap_db, "measure", "-", given=measure(250)).stdout == "1 recorded, 0 known already\n"
    tick(tap_db, org)
    found = rows(tap_db, "firings")
    assert [(row["trigger"], row["status"], row["events"]) for row in found] == [
        ("Fans", "success", 1),
        ("Seen", "success", 1),
    ]
    assert "alert_id" in run(tap_db, "firings", "--trigger", "Seen").stdout
    assert "nothing was fired" in run(tap_db, "firings", "--status", "failed").stderr
    assert "followers each 100" in run(tap_db).stdout, "also without a subcommand"
    assert rows(tap_db, "list")[0]["fired_count"] == 1


def measure(value: int) -> dict[str, Any]:
    return {"subject_type": "account", "subject": "blog", "metric": "followers", "value": value}


def test_they_are_switched_and_removed(tap_db: Database, org: str) -> None:
    [added] = rows(tap_db, "add", "-", given=SEEN)
    assert run(tap_db, "pause", "Seen").stdout.startswith("Seen: paused")
    tap_db.rows("select trimtab.emit_event(%s::uuid, 'thing.seen', '{\"n\": 2}')", [org])
    assert rows(tap_db, "resume", added["id"])[0]["waiting_count"] == 0
    assert run(tap_db, "remove", "Seen").stdout == "Seen: removed\n"
    assert "no triggers" in run(tap_db, "list").stderr
    assert tap_db.value("select count(*) from trimtab.audit_log where entity_type = 'trigger'") == 4


def test_a_preview_looks_at_what_was(tap_db: Database, org: str) -> None:
    tap_db.rows(
        "select trimtab.emit_event(%s::uuid, 'thing.seen', jsonb_build_object('n', n)) from generate_series(1, 3) n",
        [org],
    )
    assert [row["payload"]["n"] for row in rows(tap_db, "preview", "-", given=SEEN)] == [3, 2]
    assert (
        "no event would have matched" in run(tap_db, "preview", "-", "--since", "2100-01-01T00:00Z", given=SEEN).stderr
    )
    assert "Invalid value for --since" in run(tap_db, "preview", "-", "--since", "2026-03-01", given=SEEN).stderr
    assert "received at" in run(tap_db, "preview", "-", given=SEEN).stdout
    assert "no triggers" in run(tap_db).stderr


def test_refusals(tap_db: Database, org: str) -> None:
    bad = run(tap_db, "add", "-", given=[SEEN, {"name": "Bad", "event": {"type": "x"}, "target": {"type": "alert"}}])
    assert bad.exit_code == 1
    assert "[1] Bad:" in bad.stderr and "event.type: found x" in bad.stderr and "TT077" in bad.stderr
    assert rows(tap_db, "list") == [], "all or none"
    assert "there is no trigger 'None'" in run(tap_db, "pause", "None").stderr
    command = ["--database-url", tap_db.dsn(ENGINE), "triggers", "add", "-", "--org", "Acme"]
    for text in ("{", '{"debounce_seconds": NaN}'):
        assert "is not JSON" in CliRunner().invoke(main, command, input=text).stderr
    assert run(tap_db, "preview", "-", given=[SEEN, SEEN]).exit_code == 2
    refused = run(tap_db, "measure", "-", given=[measure(1), measure(1) | {"value": "x"}])
    assert refused.exit_code == 1
    assert "1 recorded" in refused.stdout and "[1] value: found" in refused.stderr
