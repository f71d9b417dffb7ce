"""The command line around the database: where it connects, what it prints, how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.database import ADMIN, ENGINE, Database
from support.trees import note_tree

from trimtab.cli.context import Settings, enter_org, find_org
from trimtab.cli.main import main
from trimtab.errors import TrimtabError


def trimtab(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_help_is_in_the_order_of_work() -> None:
    listed = [line.split()[0] for line in trimtab("--help").output.split("Commands:")[1].splitlines() if line.strip()]
    wanted = [
        name for name in ("up", "down", "status", "migrate", "verify", "rollback", "cron", "psql") if name in listed
    ]
    assert wanted == ["up", "down", "status", "migrate", "verify", "rollback", "cron", "psql"]
    assert [name for name in listed if name in wanted] == wanted


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_explains_itself(command: str) -> None:
    result = trimtab(command, "--help")
    assert result.exit_code == 0
    assert main.commands[command].get_short_help_str()


def test_precedence_of_databases(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRIMTAB_HOME", str(tmp_path))
    assert Settings().own_cluster
    with pytest.raises(TrimtabError, match="there is no database yet"):
        Settings().conninfo()
    monkeypatch.setenv("PGHOST", "somewhere")
    assert Settings().conninfo() == ""
    monkeypatch.setenv("TRIMTAB_DATABASE_URL", "postgresql://second")
    assert Settings().conninfo("deploy") == "postgresql://second"
    assert Settings("postgresql://first").conninfo() == "postgresql://first"
    assert not Settings("postgresql://first").own_cluster


def test_unreachable_database_has_its_own_exit_code(tmp_path: Path) -> None:
    result = trimtab("--database-url", f"host={tmp_path} dbname=x", "status")
    assert result.exit_code == 3
    assert "cannot reach the database" in result.stderr
    assert result.stdout == ""


def test_migrate_prints_and_does(empty_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIMTAB_HOME", str(note_tree(tmp_path).root))
    url = ("--database-url", empty_db.dsn(ADMIN))
    dry = trimtab(*url, "migrate", "--dry-run")
    assert dry.exit_code == 0
    assert "apply                       migrations/0001_note.sql" in dry.stdout
    script = trimtab(*url, "migrate", "--print")
    assert "create table trimtab.note" in script.stdout
    assert empty_db.value("select to_regclass('trimtab.note')") is None

    done = trimtab(*url, "migrate")
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "migrated: 1 migrations, 1 files" in done.stderr
    assert empty_db.value("select to_regclass('trimtab.note')") is not None
    assert trimtab(*url, "migrate", "--dry-run").stdout == "nothing to do\n"
    assert trimtab(*url, "migrate", "--print").stdout == "-- nothing to do\n"

    (tmp_path / "migrations/0001_note.sql").write_text("create table trimtab.other ();")
    refused = trimtab(*url, "migrate")
    assert refused.exit_code == 1
    assert "error: edited after it was applied: migrations/0001_note.sql\n  → restore the file" in refused.stderr


def test_print_roles_needs_no_database() -> None:
    result = trimtab("migrate", "--print-roles", "some one")
    assert result.exit_code == 0
    assert 'grant trimtab_owner, trimtab_auth, trimtab_definer, trimtab_keeper to "some one";' in result.stdout


def test_status_and_verify_for_programs(db: Database) -> None:
    status = json.loads(trimtab("--database-url", db.dsn(ADMIN), "status", "--json").stdout)
    assert status["to_do"] == []
    assert status["migrations"]["pending"] == 0
    assert status["database"].startswith(f"{db.name} on ")
    good = trimtab("--database-url", db.dsn(ENGINE), "verify", "--json")
    assert good.exit_code == 0
    assert {check["verdict"] for check in json.loads(good.stdout)} <= {"ok", "note"}
    db.rows("alter table trimtab.campaigns no force row level security")
    bad = trimtab("--database-url", db.dsn(ENGINE), "verify")
    assert bad.exit_code == 1
    assert "fail  row security" in bad.stdout
    assert "→ run `trimtab migrate`" in bad.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the actions"),
        (("--steps", "1"), "need --schema"),
        (("--schema", "--to", "0", "--steps", "1"), "not both"),
        (("--schema", "0b5dd3a8-5b58-4a0c-9ba5-4c8ea5f9a111"), "takes no actions"),
    ],
)
def test_wrong_use_of_rollback(db: Database, arguments: tuple[str, ...], message: str) -> None:
    result = trimtab("--database-url", db.dsn(ADMIN), "rollback", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_rollback_of_the_schema_needs_yes_without_a_terminal(
    empty_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIMTAB_HOME", str(note_tree(tmp_path).root))
    url = ("--database-url", empty_db.dsn(ADMIN))
    trimtab(*url, "migrate")
    refused = trimtab(*url, "rollback", "--schema")
    assert refused.exit_code == 2
    assert "Give --yes" in refused.stderr
    assert empty_db.value("select to_regclass('trimtab.note')") is not None
    done = trimtab(*url, "rollback", "--schema", "--yes")
    assert done.exit_code == 0
    assert empty_db.value("select to_regclass('trimtab.note')") is None


def test_psql_reads_standard_input(db: Database) -> None:
    command = [sys.executable, "-m", "trimtab", "--database-url", db.dsn(ADMIN), "psql", "-A", "-t"]
    done = subprocess.run(command, input="show search_path;", text=True, capture_output=True, check=True)
    assert done.stdout.strip() == "trimtab,public"
    command[-1] = "-tc"
    done = subprocess.run([*command, "select 1 + 1"], text=True, capture_output=True, check=True)
    assert done.stdout.strip() == "2"


def test_organization_by_id_or_unique_name(db: Database) -> None:
    with db.connect(ENGINE, autocommit=False) as connection:
        ids = [
            connection.execute("select trimtab.create_organization(%s)", [name]).fetchone()
            for name in ("One", "Twin", "Twin")
        ]
        (one,), (twin,), _ = (row for row in ids if row)
        assert find_org(connection, "One") == one
        with pytest.raises(TrimtabError, match="there is no organization 'nowhere'"):
            find_org(connection, "nowhere")
        assert find_org(connection, str(twin).upper()) == twin
        with pytest.raises(TrimtabError, match="2 organizations are called 'Twin'"):
            find_org(connection, "Twin")
        assert enter_org(connection, "One") == one
        assert connection.execute("select trimtab.current_org_id()").fetchone() == (one,)
