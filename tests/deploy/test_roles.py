"""A server where nothing is prepared: no roles, no superuser, neither pg_cron nor plpgsql_check."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql
from support.database import Database, TestCluster

from trimtab.database import deploy
from trimtab.database.deploy import migrate
from trimtab.database.tree import Tree
from trimtab.database.verify import verify
from trimtab.errors import TrimtabError


@pytest.fixture(scope="module")
def server() -> Iterator[TestCluster]:
    server = TestCluster(bare=True)
    yield server
    server.stop()


@pytest.fixture
def bare(server: TestCluster) -> Iterator[list[Database]]:
    """Two empty databases of a login that is nothing but their owner, on a server without the product's roles."""
    with server.maintenance() as connection:
        connection.execute("create role deployer login")
    databases = [server.create(owner="deployer") for _ in range(2)]
    yield databases
    for database in databases:
        server.drop(database)
    with server.maintenance() as connection:
        for role in (*deploy.ROLES, "deployer"):
            connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))


def test_without_rights_the_deploy_says_what_an_administrator_runs(bare: list[Database]) -> None:
    with pytest.raises(TrimtabError, match="missing roles: trimtab_owner") as caught:
        migrate(bare[0].dsn("deployer"))
    assert caught.value.hint == "as an administrator, run what `trimtab migrate --print-roles deployer` prints"
    with bare[0].connect() as connection:
        connection.execute(deploy.role_statements("deployer").encode())
    result = migrate(bare[0].dsn("deployer"))
    assert len(result.plan.migrations) == len(Tree().migrations)
    assert not migrate(bare[0].dsn("deployer")).plan
    checks = verify(bare[0].dsn("deployer"))
    assert [check for check in checks if check.verdict == "fail"] == []
    assert {check.name for check in checks if check.verdict == "note"} == {"plpgsql_check", "pg_cron"}


def test_member_of_some_owning_roles_only_is_refused(bare: list[Database]) -> None:
    with bare[0].connect() as connection:
        connection.execute(deploy.role_statements("deployer").encode())
        connection.execute("revoke trimtab_keeper from deployer")
    with pytest.raises(TrimtabError, match="not a member of: trimtab_keeper"):
        migrate(bare[0].dsn("deployer"))


def test_role_with_createrole_makes_the_roles_itself(bare: list[Database]) -> None:
    with bare[0].connect() as connection:
        connection.execute("alter role deployer createrole")
    migrate(bare[0].dsn("deployer"))
    rights = bare[0].rows(
        "select rolname, rolcanlogin from pg_roles where rolname like 'trimtab\\_%%'"
        " and not (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls)"
    )
    assert dict(rights) == {role: role == "trimtab_engine" for role in deploy.ROLES}


def test_two_databases_of_one_server_at_once(bare: list[Database]) -> None:
    with bare[0].connect() as connection:
        connection.execute("alter role deployer createrole")
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(migrate, database.dsn("deployer")) for database in bare]:
            assert len(done.result().plan.migrations) == len(Tree().migrations)


def test_superuser_leaves_nothing_that_belongs_to_it(bare: list[Database]) -> None:
    migrate(bare[0].dsn())
    checks = verify(bare[0].dsn())
    assert [check for check in checks if check.verdict == "fail"] == []
    with psycopg.connect(bare[0].dsn()) as connection:
        owned = connection.execute(
            "select c.oid::regclass from pg_class c"
            " where relnamespace in ('trimtab'::regnamespace, 'trimtab_deploy'::regnamespace)"
            " and relowner = 'postgres'::regrole and relkind <> 'i'"
        ).fetchall()
    assert owned == []
