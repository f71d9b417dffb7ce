"""What one tenant can hold up, and what happens when two change the members at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
from support.database import Connection, Database, TestCluster
from tenancy.world import World, attempt

from trimtab.database import deploy

TIMEOUT = "55P03"


@pytest.fixture
def fresh(cluster: TestCluster) -> Iterator[World]:
    """A world of its own, for tests that change it."""
    database = cluster.create(cluster.template("tap"))
    yield World(database)
    cluster.drop(database)


def wait_until_blocked(db: Database, connection: Connection) -> None:
    """Return when the session waits for a lock."""
    deadline = threading.Event()
    for _ in range(2000):
        waiting = db.value("select wait_event_type from pg_stat_activity where pid = %s", [connection.info.backend_pid])
        if waiting == "Lock":
            return
        deadline.wait(0.01)
    raise AssertionError("the session never waited for a lock")


def test_advisory_locks_of_a_tenant_stop_neither_a_run_nor_an_import(fresh: World) -> None:
    """The lock of deploys and a thousand others are held; a run and an import of both organizations go through."""
    holder = fresh.connect("viewer")
    holder.execute("select pg_advisory_lock(%s, %s)", deploy.LOCK_KEY)
    holder.execute("select pg_advisory_lock(n) from generate_series(1, 1000) n")
    engine = fresh.connect("engine")
    engine.execute("set statement_timeout = '30s'")
    for org in (fresh.acme, fresh.bolt):
        with engine.transaction():
            engine.execute("select trimtab.init_transaction_context(null, %s)", [org])
            assert attempt(engine, "select trimtab.run_autonomous_operations()")[0] is None
    manager = fresh.connect("manager")
    manager.execute("set statement_timeout = '30s'")
    with manager.transaction():
        batch = manager.execute("select trimtab.begin_import('x.csv', 'generic')").fetchone()
        assert batch is not None
        manager.execute("select trimtab.finish_import(%s)", batch)


def test_a_tenant_can_lock_no_row_of_another_and_not_the_row_of_runs(fresh: World) -> None:
    """SELECT … FOR UPDATE and weaker on every table: own rows that a member may change, and nothing else."""
    for actor in ("owner", "manager", "viewer", "nobody"):
        connection = fresh.connect(actor)
        with connection.transaction():
            for table in fresh.tables:
                for strength in ("update", "no key update", "share", "key share"):
                    attempt(connection, f"select from {table.name} for {strength}")
            with psycopg.connect(fresh.db.dsn()) as admin:
                admin.execute("set lock_timeout = '1ms'")
                # The row with which the own organization's runs begin is free as well.
                admin.execute("select from trimtab.organizations for no key update")
                for table in fresh.tables:
                    if table.is_tenant and not table.is_partition:
                        query = f"select from {table.name} where org_id = %s for update"
                        admin.execute(query.encode(), [fresh.bolt])


def test_a_member_who_sits_on_a_campaign_holds_up_the_own_organization_only(fresh: World) -> None:
    sitter = fresh.connect("manager")
    with sitter.transaction():
        sitter.execute("update trimtab.campaigns set title = 'mine'")
        engine = fresh.connect("engine")
        engine.execute("set lock_timeout = '50ms'")
        with engine.transaction():
            engine.execute("select trimtab.init_transaction_context(null, %s)", [fresh.bolt])
            campaign = fresh.db.value("select test.id_of(%s, 'campaigns')", [fresh.bolt])
            assert attempt(engine, "select trimtab.auto_pause_campaign(%s, 'test')", [campaign])[0] is None
        with engine.transaction():
            engine.execute("select trimtab.init_transaction_context(null, %s)", [fresh.acme])
            campaign = fresh.db.value("select test.id_of(%s, 'campaigns')", [fresh.acme])
            assert attempt(engine, "select trimtab.auto_pause_campaign(%s, 'test')", [campaign])[0] == TIMEOUT


def test_two_owners_who_remove_each_other_leave_one(fresh: World) -> None:
    second_login = str(fresh.db.value("select test.member(%s, 'owner')", [fresh.acme]))
    first, second = fresh.user("owner"), fresh.db.value("select test.user_of(%s)", [second_login])
    here, there = fresh.connect("owner"), fresh.db.connect(second_login)
    refused: list[str | None] = []
    with here.transaction():
        here.execute("select trimtab.remove_member(%s)", [second])
        thread = threading.Thread(
            target=lambda: refused.append(attempt(there, "select trimtab.remove_member(%s)", [first])[0])
        )
        thread.start()
        wait_until_blocked(fresh.db, there)
    thread.join(30)
    assert refused == ["TT001"], "who was removed in between is nobody there"
    owners = fresh.db.rows(
        "select user_id::text from trimtab.memberships where org_id = %s and role = 'owner'", [fresh.acme]
    )
    assert owners == [(first,)]


def test_two_owners_who_step_down_at_once_leave_one(fresh: World) -> None:
    second_login = str(fresh.db.value("select test.member(%s, 'owner')", [fresh.acme]))
    first, second = fresh.user("owner"), fresh.db.value("select test.user_of(%s)", [second_login])
    here, there = fresh.connect("owner"), fresh.db.connect(second_login)
    refused: list[str | None] = []
    with here.transaction():
        here.execute("select trimtab.set_member_role(%s, 'viewer')", [first])
        thread = threading.Thread(
            target=lambda: refused.append(attempt(there, "select trimtab.set_member_role(%s, 'viewer')", [second])[0])
        )
        thread.start()
        wait_until_blocked(fresh.db, there)
    thread.join(30)
    assert refused == ["TT050"]


def test_a_role_taken_away_while_a_change_waits_counts(fresh: World) -> None:
    here, there = fresh.connect("owner"), fresh.connect("admin")
    refused: list[str | None] = []
    with here.transaction():
        here.execute("select trimtab.set_member_role(%s, 'viewer')", [fresh.user("admin")])
        thread = threading.Thread(
            target=lambda: refused.append(attempt(there, "select trimtab.add_member('x@example.com', 'admin')")[0])
        )
        thread.start()
        wait_until_blocked(fresh.db, there)
    thread.join(30)
    assert refused == ["TT003"]


def test_a_login_is_not_bound_to_an_organization_that_its_person_just_left(fresh: World) -> None:
    login = str(fresh.db.value("select test.member(%s, 'viewer')", [fresh.acme]))
    user = fresh.db.value("select test.user_of(%s)", [login])
    fresh.db.rows("delete from trimtab.login_organizations where login = %s", [login])
    owner, engine = fresh.connect("owner"), fresh.connect("engine")
    refused: list[str | None] = []
    with owner.transaction():
        owner.execute("select trimtab.remove_member(%s)", [user])
        thread = threading.Thread(
            target=lambda: refused.append(attempt(engine, "select trimtab.bind_login(%s, %s)", [login, fresh.acme])[0])
        )
        thread.start()
        wait_until_blocked(fresh.db, engine)
    thread.join(30)
    assert refused == ["TT009"]
