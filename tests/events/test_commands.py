"""`trimtab events`, on the journal of an organization."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.database import ENGINE, Database

from trimtab.cli import events as commands
from trimtab.cli.main import main


@pytest.fixture
def org(tap_db: Database) -> str:
    tap_db.rows("select test.organization('Other')")
    return str(tap_db.value("select test.organization('Acme')"))


def run(db: Database, *arguments: str, given: str | None = None) -> Result:
    command = ["--database-url", db.dsn(ENGINE), "events", *arguments]
    return CliRunner().invoke(main, command, input=given, env={"COLUMNS": "250"})


def told(db: Database, *arguments: str, given: str | None = None) -> Any:
    result = run(db, *arguments, "--json", given=given)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_what_is_emitted_is_listed(tap_db: Database, org: str) -> None:
    subject = "7a000000-0000-4000-8000-00000000000b"
    tell = ["emit", "mention.received", "--org", "Acme", "--payload", '{"sentiment": -0.7}']
    first = told(
        tap_db, *tell, "--subject-type", "team", "--subject", subject, "--key", "m1", "--at", "2026-01-05T00:00Z"
    )
    assert first["repeated"] is False
    assert told(tap_db, *tell, "--key", "m1") == {"event_id": None, "repeated": True}
    assert "known already" in run(tap_db, *tell, "--key", "m1").stdout
    assert "0 executed, 0 in shadow" in run(tap_db, "emit", "team.met", "--org", "Acme", "--judge").stdout
    [row] = told(tap_db, "list", "--org", "Acme", "--subject", subject)
    assert (row["id"], row["payload"], row["dedupe_key"]) == (first["event_id"], {"sentiment": -0.7}, "m1")
    assert row["occurred_at"].startswith("2026-01-05")
    assert [row["type"] for row in told(tap_db, "list", "--org", "Acme", "--type", "team.*")] == ["team.met"]
    assert [row["type"] for row in told(tap_db, "list", "--org", "Acme", "--limit", "1")] == ["team.met"]
    assert told(tap_db, "list", "--org", "Acme", "--since", "2100-01-01T00:00Z") == []
    assert "mention.received" in run(tap_db, "--org", "Acme").stdout, "also without a subcommand"
    assert told(tap_db, "list", "--org", "Other") == []


def test_a_fault_is_named(tap_db: Database, org: str) -> None:
    result = run(tap_db, "emit", "mention.received", "--org", "Acme", "--payload", '{"sentiment": 7}')
    assert result.exit_code == 1
    assert "payload.sentiment: found 7, allowed to 1" in result.stderr
    for payload in ("{", '{"n": NaN}', '{"n": 1e999}'):
        result = run(tap_db, "emit", "a.b", "--payload", payload)
        assert (result.exit_code, "no JSON" in result.stderr) == (2, True)
    assert "campaign. are the system's own" in run(tap_db, "emit", "campaign.x", "--org", "Acme").stderr


def test_a_line_that_is_not_utf8_is_told_and_the_others_go_in(tap_db: Database, org: str, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b'{"type": "a.thing"}\n{"type": "a.thing", "payload": {"name": "Jos\xe9"}}\n{"type": "a.thing"}\n')
    result = run(tap_db, "load", str(file), "--org", "Acme")
    assert (result.exit_code, "line 2: it is not UTF-8" in result.stderr) == (1, True)
    assert len(told(tap_db, "list", "--org", "Acme", "--type", "a.thing")) == 2


def test_the_catalogue_is_shown(tap_db: Database, org: str) -> None:
    assert "campaign.status_changed" in run(tap_db, "types").stdout
    shown = told(tap_db, "types", "purchase.completed")
    assert shown["payload_schema"]["required"] == ["amount", "currency"]
    assert "no type 'team.met'" in run(tap_db, "types", "team.met").stderr


def test_a_file_is_loaded_and_its_faults_are_told_by_line(
    tap_db: Database, org: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "BATCH_LINES", 3)
    good = [json.dumps({"type": "team.met", "payload": {"n": n}, "dedupe_key": str(n)}) for n in range(5)]
    lines = [
        good[0],
        "",
        good[1],
        "{",
        '{"type": "team.met", "payload": {"a": "\\u0000"}}',
        '{"type": "team.met", "payload": {"a": "\\ud800"}}',
        good[2],
        '{"type": "team.met"}, {"type": "team.met"}',
        '{"type": "team.met", "payload": {"a": NaN}}',
        '{"type": "facts.published"}',
        good[3],
        good[4],
    ]
    file = tmp_path / "events.jsonl"
    file.write_text("\ufeff" + "\n".join(lines) + "\n", encoding="utf-8")
    result = run(tap_db, "load", str(file), "--org", "Acme", "--json")
    assert result.exit_code == 1
    outcome = json.loads(result.stdout)
    assert (outcome["inserted"], outcome["repeated"]) == (5, 0)
    assert [line["line"] for line in outcome["refused"]] == [4, 5, 6, 8, 9, 10]
    assert outcome["refused"][-1]["faults"] == ["type: Events that begin with facts. are the system's own."]
    assert [row["payload"]["n"] for row in told(tap_db, "list", "--org", "Acme")] == [4, 3, 2, 1, 0]

    again = run(tap_db, "load", "-", "--org", "Acme", given="\n".join(good))
    assert again.exit_code == 0
    assert again.stdout == "0 written, 5 known already, 0 left out\n"
    assert "line 1: type: found nothing" in run(tap_db, "load", "-", "--org", "Acme", given="{}").stderr
