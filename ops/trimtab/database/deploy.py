"""Deploying: migrations run once, repeatables whenever their text changes, and nothing runs when nothing changed.

The order is: roles, then schemas and ledgers, then migrations (each with its ledger row in one transaction, run by
yoyo), then all repeatables in one transaction that is proved before it commits. Two deploys of one database follow one
another; a deploy that was killed is completed by the next one.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import class_row

from trimtab.database.tree import BOOKKEEPING, Migration, Repeatable, Tree, check_texts
from trimtab.errors import TrimtabError

MINIMUM_VERSION = 150000
LOCK_KEY = (0x7472696D, 1)  # 'trim': the namespace of this product's advisory locks; 1: deploys
OWNING_ROLES = ("trimtab_owner", "trimtab_auth", "trimtab_definer", "trimtab_keeper")
ROLES = (*OWNING_ROLES, "trimtab_user", "trimtab_engine")
MIGRATION_SETTINGS = "set local lock_timeout = '10s'; set local search_path = pg_catalog, pg_temp;"
REPEATABLE_SETTINGS = MIGRATION_SETTINGS + " set local check_function_bodies = off;"
LISTED = 10  # more files than this are told as a number
YOYO_TABLES = ("_yoyo_migration", "_yoyo_log", "_yoyo_version", "yoyo_lock")

Say = Callable[[str], None]
Connection = psycopg.Connection[tuple[Any, ...]]


def silent(_line: str) -> None:
    """Swallow progress messages."""


@dataclass
class State:
    """What a database has, read without writing anything.

    Attributes:
        migrations: applied migrations, id to checksum (own ledger, which is the truth).
        marked: ids that yoyo holds for applied; differs from `migrations` only after a deploy was killed.
        repeatables: path to checksum of what ran last.
        version: the server's version number, 150004 for 15.4.
        missing_roles: roles of the product that do not exist.
        foreign_roles: owning roles that the connected role cannot act as.
        extensions: names of the installed extensions.
    """

    migrations: dict[str, str] = field(default_factory=dict)
    marked: set[str] = field(default_factory=set)
    repeatables: dict[str, str] = field(default_factory=dict)
    version: int = 0
    missing_roles: list[str] = field(default_factory=list)
    foreign_roles: list[str] = field(default_factory=list)
    extensions: set[str] = field(default_factory=set)


@dataclass
class Plan:
    """What a deploy would do to one database, in this order."""

    roles: bool = False
    extensions: bool = False
    bookkeeping: bool = False
    mark: list[str] = field(default_factory=list)
    unmark: list[str] = field(default_factory=list)
    migrations: list[Migration] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    repeatables: list[Repeatable] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lines())

    def lines(self) -> list[str]:
        """One line for each thing to do."""
        out = []
        if self.roles:
            out.append("create roles                sql/roles.sql")
        if self.extensions:
            out.append("create extensions           sql/extensions.sql")
        if self.bookkeeping:
            out.append(f"create schemas and ledgers  {BOOKKEEPING}")
        out += [f"complete the mark of        migrations/{name}.sql" for name in self.mark]
        out += [f"remove the mark of          migrations/{name}.sql" for name in self.unmark]
        out += [f"apply                       migrations/{m.path.name}" for m in self.migrations]
        out += [f"load                        {r.path}" for r in self.repeatables]
        out += [
            f"forget                      {path} (what it made stays until a migration drops it)"
            for path in self.forgotten
        ]
        return out


def connect(conninfo: str) -> Connection:
    """An autocommit connection for a deploy: prompt about locks, quiet about notices."""
    connection = psycopg.connect(conninfo, autocommit=True, application_name="trimtab deploy")
    connection.execute("set client_min_messages = warning")
    return connection


def read_state(connection: Connection) -> State:
    """What the database has. Runs a handful of SELECTs and writes nothing."""
    state = State(version=connection.info.server_version)
    state.extensions = {name for (name,) in connection.execute("select extname from pg_catalog.pg_extension")}
    roles: dict[str, bool] = dict(
        connection.execute(
            "select rolname, pg_catalog.pg_has_role(rolname, 'usage') from pg_catalog.pg_roles where rolname = any(%s)",
            [list(ROLES)],
        ).fetchall()
    )
    state.missing_roles = [role for role in ROLES if role not in roles]
    state.foreign_roles = [role for role in OWNING_ROLES if not roles.get(role, True)]
    present = {
        name
        for (name,) in connection.execute(
            "select c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'trimtab_deploy'"
        )
    }
    try:
        if "migrations" in present:
            state.migrations = dict(
                connection.execute("select migration_id, sha256 from trimtab_deploy.migrations").fetchall()
            )
        if "_yoyo_migration" in present:
            state.marked = {
                name for (name,) in connection.execute("select migration_id from trimtab_deploy._yoyo_migration")
            }
        if "repeatables" in present:
            state.repeatables = dict(
                connection.execute("select path, sha256 from trimtab_deploy.repeatables").fetchall()
            )
    except psycopg.errors.InsufficientPrivilege as error:
        raise TrimtabError(
            f"the role {connection.info.user} may not read the schema trimtab_deploy",
            "connect as a role that is a member of trimtab_owner, or as trimtab_engine",
        ) from error
    return state


def make_plan(tree: Tree, state: State, *, again: bool = False) -> Plan:
    """What is to be done; `again` loads every repeatable.

    Raises when an applied migration was edited or is missing, or when the server is too old.
    """
    if state.version < MINIMUM_VERSION:
        raise TrimtabError(
            f"the server is PostgreSQL {state.version // 10000}; Trimtab needs 15 or newer", "use a newer server"
        )
    by_id = {migration.migration_id: migration for migration in tree.migrations}
    edited = [name for name, checksum in state.migrations.items() if name in by_id and by_id[name].sha256 != checksum]
    if edited:
        raise TrimtabError(
            "edited after it was applied: " + ", ".join(f"migrations/{name}.sql" for name in sorted(edited)),
            "restore the file and put the change into a new migration",
        )
    unknown = sorted(set(state.migrations) - set(by_id))
    if unknown:
        raise TrimtabError(
            "applied to this database, but not in this checkout: " + ", ".join(unknown),
            "deploy from the newer checkout, or roll these back from there first",
        )
    plan = Plan()
    plan.roles = bool(state.missing_roles or state.foreign_roles)
    plan.extensions = "pgcrypto" not in state.extensions
    bookkeeping = tree.repeatable(BOOKKEEPING)
    plan.bookkeeping = again or state.repeatables.get(BOOKKEEPING) != bookkeeping.sha256
    plan.mark = sorted(set(state.migrations) - state.marked)
    plan.unmark = sorted(state.marked - set(state.migrations))
    plan.migrations = [m for m in tree.migrations if m.migration_id not in state.migrations]
    newest = max(state.migrations, default="")
    plan.late = [m.migration_id for m in plan.migrations if m.migration_id < newest]
    # A migration may have dropped what a repeatable made (a view in the way of a column, for one): load all again.
    plan.repeatables = [
        r for r in tree.repeatables if again or plan.migrations or state.repeatables.get(r.path) != r.sha256
    ]
    plan.forgotten = sorted(set(state.repeatables) - {r.path for r in tree.repeatables} - {BOOKKEEPING})
    return plan


@dataclass
class Result:
    """What a deploy did: the plan that was carried out, how long it took in seconds, and remarks for people."""

    plan: Plan
    seconds: float
    remarks: list[str] = field(default_factory=list)


def migrate(
    conninfo: str, tree: Tree | None = None, *, again: bool = False, say: Say = silent, wait: float = 600.0
) -> Result:
    """Bring the database to the state of the checkout.

    Args:
        conninfo: libpq connection string or URL of the deploying role (see docs/install.md for what it needs).
        tree: the files; the checkout's by default.
        again: load every repeatable, changed or not (after somebody changed the database by hand).
        say: receives a line for each thing done.
        wait: how long to wait for another deploy, in seconds.
    Returns:
        What was done. An unchanged database is only read.
    Raises:
        TrimtabError: with the file, what was found, and the next step. The failed step left no trace.
    """
    started = time.monotonic()
    tree = tree or Tree()
    tree.check()
    with contextlib.closing(connect(conninfo)) as connection:
        plan = make_plan(tree, read_state(connection), again=again)
        if not plan:
            return Result(plan, time.monotonic() - started)
        check_texts(plan.migrations)
        with deploy_lock(connection, wait=wait, say=say):
            plan = make_plan(tree, read_state(connection), again=again)
            remarks = [f"{name} is older than what was applied before it; applied now" for name in plan.late]
            if plan.roles:
                ensure_roles(connection, tree)
                say("roles created")
            if plan.extensions:
                run_file(connection, tree.repeatable("sql/extensions.sql"))
                say("extensions created")
            if plan.bookkeeping:
                bookkeeping = tree.repeatable(BOOKKEEPING)
                with connection.transaction():
                    run_file(connection, bookkeeping)
                    record(connection, bookkeeping)
            if plan.mark or plan.unmark or plan.migrations:
                _run_migrations(conninfo, connection, tree, plan, say)
            if plan.repeatables or plan.forgotten:
                remarks += _run_repeatables(connection, tree, plan, say)
    return Result(plan, time.monotonic() - started, remarks)


def ensure_roles(connection: Connection, tree: Tree) -> None:
    """Create the missing roles and memberships if the connected role may; otherwise say what an administrator runs."""
    may = connection.execute(
        "select rolsuper or rolcreaterole from pg_catalog.pg_roles where rolname = current_user"
    ).fetchone()
    if may and may[0]:
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
            run_file(connection, tree.repeatable("sql/roles.sql"))
    state = read_state(connection)
    if state.missing_roles or state.foreign_roles:
        found = []
        if state.missing_roles:
            found.append("missing roles: " + ", ".join(state.missing_roles))
        if state.foreign_roles:
            found.append("not a member of: " + ", ".join(state.foreign_roles))
        raise TrimtabError(
            f"the role {connection.info.user} cannot deploy: " + "; ".join(found),
            f"as an administrator, run what `trimtab migrate --print-roles {connection.info.user}` prints",
        )


def role_statements(login: str) -> str:
    """The plain statements an administrator runs once so that `login` can deploy."""
    lines = [f"create role {role} {'login' if role == 'trimtab_engine' else 'nologin'};" for role in ROLES]
    return "\n".join(
        [
            "-- Run as a superuser, or as a role with CREATEROLE. Skip the roles that exist already.",
            *lines,
            sql.SQL("grant trimtab_owner, trimtab_auth, trimtab_definer, trimtab_keeper to {};")
            .format(sql.Identifier(login))
            .as_string(None),
        ]
    )


@contextlib.contextmanager
def deploy_lock(connection: Connection, *, wait: float = 600.0, say: Say = silent) -> Iterator[None]:
    """Hold the lock under which one database is deployed. Ends with the connection at the latest."""
    deadline = time.monotonic() + wait
    told = False
    while True:
        row = connection.execute("select pg_catalog.pg_try_advisory_lock(%s, %s)", LOCK_KEY).fetchone()
        if row and row[0]:
            break
        holder = connection.execute(
            "select a.pid, a.usename, a.application_name from pg_catalog.pg_locks l"
            " join pg_catalog.pg_stat_activity a on a.pid = l.pid"
            " where l.locktype = 'advisory' and l.granted and (l.classid::bigint, l.objid::bigint) = (%s, %s)"
            " and l.database = (select oid from pg_catalog.pg_database where datname = current_database())",
            LOCK_KEY,
        ).fetchone()
        who = f"session {holder[0]} of {holder[1]} ({holder[2]})" if holder else "another session"
        if time.monotonic() > deadline:
            raise TrimtabError(
                f"{who} holds the lock for deploys since more than {wait:.0f} s",
                "wait for it, or end it: select pg_terminate_backend(<its number>)",
            )
        if not told:
            say(f"waiting for {who}")
            told = True
        time.sleep(0.1)
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_catalog.pg_advisory_unlock(%s, %s)", LOCK_KEY)


def run_file(connection: Connection, file: Repeatable) -> None:
    """Run the whole text of a file; an error names the file and the line."""
    try:
        connection.execute(file.text.encode())
    except psycopg.Error as error:
        raise TrimtabError(explain(error, file.path, file.text)) from error


def explain(error: psycopg.Error, path: str, text: str) -> str:
    """The server's message in full, with path and line where it can be told."""
    diag = error.diag
    line = ""
    if diag.statement_position:
        line = f":{text[: int(diag.statement_position)].count(chr(10)) + 1}"
    parts = [f"{path}{line}: {diag.message_primary or str(error).strip()}"]
    parts += [
        f"  {label}: {value}"
        for label, value in (
            ("detail", diag.message_detail),
            ("hint", diag.message_hint),
            ("where", diag.context),
            ("code", diag.sqlstate),
        )
        if value
    ]
    return "\n".join(parts)


