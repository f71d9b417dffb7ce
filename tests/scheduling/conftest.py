"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.database import Connection, TestCluster


@pytest.fixture(scope="module")
def connection(cluster: TestCluster) -> Iterator[Connection]:
    """A database that nobody changes; its sessions are in UTC."""
    database = cluster.create(cluster.template("migrated"))
    found = database.connect()
    # Compiling such expressions takes longer than running them once.
    found.execute("set time zone 'UTC'; set jit = off")
    yield found
    cluster.drop(database)
