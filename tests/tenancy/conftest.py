"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.database import TestCluster
from tenancy.world import World


@pytest.fixture(scope="module")
def world(cluster: TestCluster) -> Iterator[World]:
    """A world for tests that leave it as it was."""
    database = cluster.create(cluster.template("tap"))
    yield World(database)
    cluster.drop(database)