def record(connection: Connection, file: Repeatable) -> None:
    """Write a repeatable into the ledger."""
    connection.execute(
        "insert into trimtab_deploy.repeatables (path, sha256) values (%s, %s)"
        " on conflict (path) do update set sha256 = excluded.sha256, applied_at = default, applied_by = default",
        [file.path, file.sha256],
    )


def script(tree: Tree, plan: Plan) -> str:
    """The SQL that a deploy would run, for psql. yoyo's own marks are left to the next deploy, which adds them."""
    if not plan:
        return "-- nothing to do"
    opening, closing = (tree.text(f"sql/deploy/{name}.sql").strip() for name in ("open", "close"))

    def recorded(file: Repeatable) -> list[str]:
        return [
            file.text.strip(),
            sql.SQL(
                "insert into trimtab_deploy.repeatables (path, sha256) values ({}, {})"
                " on conflict (path) do update"
                " set sha256 = excluded.sha256, applied_at = default, applied_by = default;"
            )
            .format(sql.Literal(file.path), sql.Literal(file.sha256))
            .as_string(None),
        ]

    parts = ["\\set ON_ERROR_STOP on", sql.SQL("select pg_advisory_lock({}, {});").format(*LOCK_KEY).as_string(None)]
    if plan.roles:
        parts.append(tree.text("sql/roles.sql").strip())
    if plan.extensions:
        parts.append(tree.text("sql/extensions.sql").strip())
    if plan.bookkeeping:
        parts += ["begin;", *recorded(tree.repeatable(BOOKKEEPING)), "commit;"]
    for migration in plan.migrations:
        mark = sql.SQL("insert into trimtab_deploy.migrations (migration_id, sha256) values ({}, {});")
        parts += [
            f"-- migrations/{migration.path.name}",
            "begin;",
            MIGRATION_SETTINGS,
            opening,
            migration.text.strip(),
            closing,
            mark.format(sql.Literal(migration.migration_id), sql.Literal(migration.sha256)).as_string(None),
            "commit;",
        ]
    if plan.repeatables or plan.forgotten:
        parts += ["-- repeatables", "begin;", REPEATABLE_SETTINGS, opening]
        for file in plan.repeatables:
            parts += [f"-- {file.path}", *recorded(file)]
        parts.append(closing)
        forget = sql.SQL("delete from trimtab_deploy.repeatables where path = {};")
        parts += [forget.format(sql.Literal(path)).as_string(None) for path in plan.forgotten]
        parts.append("commit;")
    parts.append(sql.SQL("select pg_advisory_unlock({}, {});").format(*LOCK_KEY).as_string(None))
    return "\n\n".join(parts)


