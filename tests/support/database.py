"""One throw-away cluster a test session, and databases copied from migrated templates."""

from __future__ import annotations

import itertools
import os
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import testing.postgresql
from psycopg import sql
from psycopg.conninfo import make_conninfo

from trimtab.database import deploy
from trimtab.database.cluster import find_programs
from trimtab.database.tree import Tree

Connection = psycopg.Connection[tuple[Any, ...]]

HELPERS = Path(__file__).resolve().parents[1] / "sql"
CRON_DATABASE = "trimtab_cron"
SUPERUSER = "postgres"
ADMIN = "trimtab_admin"
ENGINE = "trimtab_engine"


class Database:
    """A database of the test cluster."""

    def __init__(self, cluster: TestCluster, name: str) -> None:
        self.cluster = cluster
        self.name = name
        self._connections: list[Connection] = []

    def dsn(self, user: str = SUPERUSER) -> str:
        """libpq connection string for a role; every role gets in without a password."""
        return self.cluster.dsn(user, self.name)

    def connect(self, user: str = SUPERUSER, *, autocommit: bool = True, **options: Any) -> Connection:
        """A connection that is closed with the database at the end of the test."""
        connection = psycopg.connect(self.dsn(user), autocommit=autocommit, **options)
        self._connections.append(connection)
        return connection

    def rows(self, query: str, parameters: Sequence[Any] = (), user: str = SUPERUSER) -> list[tuple[Any, ...]]:
        """Run one statement in a connection of its own, committed; rows or an empty list."""
        with psycopg.connect(self.dsn(user), autocommit=True) as connection:
            cursor = connection.execute(query.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, query: str, parameters: Sequence[Any] = (), user: str = SUPERUSER) -> Any:
        """The first column of the first row, None when there is no row."""
        rows = self.rows(query, parameters, user)
        return rows[0][0] if rows else None

    def close(self) -> None:
        for connection in self._connections:
            connection.close()
        self._connections.clear()


class TestCluster:
    """The cluster of one test session: no durability, no passwords, gone afterwards."""

    __test__ = False

    def __init__(self, *, bare: bool = False) -> None:
        """Start it; a bare one knows neither pg_cron nor plpgsql_check nor the roles of the product."""
        programs = find_programs()
        self._scratch = tempfile.TemporaryDirectory(prefix="trimtab-tests-")
        preload = [name for name in ("pg_cron", "plpgsql_check") if not bare and self._has_library(programs.bin, name)]
        self.has_cron = "pg_cron" in preload
        settings = {
            "max_worker_processes": "24",
            "max_connections": "100",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "deadlock_timeout": "200ms",
            "jit": "off",
            "autovacuum": "off",
            "max_wal_size": "8GB",
            "shared_buffers": "256MB",
            "timezone": "UTC",
        }
        if preload:
            settings["shared_preload_libraries"] = ",".join(preload)
        if self.has_cron:
            settings |= {"cron.database_name": CRON_DATABASE, "cron.host": "127.0.0.1"}
        self._server = testing.postgresql.Postgresql(
            initdb=self._program(programs.bin / "initdb"),
            postgres=self._program(programs.bin / "postgres"),
            initdb_args=f"-U {SUPERUSER} -A trust --encoding=UTF8 --locale=C.UTF-8 --no-sync",
            postgres_args="-h 127.0.0.1 -F -c logging_collector=off "
            + " ".join(f"-c {name}={value}" for name, value in settings.items()),
        )
        self.port: int = self._server.settings["port"]
        self.sockets = str(Path(self._server.base_dir) / "tmp")
        self._numbers = itertools.count(1)
        self.tree = Tree()
        self._templates: dict[str, str] = {}
        if not bare:
            self._make_roles()

    def _make_roles(self) -> None:
        with self.maintenance() as connection:
            connection.execute((self.tree.root / "sql/roles.sql").read_bytes())
            connection.execute(sql.SQL("create role {} login").format(sql.Identifier(ADMIN)))
            connection.execute(b"grant trimtab_owner, trimtab_auth, trimtab_definer, trimtab_keeper to trimtab_admin")
            if self.has_cron:
                connection.execute(
                    sql.SQL("create database {} owner {}").format(*map(sql.Identifier, (CRON_DATABASE, ADMIN)))
                )

    @staticmethod
    def _has_library(programs: Path, name: str) -> bool:
        return (programs.parent / "lib" / f"{name}.so").exists() or (programs.parent / "lib" / f"{name}.dylib").exists()

    def _program(self, real: Path) -> str:
        """The program itself, or for root a wrapper that runs it as the OS user postgres."""
        if os.geteuid() != 0:
            return str(real)
        wrapper = Path(self._scratch.name) / real.name
        own = 'chown -R postgres: "$(dirname "$2")"\n' if real.name == "initdb" else ""
        wrapper.write_text(
            f"#!/bin/sh\n{own}cd /\n"
            f'exec setpriv --reuid=postgres --regid=postgres --clear-groups --pdeathsig INT "{real}" "$@"\n'
        )
        wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
        return str(wrapper)

    def dsn(self, user: str = SUPERUSER, database: str = "postgres") -> str:
        return make_conninfo(host=self.sockets, port=self.port, user=user, dbname=database)

    def maintenance(self) -> Connection:
        return psycopg.connect(self.dsn(), autocommit=True)

    # --- databases

    def create(self, template: str = "template0", owner: str = ADMIN) -> Database:
        """A new database, by default an empty one that trimtab_admin may deploy to."""
        name = f"test_{next(self._numbers)}"
        with self.maintenance() as connection:
            connection.execute(
                sql.SQL("create database {} owner {} template {} strategy file_copy").format(
                    *map(sql.Identifier, (name, owner, template))
                )
            )
        return Database(self, name)

    def drop(self, database: Database) -> None:
        database.close()
        with self.maintenance() as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database.name)))

    def template(self, kind: str) -> str:
        """The name of a template, made when it is first asked for.

        'migrated' is what the real deploy makes as trimtab_admin, with plpgsql_check; 'tap' has pgTAP and the
        helpers of tests/sql/helpers.sql and tests/sql/helpers/ in it as well.
        """
        if kind not in self._templates:
            if kind == "migrated":
                database = self.create()
                if (Path(find_programs().bin).parent / "lib" / "plpgsql_check.so").exists():
                    database.rows("create extension plpgsql_check")
                deploy.migrate(database.dsn(ADMIN), self.tree)
            elif kind == "tap":
                database = self.create(self.template("migrated"))
                database.rows("create extension pgtap schema public")
                with database.connect() as connection:
                    for file in (HELPERS / "helpers.sql", *sorted((HELPERS / "helpers").glob("*.sql"))):
                        connection.execute(file.read_bytes())
            else:
                raise ValueError(kind)
            database.close()
            self._templates[kind] = database.name
        return self._templates[kind]

    def stop(self) -> None:
        self._server.stop()
        self._scratch.cleanup()
