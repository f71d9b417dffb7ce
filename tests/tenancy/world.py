"""Two organizations with a row in every table, and everybody who might knock at the door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import psycopg
from support.database import ADMIN, ENGINE, Connection, Database

ROLES = ("owner", "admin", "manager", "analyst", "viewer")
TABLES = (
    "select c.oid::regclass::text, c.relispartition,"
    " exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped)"
    " from pg_class c where c.relnamespace = 'trimtab'::regnamespace and c.relkind in ('r', 'p') order by 1"
)
VIEWS = (
    "select c.oid::regclass::text from pg_class c"
    " where c.relnamespace = 'trimtab'::regnamespace and c.relkind in ('v', 'm') order by 1"
)


@dataclass(frozen=True)
class Table:
    """A table or a partition of one."""

    name: str
    is_partition: bool
    is_tenant: bool


@dataclass
class World:
    """Acme, whose members try things, and Bolt, whose rows must never show or change."""

    db: Database
    acme: str = ""
    bolt: str = ""
    logins: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.acme, self.bolt = (
            str(self.db.value("select test.organization(%s, 'UTC', 'EUR')", [name])) for name in ("Acme", "Bolt")
        )
        for role in ROLES:
            self.logins[role] = self.db.value("select test.member(%s, %s)", [self.acme, role])
        self.logins["other"] = self.db.value("select test.member(%s, 'owner')", [self.bolt])
        self.logins["stranger"] = self.db.value("select test.stranger()")
        self.logins["nobody"] = self.db.value("select test.nobody()")
        self.logins["application"] = self.db.value("select test.login('application')")
        self.logins["jwt"] = self.db.value("select test.login('jwt')")
        self.logins["engine"] = ENGINE
        self.logins["deploy"] = ADMIN
        # A place where everybody may make tables, as a careless administrator leaves one.
        self.db.rows("create schema yard")
        self.db.rows("grant all on schema yard to public")
        for org in (self.acme, self.bolt):
            self.db.rows("select test.fill(%s)", [org])

    @cached_property
    def tables(self) -> list[Table]:
        return [Table(*row) for row in self.db.rows(TABLES)]

    @cached_property
    def views(self) -> list[str]:
        return [row[0] for row in self.db.rows(VIEWS)]

    def connect(self, actor: str) -> Connection:
        return self.db.connect(self.logins[actor])

    def user(self, actor: str) -> str:
        return str(self.db.value("select test.user_of(%s)", [self.logins[actor]]))

    def rows_of(self, org: str) -> dict[str, tuple[int, str]]:
        """Of every table how many rows the organization has there, and a checksum of them."""
        found = {}
        for table in self.tables:
            if table.is_tenant and not table.is_partition:
                found[table.name] = self.db.rows(
                    f"select count(*), coalesce(md5(string_agg(t::text, '|' order by t::text)), '')"
                    f" from {table.name} t where t.org_id = %s",
                    [org],
                )[0]
        found["trimtab.users"] = self.db.rows(
            "select count(*), coalesce(md5(string_agg(u::text, '|' order by u::text)), '') from trimtab.users u"
            " where u.id in (select user_id from trimtab.memberships where org_id = %s"
            " union all select system_user_id from trimtab.organizations where org_id = %s)",
            [org, org],
        )[0]
        return found


def attempt(connection: Connection, statement: str, parameters: Any = None) -> tuple[str | None, int]:
    """Try a statement: its SQLSTATE when it is refused, else None; and the number of rows it touched or returned."""
    try:
        with connection.transaction():
            cursor = connection.execute(statement.encode(), parameters)
    except psycopg.Error as error:
        return error.sqlstate or type(error).__name__, 0
    return None, cursor.rowcount


@contextmanager
def transaction(connection: Connection, user: str | None, org: str | None) -> Iterator[None]:
    """A transaction of an application that begins as it should."""
    with connection.transaction():
        connection.execute("select trimtab.init_transaction_context(%s, %s)", [user, org])
        yield
