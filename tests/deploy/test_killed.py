"""A deploy that is killed at any statement is completed by the next one, and the result is that of a clean run."""

from __future__ import annotations

import random
import signal
import subprocess
import sys

import pytest
from support.database import ADMIN, Database, TestCluster
from support.snapshot import snapshot

from trimtab.database.deploy import migrate

DEPLOY = """
import os, signal, sys
import psycopg
from trimtab.database import deploy

die_at, count = int(sys.argv[2]), 0

def counted(execute):
    def run(self, *args, **kwargs):
        global count
        count += 1
        if count == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(self, *args, **kwargs)
    return run

psycopg.Cursor.execute = counted(psycopg.Cursor.execute)
deploy.migrate(sys.argv[1])
print(count)
"""


def deploy_and_die(database: Database, at: int) -> subprocess.CompletedProcess[str]:
    """Deploy in a process of its own that is killed instead of sending its statement number `at`; 0: is not."""
    return subprocess.run(
        [sys.executable, "-c", DEPLOY, database.dsn(ADMIN), str(at)], check=False, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def clean(cluster: TestCluster) -> tuple[int, list[str]]:
    """How many statements a deploy sends, and the schema it makes."""
    database = cluster.create()
    done = deploy_and_die(database, 0)
    assert done.returncode == 0, done.stderr
    result = int(done.stdout), snapshot(database)
    cluster.drop(database)
    return result


def prove(cluster: TestCluster, clean: tuple[int, list[str]], at: int) -> None:
    database = cluster.create()
    try:
        assert deploy_and_die(database, at).returncode == -signal.SIGKILL
        migrate(database.dsn(ADMIN))
        assert snapshot(database) == clean[1]
        ledgers = database.rows(
            "select (select array_agg(migration_id order by migration_id) from trimtab_deploy.migrations)"
            " = (select array_agg(migration_id::text order by migration_id) from trimtab_deploy._yoyo_migration)"
        )
        assert ledgers == [(True,)]
        assert not migrate(database.dsn(ADMIN)).plan
    finally:
        cluster.drop(database)


@pytest.mark.parametrize("seed", range(4))
def test_killed_somewhere(cluster: TestCluster, clean: tuple[int, list[str]], seed: int) -> None:
    prove(cluster, clean, random.Random(seed).randint(2, clean[0]))  # noqa: S311


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_anywhere(cluster: TestCluster, clean: tuple[int, list[str]]) -> None:
    """At 150 places from the first statement to the last: each takes two deploys, which grow with the product."""
    for at in range(2, clean[0] + 1, max(3, clean[0] // 150)):
        prove(cluster, clean, at)
