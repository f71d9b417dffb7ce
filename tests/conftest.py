"""Fixtures of all tests, and the collector that makes each file of tests/sql a test.

`make test ARGS="tests/sql/rules -k cap"` runs a part; `-m soak` and `-m bench` run what is left out by default.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

for _name in [name for name in os.environ if name.startswith(("PG", "TRIMTAB_"))]:
    if _name not in ("TRIMTAB_PG_BIN", "TRIMTAB_TEST_DATA"):
        del os.environ[_name]

from support.database import Database, TestCluster  # noqa: E402
from support.tap import CLUSTER, LazyCluster, TapFile  # noqa: E402

# The same examples each time; `make soak` looks for new ones.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=2000, print_blob=True)

TAP_FOLDER = Path(__file__).parent / "sql"


def pytest_configure(config: pytest.Config) -> None:
    config.stash[CLUSTER] = LazyCluster()
    hypothesis.settings.load_profile("soak" if config.option.markexpr == "soak" else "house")


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[CLUSTER].stop()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> TapFile | None:
    helpers = (TAP_FOLDER, TAP_FOLDER / "helpers")
    if file_path.suffix == ".sql" and TAP_FOLDER in file_path.parents and file_path.parent not in helpers:
        return TapFile.from_parent(parent, path=file_path)
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What has to wait for a clock begins first and is looked at last."""
    items.sort(
        key=lambda item: (item.get_closest_marker("late") is not None) - (item.get_closest_marker("early") is not None)
    )


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> TestCluster:
    """The session's cluster: make databases in it with `create`, `template` and `drop`."""
    return request.config.stash[CLUSTER].get()


@pytest.fixture
def db(cluster: TestCluster) -> Iterator[Database]:
    """A fresh migrated database."""
    database = cluster.create(cluster.template("migrated"))
    yield database
    cluster.drop(database)


@pytest.fixture
def tap_db(cluster: TestCluster) -> Iterator[Database]:
    """A fresh migrated database with pgTAP and the helpers in schema test (its clock can be set)."""
    database = cluster.create(cluster.template("tap"))
    yield database
    cluster.drop(database)


@pytest.fixture
def empty_db(cluster: TestCluster) -> Iterator[Database]:
    """An empty database that belongs to trimtab_admin."""
    database = cluster.create()
    yield database
    cluster.drop(database)