# yoyo is imported where it is used: most deploys find nothing to migrate, and its import is a third of such a run.

# --- migrations -------------------------------------------------------------------------------------------------------


class _Step:
    """A step that yoyo runs in the transaction of a migration, beside the steps of the file."""

    def __init__(self, apply: Callable[[Connection], None], rollback: Callable[[Connection], None]) -> None:
        self._apply, self._rollback = apply, rollback

    def apply(self, backend: Any, force: bool = False) -> None:
        self._apply(backend.connection)

    def rollback(self, backend: Any, force: bool = False) -> None:
        self._rollback(backend.connection)


def framed(migration: Migration, tree: Tree) -> Any:
    """yoyo's migration with our steps around it: what opens and closes a deploy, and the row of our own ledger."""
    from yoyo.migrations import Migration as TheirMigration

    theirs = TheirMigration(migration.migration_id, str(migration.path), str(migration.path.parent))
    theirs.load()

    def begin(connection: Connection) -> None:
        connection.execute(MIGRATION_SETTINGS)
        connection.execute(tree.text("sql/deploy/open.sql").encode())

    def close(connection: Connection) -> None:
        connection.execute(tree.text("sql/deploy/close.sql").encode())

    def applied(connection: Connection) -> None:
        close(connection)
        connection.execute(
            "insert into trimtab_deploy.migrations (migration_id, sha256) values (%s, %s)",
            [migration.migration_id, migration.sha256],
        )

    def undone(connection: Connection) -> None:
        close(connection)
        connection.execute("delete from trimtab_deploy.migrations where migration_id = %s", [migration.migration_id])

    theirs.steps = [_Step(begin, undone), *theirs.steps, _Step(applied, begin)]
    return theirs


