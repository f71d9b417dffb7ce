"""What the tests of this folder share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.database import Connection, Database, TestCluster

Save = Callable[..., str]


@pytest.fixture(scope="module")
def connection(cluster: TestCluster) -> Iterator[Connection]:
    """A database that nobody changes; its sessions are in UTC."""
    database = cluster.create(cluster.template("migrated"))
    found = database.connect()
    # Compiling such expressions takes longer than running them once.
    found.execute("set time zone 'UTC'; set jit = off")
    yield found
    cluster.drop(database)


@pytest.fixture
def org(tap_db: Database) -> str:
    """An organization with the job `test` (tests/sql/helpers/schedules.sql)."""
    tap_db.rows("select test.with_jobs()")
    return str(tap_db.value("select test.organization('Acme')"))


@pytest.fixture
def save(tap_db: Database, org: str) -> Save:
    """Saves a schedule as the engine, by default one of the job `test` at each full hour UTC; its id."""

    def saved(name: str, **document: Any) -> str:
        whole = {
            "name": name, "job": "test", "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC",
        } | document  # fmt: skip
        with tap_db.connect("trimtab_engine", autocommit=False) as connection:
            connection.execute("select trimtab.init_transaction_context(null, %s)", [org])
            [(found,)] = connection.execute("select trimtab.save_schedule(%s)", [json.dumps(whole)]).fetchall()
        return str(found)

    return saved
