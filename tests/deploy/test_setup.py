"""ops/setup.sh where there is no apt: it says what to install, checks it, and goes on when it is there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from trimtab.database.tree import checkout

TOOLS = ("sh", "sed", "cat", "id", "cksum", "readlink", "dirname", "env")
EXTENSIONS = ("pg_cron", "pgtap", "plpgsql_check")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A checkout's folder, the few programs that every system has, and an empty place for PostgreSQL."""
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    programs = tmp_path / "programs"
    programs.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (programs / tool).symlink_to(found)
    python = programs / "python3"
    python.write_text('#!/bin/sh\necho "$*" >> python.log\n')
    python.chmod(0o755)
    server = tmp_path / "pg"
    server.mkdir()
    return tmp_path


def install(machine: Path, version: str, *extensions: str) -> None:
    server = machine / "pg"
    for name, text in (
        ("initdb", ""),
        ("postgres", f"echo 'postgres (PostgreSQL) {version}'"),
        ("pg_config", f'case $1 in --sharedir) echo "{machine}/share" ;; *) echo "{machine}/lib" ;; esac'),
    ):
        (server / name).write_text(f"#!/bin/sh\n{text}\n")
        (server / name).chmod(0o755)
    for extension in extensions:
        control = machine / "share" / "extension" / f"{extension}.control"
        control.parent.mkdir(parents=True, exist_ok=True)
        control.touch()


def setup(machine: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which("sh") or "sh", checkout() / "ops" / "setup.sh", "python3", ".venv"],
        cwd=machine,
        env={"PATH": str(machine / "programs"), "TRIMTAB_PG_BIN": str(machine / "pg"), "HOME": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_wrong_folder_is_named(machine: Path) -> None:
    done = setup(machine)
    assert done.returncode == 1
    assert f"TRIMTAB_PG_BIN is {machine}/pg, where initdb and postgres" in done.stderr


def test_an_old_server_does_not_count(machine: Path) -> None:
    install(machine, "14.9", *EXTENSIONS)
    assert setup(machine).returncode == 1


def test_what_is_missing_is_listed_for_the_version_that_is_there(machine: Path) -> None:
    install(machine, "17.2", "pgtap")
    done = setup(machine)
    assert done.returncode == 1
    assert "  postgresql-17-cron: pg_cron, which calls the autopilot every hour\n" in done.stderr
    assert "  postgresql-17-plpgsql-check: " in done.stderr
    assert "pgtap:" not in done.stderr
    assert "postgresql-15" not in done.stderr
    assert "run this again" in done.stderr
    assert not (machine / ".venv").exists()


def test_it_goes_on_when_all_is_there(machine: Path) -> None:
    install(machine, "16.1", *EXTENSIONS)
    done = setup(machine)
    log = (machine / "python.log").read_text()
    assert "needs, and does not find" not in done.stderr
    assert "making the virtual environment .venv" in done.stderr
    assert "-m venv --clear .venv" in log