def yoyo_backend(conninfo: str) -> Any:
    """yoyo's backend over psycopg 3, its bookkeeping in the schema trimtab_deploy."""
    from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
    from yoyo.connections import DatabaseURI

    logging.getLogger("yoyo").setLevel(logging.CRITICAL)  # what goes wrong reaches the person through TrimtabError
    args = conninfo_to_dict(conninfo)
    database = args.pop("dbname", None)
    uri = DatabaseURI("postgresql+psycopg", None, None, None, None, database, {**args, "schema": "trimtab_deploy"})
    return PostgresqlPsycopgBackend(uri, "_yoyo_migration")


def prepare_yoyo(backend: Any, connection: Connection) -> None:
    """yoyo's own tables, owned like everything else, and free of the lock that a killed process leaves."""
    row = connection.execute("select pg_catalog.to_regclass('trimtab_deploy.yoyo_lock') is null").fetchone()
    if row and row[0]:
        backend.create_lock_table()
    backend.break_lock()
    backend.ensure_internal_schema_updated()
    for table in YOYO_TABLES:
        connection.execute(
            sql.SQL("alter table if exists {} owner to trimtab_owner").format(sql.Identifier("trimtab_deploy", table))
        )
    connection.execute("grant select on trimtab_deploy._yoyo_migration to trimtab_engine")


