"""Rolling the schema back: repeatables go first, since they stand on the tables, then migrations, newest first."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import PurePosixPath

import psycopg
from psycopg import sql

from trimtab.database import deploy
from trimtab.database.tree import BOOKKEEPING, Migration, Tree, check_texts
from trimtab.errors import TrimtabError


def rollback_schema(
    conninfo: str,
    *,
    to: str | None = None,
    steps: int | None = None,
    tree: Tree | None = None,
    ask: Callable[[str], None] = deploy.silent,
    say: deploy.Say = deploy.silent,
) -> list[str]:
    """Undo migrations, newest first; `trimtab migrate` brings everything back.

    Args:
        conninfo: connection of the deploying role.
        to: the migration that stays as the last one; '0' undoes all.
        steps: how many to undo, 1 when `to` is not given either.
        ask: is called with the question before anything happens and raises when the answer is no.
        say: receives a line for each thing done.
    Returns:
        The ids of the undone migrations, in the order of undoing.
    """
    tree = tree or Tree()
    tree.check()
    with contextlib.closing(deploy.connect(conninfo)) as connection:
        state = deploy.read_state(connection)
        deploy.make_plan(tree, state)  # refuses edited and unknown migrations
        targets = _targets(tree, state, to, steps)
        if not targets:
            say("nothing to roll back")
            return []
        check_texts(targets)
        ask("Undo " + ", ".join(m.migration_id for m in targets) + "? What their tables hold is lost.")
        with deploy.deploy_lock(connection, say=say):
            with connection.transaction():
                _drop_repeatables(connection, state)
            say("dropped functions, views, policies and triggers")
            with deploy.yoyo_backend(conninfo) as backend:
                deploy.prepare_yoyo(backend, connection)
                deploy.heal(backend, deploy.make_plan(tree, state))
                for migration in targets:
                    try:
                        backend.rollback_one(deploy.framed(migration, tree))
                    except psycopg.Error as error:
                        raise TrimtabError(
                            deploy.explain(error, f"migrations/{migration.migration_id}.rollback.sql", ""),
                            "`trimtab migrate` restores what was taken down so far",
                        ) from error
                    say(f"undone   migrations/{migration.path.name}")
            _drop_views_and_functions(connection, _stems(state))  # what had served a table that is gone now
    return [m.migration_id for m in targets]


def _targets(tree: Tree, state: deploy.State, to: str | None, steps: int | None) -> list[Migration]:
    applied = [m for m in reversed(tree.migrations) if m.migration_id in state.migrations]
    if to is None:
        return applied[: steps or 1]
    if to == "0":
        return applied
    names = [m.migration_id for m in applied]
    if to not in names:
        raise TrimtabError(f"{to} is not an applied migration", "applied: " + ", ".join(reversed(names)))
    return applied[: names.index(to)]


def _drop_repeatables(connection: deploy.Connection, state: deploy.State) -> None:
    """Drop what the repeatable files made, as the ledger knows them; data stays, and the owners can still reach it.

    What guards partitions came with them from ensure_partitions(), and no file would bring it back.
    """
    stems = _stems(state)
    for table, policy in connection.execute(
        "select c.relname, p.polname from pg_catalog.pg_policy p join pg_catalog.pg_class c on c.oid = p.polrelid"
        " where c.relnamespace = pg_catalog.to_regnamespace('trimtab') and not c.relispartition"
    ).fetchall():
        connection.execute(
            sql.SQL("drop policy {} on {}").format(sql.Identifier(policy), sql.Identifier("trimtab", table))
        )
    for (table,) in connection.execute(
        "select c.relname from pg_catalog.pg_class c"
        " where c.relnamespace = pg_catalog.to_regnamespace('trimtab') and c.relforcerowsecurity"
        " and not c.relispartition"
    ).fetchall():
        connection.execute(
            sql.SQL("alter table {} no force row level security").format(sql.Identifier("trimtab", table))
        )
    for table, trigger in connection.execute(
        "select c.relname, t.tgname from pg_catalog.pg_trigger t"
        " join pg_catalog.pg_class c on c.oid = t.tgrelid join pg_catalog.pg_proc p on p.oid = t.tgfoid"
        " where c.relnamespace = pg_catalog.to_regnamespace('trimtab') and p.proname = any(%s)"
        " and not t.tgisinternal and t.tgparentid = 0",
        [stems],
    ).fetchall():
        connection.execute(
            sql.SQL("drop trigger {} on {}").format(sql.Identifier(trigger), sql.Identifier("trimtab", table))
        )
    _drop_views_and_functions(connection, stems)
    connection.execute("delete from trimtab_deploy.repeatables where path <> %s", [BOOKKEEPING])


def _stems(state: deploy.State) -> list[str]:
    """The names of the functions that repeatable files made."""
    return sorted({PurePosixPath(path).stem for path in state.repeatables if path.startswith("functions/")})


def _drop_views_and_functions(connection: deploy.Connection, stems: list[str]) -> None:
    drops = [
        sql.SQL("drop view {}").format(sql.Identifier("trimtab", name))
        for (name,) in connection.execute(
            "select viewname from pg_catalog.pg_views where schemaname = 'trimtab'"
        ).fetchall()
    ]
    drops += [
        sql.SQL("drop routine {}").format(sql.SQL(signature))
        for (signature,) in connection.execute(
            "select pg_catalog.format('%%I.%%I(%%s)', 'trimtab', p.proname,"
            " pg_catalog.pg_get_function_identity_arguments(p.oid))"
            " from pg_catalog.pg_proc p where p.pronamespace = pg_catalog.to_regnamespace('trimtab')"
            " and p.proname = any(%s)",
            [stems],
        ).fetchall()
    ]
    # They depend on each other, so go round until nothing more gives way; what is left serves a table.
    while drops:
        left = []
        for drop in drops:
            try:
                with connection.transaction():
                    connection.execute(drop)
            except psycopg.errors.DependentObjectsStillExist:
                left.append(drop)
        if len(left) == len(drops):
            break
        drops = left
