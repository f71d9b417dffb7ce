"""An organization with campaigns and people who have logins of their own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
import pytest
from support.database import Connection, Database

WAITED_FOR = 20  # seconds until a test gives up


@dataclass
class Flight:
    """One organization in a database of its own."""

    db: Database
    org_id: UUID
    manager: str
    other: str
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4))

    def campaign(self, title: str = "Spring", **columns: object) -> UUID:
        values = {"status": "active", "budget": 100, "platform": "meta", "currency": "USD"} | columns
        names = ", ".join(values)
        marks = ", ".join("%s" for _ in values)
        found = self.db.value(
            f"insert into trimtab.campaigns (org_id, title, {names}) values (%s, %s, {marks}) returning id",
            [self.org_id, title, *values.values()],
        )
        assert isinstance(found, UUID)
        return found

    def open(self, login: str) -> Connection:
        """A connection that commits when it is told to."""
        return self.db.connect(login, autocommit=False)

    def start(self, connection: Connection, query: str, *parameters: object) -> Future[Any]:
        """Run a statement in a thread; its first value, or its SQLSTATE where it was refused."""

        def work() -> Any:
            try:
                row = connection.execute(query.encode(), parameters).fetchone()
            except psycopg.Error as error:
                return error.sqlstate
            return row[0] if row else None

        return self.threads.submit(work)

    def until_it_waits(self, connection: Connection) -> None:
        """Come back when the connection waits for a lock."""
        pid = connection.info.backend_pid
        with self.db.connect() as watcher:
            for _ in range(WAITED_FOR * 100):
                row = watcher.execute(
                    "select wait_event_type from pg_stat_activity where pid = %s and state = 'active'", [pid]
                ).fetchone()
                if row == ("Lock",):
                    return
                watcher.execute("select pg_sleep(0.01)")
        raise AssertionError("it never waited for a lock")


@pytest.fixture
def flight(tap_db: Database) -> Iterator[Flight]:
    org_id = tap_db.value("select test.organization('Acme')")
    people = [tap_db.value("select test.member(%s, 'manager')", [org_id]) for _ in range(2)]
    found = Flight(tap_db, org_id, *people)
    yield found
    # A test that failed may leave threads waiting for each other.
    tap_db.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    found.threads.shutdown()