def _run_migrations(conninfo: str, connection: Connection, tree: Tree, plan: Plan, say: Say) -> None:
    with yoyo_backend(conninfo) as backend:
        prepare_yoyo(backend, connection)
        heal(backend, plan)
        for migration in plan.migrations:
            try:
                backend.apply_one(framed(migration, tree))
            except psycopg.Error as error:
                raise TrimtabError(explain(error, f"migrations/{migration.path.name}", "")) from error
            say(f"applied  migrations/{migration.path.name}")


def heal(backend: Any, plan: Plan) -> None:
    """Bring yoyo's marks in line with our ledger, where a deploy was killed between the two."""
    from yoyo.migrations import Migration as TheirMigration

    for name in plan.mark:
        backend.mark_migrations([TheirMigration(name, "", "")])
    for name in plan.unmark:
        backend.unmark_migrations([TheirMigration(name, "", "")])


# --- repeatables ------------------------------------------------------------------------------------------------------


def _run_repeatables(connection: Connection, tree: Tree, plan: Plan, say: Say) -> list[str]:
    with connection.transaction():
        connection.execute(REPEATABLE_SETTINGS)
        run_file(connection, tree.repeatable("sql/deploy/open.sql"))
        for file in plan.repeatables:
            run_file(connection, file)
            record(connection, file)
        run_file(connection, tree.repeatable("sql/deploy/close.sql"))
        connection.execute("delete from trimtab_deploy.repeatables where path = any(%s)", [plan.forgotten])
        problems, remarks = check_functions(connection, tree)
        if problems:
            raise TrimtabError(
                "nothing was loaded; these functions are broken:\n" + "\n".join(f"  {line}" for line in problems)
            )
    if len(plan.repeatables) > LISTED:
        say(f"loaded   {len(plan.repeatables)} functions, views, policies and tables of reference")
    else:
        for file in plan.repeatables:
            say(f"loaded   {file.path}")
    return remarks


