"""The committed schema is the one that the files make."""

from __future__ import annotations

import difflib

import pytest
from support.database import Database
from support.snapshot import COMMITTED, snapshot

WRITTEN_BY = 15  # other versions print some definitions differently


def test_committed_snapshot(db: Database) -> None:
    if db.value("select current_setting('server_version_num')::integer / 10000") != WRITTEN_BY:
        pytest.skip(f"sql/schema.txt is written by PostgreSQL {WRITTEN_BY}")
    committed = COMMITTED.read_text(encoding="utf-8").splitlines() if COMMITTED.exists() else []
    difference = [
        line
        for line in difflib.unified_diff(committed, snapshot(db), "sql/schema.txt", "the files", lineterm="", n=0)
        if not line.startswith("@@")
    ]
    assert difference == [], "run `make snapshot`, look at the difference, and commit it"
