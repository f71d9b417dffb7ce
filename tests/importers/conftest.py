"""Fixtures of the importer's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from importers.books import PRESENT, Books, shared_data
from support.database import Database, TestCluster


@pytest.fixture
def data() -> Callable[[str], Path]:
    """A file of the real data; without it the test is skipped."""

    def find(name: str) -> Path:
        path = shared_data() / name
        if not path.is_file():
            pytest.skip(f"the real data is not here: {path} (set TRIMTAB_TEST_DATA)")
        return path

    return find


@pytest.fixture(scope="module")
def clocked(cluster: TestCluster) -> Iterator[Database]:
    """A database whose clock stands still; each test works in organizations of its own."""
    database = cluster.create(cluster.template("tap"))
    database.rows("select test.clock_at(%s)", [PRESENT])
    database.rows("select trimtab.ensure_partitions(%s)", [PRESENT])
    yield database
    cluster.drop(database)


@pytest.fixture
def books(clocked: Database) -> Books:
    return Books(clocked)


@pytest.fixture
def more_books(clocked: Database) -> Callable[..., Books]:
    """Further organizations of the same database."""
    return lambda *arguments, **options: Books(clocked, *arguments, **options)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """A file from text, in any encoding."""

    def make(text: str, name: str = "export.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return make