@dataclass
class _Function:
    """A row of sql/deploy/functions_to_check.sql."""

    oid: int
    signature: str
    language: str
    search_path: str | None
    relation: int
    old_table: str | None
    new_table: str | None
    idle: bool


def check_functions(connection: Connection, tree: Tree) -> tuple[list[str], list[str]]:
    """Prove every function of the schema: its syntax always, its contents with plpgsql_check where that is installed.

    Returns:
        Faults, one line each with the file; and remarks about what could not be checked.
    """
    files: dict[str, str] = {}
    for path in tree.manifest:
        if path.startswith("functions/"):
            files.setdefault(path.rsplit("/", 1)[1].removesuffix(".sql"), path)

    checker = connection.execute(
        "select n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace"
        " where e.extname = 'plpgsql_check'"
    ).fetchone()
    prove = None
    if checker:
        prove = sql.SQL(
            "select coalesce(functionid::regprocedure::text, ''), lineno, message, detail, hint"
            " from {}(%s::oid::regprocedure, %s::oid::regclass, fatal_errors => false, other_warnings => false,"
            " performance_warnings => false, extra_warnings => false, oldtable => %s, newtable => %s)"
            " where level = 'error'"
        ).format(sql.Identifier(checker[0], "plpgsql_check_function_tb"))

    problems: list[str] = []
    with connection.transaction(force_rollback=True):
        connection.execute("set local check_function_bodies = on")
        with connection.cursor(row_factory=class_row(_Function)) as cursor:
            functions = cursor.execute(tree.text("sql/deploy/functions_to_check.sql").encode()).fetchall()
        for function in functions:
            name = function.signature.split("(", 1)[0].rsplit(".", 1)[-1].strip('"')
            where = files.get(name, "no file")
            connection.execute(
                "select pg_catalog.set_config('search_path', %s, true)",
                [function.search_path if function.search_path is not None else "pg_catalog, pg_temp"],
            )
            try:
                with connection.transaction():
                    if function.language == "sql":
                        connection.execute("select pg_catalog.fmgr_sql_validator(%s::oid)", [function.oid])
                    else:
                        connection.execute("select pg_catalog.plpgsql_validator(%s::oid)", [function.oid])
                    rows: Sequence[tuple[Any, ...]] = ()
                    if prove and function.language == "plpgsql" and not function.idle:
                        rows = connection.execute(
                            prove, [function.oid, function.relation, function.old_table, function.new_table]
                        ).fetchall()
            except psycopg.Error as error:
                problems.append(explain(error, f"{where}: {function.signature}", "").replace("\n", "\n  "))
                continue
            for _, line, message, detail, hint in rows:
                more = "; ".join(part for part in (detail, hint) if part)
                problems.append(
                    f"{where}: {function.signature} line {line}: {message}" + (f" ({more})" if more else "")
                )
    return problems, [] if checker else ["plpgsql_check is not installed: functions were checked for syntax only"]
