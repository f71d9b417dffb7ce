"""Deploying: what runs, what is refused, and what is left when something goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from support.database import ADMIN, Database, TestCluster
from support.snapshot import snapshot
from support.trees import NOTE, READ_NOTE, note_tree, only_migrations, scratch

from trimtab.database import deploy
from trimtab.database.deploy import migrate
from trimtab.database.tree import Tree, sha256
from trimtab.database.undo import rollback_schema
from trimtab.errors import TrimtabError

BROKEN = READ_NOTE.replace("n.body", "n.title")


def ledger(database: Database) -> dict[str, str]:
    return dict(database.rows("select migration_id, sha256 from trimtab_deploy.migrations"))


def marks(database: Database) -> set[str]:
    return {name for (name,) in database.rows("select migration_id from trimtab_deploy._yoyo_migration")}


@pytest.fixture(scope="module")
def fresh(cluster: TestCluster) -> list[str]:
    """The schema that one deploy makes in an empty database."""
    database = cluster.create(cluster.template("migrated"))
    lines = snapshot(database)
    cluster.drop(database)
    return lines


# --- what a deploy makes ----------------------------------------------------------------------------------------------


def test_migrated_step_by_step_equals_fresh(empty_db: Database, tmp_path: Path, fresh: list[str]) -> None:
    for count in range(1, len(Tree().migrations)):
        result = migrate(empty_db.dsn(ADMIN), only_migrations(tmp_path, count))
        assert len(result.plan.migrations) == 1
    migrate(empty_db.dsn(ADMIN))
    assert snapshot(empty_db) == fresh


def test_up_down_up(db: Database, fresh: list[str]) -> None:
    count = len(Tree().migrations)
    undone = rollback_schema(db.dsn(ADMIN), to="0")
    assert undone == [m.migration_id for m in reversed(Tree().migrations)]
    assert ledger(db) == {}
    assert marks(db) == set()
    left = db.rows(
        "select c.oid::regclass::text from pg_class c where c.relnamespace = 'trimtab'::regnamespace"
        " union all select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'trimtab'::regnamespace"
        " union all select t.typname from pg_type t where t.typnamespace = 'trimtab'::regnamespace"
    )
    assert left == []
    result = migrate(db.dsn(ADMIN))
    assert len(result.plan.migrations) == count
    assert snapshot(db) == fresh


def test_each_migration_down_and_up_alone(db: Database, fresh: list[str]) -> None:
    for left in range(len(Tree().migrations) - 1, -1, -1):
        assert len(rollback_schema(db.dsn(ADMIN), steps=1)) == 1
        assert len(ledger(db)) == left
    migrate(db.dsn(ADMIN))
    assert snapshot(db) == fresh


def test_partitions_stay_guarded_when_a_migration_goes_and_comes_back(db: Database) -> None:
    guards = (
        "select c.relname, c.relrowsecurity, c.relforcerowsecurity, array(select p.polname from pg_policy p"
        " where p.polrelid = c.oid order by 1) from pg_class c"
        " where c.relnamespace = 'trimtab'::regnamespace and c.relkind = 'r' and c.relispartition order by 1"
    )
    before = db.rows(guards)
    assert before
    assert {row[1:3] for row in before} == {(True, True)}
    rollback_schema(db.dsn(ADMIN), steps=1)
    migrate(db.dsn(ADMIN))
    assert db.rows(guards) == before


def test_an_event_that_waits_outlives_going_back_to_the_release_before_and_up_again(tap_db: Database) -> None:
    before_catalogue = "0018"
    org = tap_db.value("select test.organization('Acme')")
    tap_db.rows("select test.raw_rule(%s, 'sales', '[{\"type\": \"note\"}]', '{}', 'sale.made')", [org])
    tap_db.rows("select trimtab.emit_event(%s::uuid, 'sale.made', '{\"amount\": 3}')", [org])
    waiting = "select e.type, e.payload from trimtab.waiting_events w join trimtab.events e on e.id = w.event_id"
    migration_id = next(m.migration_id for m in Tree().migrations if m.migration_id.startswith(before_catalogue))
    rollback_schema(tap_db.dsn(ADMIN), to=migration_id)
    assert tap_db.rows(waiting) == [("sale.made", {"amount": 3})]
    migrate(tap_db.dsn(ADMIN))
    assert tap_db.rows(waiting) == [("sale.made", {"amount": 3})]


def test_everything_loaded_again_changes_nothing(db: Database, fresh: list[str]) -> None:
    result = migrate(db.dsn(ADMIN), again=True)
    assert len(result.plan.repeatables) == len(Tree().repeatables)
    assert snapshot(db) == fresh


def test_printed_script_equals_deploy(empty_db: Database, fresh: list[str]) -> None:
    tree = Tree()
    with empty_db.connect(ADMIN) as connection:
        plan = deploy.make_plan(tree, deploy.read_state(connection))
    psql = ["psql", "-X", "-q", empty_db.dsn(ADMIN)]
    subprocess.run(psql, input=deploy.script(tree, plan), text=True, check=True, capture_output=True)
    assert snapshot(empty_db) == fresh
    result = migrate(empty_db.dsn(ADMIN), tree)
    assert result.plan.mark == [m.migration_id for m in tree.migrations]
    assert not result.plan.migrations
    assert not result.plan.repeatables
    assert marks(empty_db) == set(ledger(empty_db))


def test_owners_and_public(empty_db: Database, tmp_path: Path) -> None:
    migrate(empty_db.dsn(ADMIN), note_tree(tmp_path))
    owners = {
        owner
        for (owner,) in empty_db.rows(
            "select relowner::regrole::text from pg_class"
            " where relnamespace = 'trimtab'::regnamespace and relkind = 'r'"
            " union select proowner::regrole::text from pg_proc where pronamespace = 'trimtab'::regnamespace"
            " union select relowner::regrole::text from pg_class where relnamespace = 'trimtab_deploy'::regnamespace"
        )
    }
    assert owners == {"trimtab_owner"}
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        empty_db.rows("select trimtab.read_note(1)", user="trimtab_engine")
    for role in ("trimtab_auth", "trimtab_definer", "trimtab_user", "trimtab_engine"):
        assert empty_db.value("select has_schema_privilege(%s, 'trimtab', 'create')", [role]) is False


# --- when nothing changed ---------------------------------------------------------------------------------------------


def test_unchanged_second_run_executes_nothing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []

    class Recording(psycopg.Connection[Any]):
        def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
            statements.append(str(query))
            return super().execute(query, *args, **kwargs)

    monkeypatch.setattr(deploy, "connect", lambda conninfo: Recording.connect(conninfo, autocommit=True))
    monkeypatch.setattr(deploy, "yoyo_backend", None)
    result = migrate(make_conninfo(db.dsn(ADMIN), options="-c default_transaction_read_only=on"))
    assert not result.plan
    assert statements
    assert all(statement.startswith("select ") for statement in statements)
    assert len(statements) <= 6


def test_dry_run_writes_nothing(empty_db: Database) -> None:
    tree = Tree()
    with empty_db.connect(ADMIN) as connection:
        connection.execute("set default_transaction_read_only = on")
        plan = deploy.make_plan(tree, deploy.read_state(connection))
    assert [m.migration_id for m in plan.migrations] == [m.migration_id for m in tree.migrations]
    assert empty_db.value("select to_regnamespace('trimtab')") is None


def test_only_what_changed_runs(empty_db: Database, tmp_path: Path) -> None:
    migrate(empty_db.dsn(ADMIN), note_tree(tmp_path))
    result = migrate(empty_db.dsn(ADMIN), note_tree(tmp_path, READ_NOTE + "-- changed\n"))
    assert result.plan.lines() == ["load                        functions/notes/read_note.sql"]
    assert empty_db.value("select sha256 from trimtab_deploy.repeatables where path like 'functions/%%'") == sha256(
        READ_NOTE + "-- changed\n"
    )


def test_file_that_went_is_forgotten(empty_db: Database, tmp_path: Path) -> None:
    migrate(empty_db.dsn(ADMIN), note_tree(tmp_path))
    (tmp_path / "functions/notes/read_note.sql").unlink()
    tree = scratch(tmp_path, {"0001_note": NOTE, "0001_note.rollback": "drop table trimtab.note;"})
    assert migrate(empty_db.dsn(ADMIN), tree).plan.forgotten == ["functions/notes/read_note.sql"]
    assert not migrate(empty_db.dsn(ADMIN), tree).plan


# --- what is refused --------------------------------------------------------------------------------------------------


def test_edited_migration_is_refused(empty_db: Database, tmp_path: Path) -> None:
    migrate(empty_db.dsn(ADMIN), note_tree(tmp_path))
    tree = scratch(
        tmp_path,
        {"0001_note": NOTE + "-- edited\n", "0001_note.rollback": "drop table trimtab.note;\n"},
        {"functions/notes/read_note.sql": READ_NOTE + "-- newer\n"},
    )
    with pytest.raises(TrimtabError, match=r"edited after it was applied: migrations/0001_note\.sql"):
        migrate(empty_db.dsn(ADMIN), tree)
    with pytest.raises(TrimtabError, match="edited after it was applied"):
        rollback_schema(empty_db.dsn(ADMIN), tree=tree)
    assert empty_db.value("select count(*) from trimtab_deploy.repeatables where sha256 = %s", [sha256(READ_NOTE)]) == 1


def test_older_checkout_is_refused(empty_db: Database, tmp_path: Path) -> None:
    more = {"0002_more": "create table trimtab.more (id integer);", "0002_more.rollback": "drop table trimtab.more;"}
    migrate(empty_db.dsn(ADMIN), note_tree(tmp_path, **more))
    with pytest.raises(TrimtabError, match="not in this checkout: 0002_more"):
        migrate(empty_db.dsn(ADMIN), note_tree(tmp_path))


def test_late_migration_is_told(empty_db: Database, tmp_path: Path) -> None:
    late = {
        "0000_early": "create table trimtab.early (id integer);",
        "0000_early.rollback": "drop table trimtab.early;",
    }
    migrate(empty_db.dsn(ADMIN), note_tree(tmp_path))
    remarks = migrate(empty_db.dsn(ADMIN), note_tree(tmp_path, **late)).remarks
    assert "0000_early is older than what was applied before it; applied now" in remarks


@pytest.mark.parametrize(
    ("migrations", "files", "manifest", "fault"),
    [
        ({"0001_a": "select 1;"}, {}, [], "migrations/0001_a.sql has no 0001_a.rollback.sql"),
        (
            {"0001_a": "select 1;", "0001_a.rollback": "  \n"},
            {},
            [],
            "migrations/0001_a.sql has no 0001_a.rollback.sql",
        ),
        ({"0001_a.rollback": "select 1;"}, {}, [], "undoes a migration that does not exist"),
        (
            {"0001_a": "begin; select 1; commit;", "0001_a.rollback": "select 1;"},
            {},
            [],
            "'commit' does not belong here",
        ),
        ({"0001_a": "select 1;", "0001_a.rollback": "/* x */ rollback;"}, {}, [], "'rollback' does not belong here"),
        (
            {"0001_a": "-- transactional: false\nselect 1;", "0001_a.rollback": "select 1;"},
            {},
            [],
            "a migration runs in one transaction",
        ),
        ({}, {"functions/a/b.sql": "select 1;"}, [], "functions/a/b.sql is not in sql/manifest"),
        ({}, {}, ["views/a/b.sql"], "sql/manifest names views/a/b.sql, which does not exist"),
        ({}, {"views/a/b.sql": ""}, ["views/a/b.sql", "views/a/b.sql"], "sql/manifest names views/a/b.sql twice"),
        ({}, {"sql/other.sql": ""}, ["sql/other.sql"], "which is in none of"),
    ],
)
def test_faulty_tree_is_refused_before_anything_runs(
    empty_db: Database,
    tmp_path: Path,
    migrations: dict[str, str],
    files: dict[str, str],
    manifest: list[str],
    fault: str,
) -> None:
    with pytest.raises(TrimtabError) as caught:
        migrate(empty_db.dsn(ADMIN), scratch(tmp_path, migrations, files, manifest))
    assert fault in str(caught.value)
    assert empty_db.value("select to_regnamespace('trimtab_deploy')") is None


# --- when something is broken -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BROKEN, "functions/notes/read_note.sql: trimtab.read_note(integer) line 3: column n.title does not exist"),
        (READ_NOTE.replace("begin\n  return", "begin\n  retrun"), "syntax error"),
        (
            "create or replace function trimtab.read_note(p_id integer) returns text language sql stable parallel safe"
            " set search_path to trimtab, pg_catalog, pg_temp as $$ select n.title from note n $$;",
            "column n.title does not exist",
        ),
        ("create or replace function trimtab.read_note(p_id integer) returns nonsense as $$;", "read_note.sql:1: "),
    ],
)
def test_broken_function_leaves_everything_as_it_was(
    empty_db: Database, tmp_path: Path, text: str, expected: str
) -> None:
    empty_db.rows("create extension plpgsql_check")
    migrate(empty_db.dsn(ADMIN), note_tree(tmp_path))
    before = snapshot(empty_db)
    tree = note_tree(tmp_path, text)
    (tmp_path / "views/notes").mkdir(parents=True)
    (tmp_path / "views/notes/notes.sql").write_text(
        "create or replace view trimtab.notes with (security_invoker = true) as select id from trimtab.note;"
    )
    (tmp_path / "sql/manifest").write_text("views/notes/notes.sql\nfunctions/notes/read_note.sql\n")
    with pytest.raises(TrimtabError) as caught:
        migrate(empty_db.dsn(ADMIN), Tree(tree.root))
    assert expected in str(caught.value)
    assert "functions/notes/read_note.sql" in str(caught.value)
    assert snapshot(empty_db) == before
    assert empty_db.rows("select path from trimtab_deploy.repeatables where path like 'views/%%'") == []


def test_trigger_function_is_proved_on_its_table(empty_db: Database, tmp_path: Path) -> None:
    empty_db.rows("create extension plpgsql_check")
    trigger = textwrap.dedent("""\
        create or replace function trimtab.stamp() returns trigger language plpgsql volatile parallel unsafe
          set search_path to trimtab, pg_catalog, pg_temp as $$
        begin
          new.stamped := 'x';
          return new;
        end
        $$;
        create or replace trigger stamp before insert on trimtab.note for each row execute function trimtab.stamp();
    """)
    files = {"functions/notes/stamp.sql": trigger}
    with pytest.raises(TrimtabError, match=r'functions/notes/stamp\.sql: .*no field "stamped"'):
        migrate(
            empty_db.dsn(ADMIN),
            scratch(tmp_path, {"0001_note": NOTE, "0001_note.rollback": "drop table trimtab.note;"}, files),
        )


def test_without_plpgsql_check_syntax_is_proved_and_told(empty_db: Database, tmp_path: Path) -> None:
    result = migrate(empty_db.dsn(ADMIN), note_tree(tmp_path, BROKEN))
    assert result.remarks == ["plpgsql_check is not installed: functions were checked for syntax only"]
    with pytest.raises(TrimtabError, match="syntax error"):
        migrate(empty_db.dsn(ADMIN), note_tree(tmp_path, READ_NOTE.replace("return (", "retrun (")))


def test_failed_migration_leaves_nothing(empty_db: Database, tmp_path: Path) -> None:
    more = {
        "0002_more": "create table trimtab.more (id integer);\ninsert into trimtab.more values (1 / 0);",
        "0002_more.rollback": "drop table trimtab.more;",
    }
    with pytest.raises(TrimtabError, match=r"migrations/0002_more\.sql: division by zero"):
        migrate(empty_db.dsn(ADMIN), note_tree(tmp_path, **more))
    assert set(ledger(empty_db)) == marks(empty_db) == {"0001_note"}
    assert empty_db.value("select to_regclass('trimtab.more')") is None


# --- killed -----------------------------------------------------------------------------------------------------------

DIE = """
import os, signal, sys
from pathlib import Path
from trimtab.database import deploy, undo
from trimtab.database.tree import Tree
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend

def die(*_args):
    os.kill(os.getpid(), signal.SIGKILL)

def die_before_commit(backend):
    if backend.execute("select from trimtab_deploy.migrations").rowcount:
        die()
    commit(backend)

commit = PostgresqlPsycopgBackend.commit
if sys.argv[1] == "before the mark":
    PostgresqlPsycopgBackend.log_migration = die
else:
    PostgresqlPsycopgBackend.commit = die_before_commit
if sys.argv[4] == "up":
    deploy.migrate(sys.argv[2], Tree(Path(sys.argv[3])))
else:
    undo.rollback_schema(sys.argv[2], tree=Tree(Path(sys.argv[3])))
"""


def killed(where: str, database: Database, tree: Tree, direction: str) -> None:
    """Run a deploy in a process of its own that is killed at a certain moment."""
    done = subprocess.run(
        [sys.executable, "-c", DIE, where, database.dsn(ADMIN), str(tree.root), direction],
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_killed_between_migration_and_its_mark(empty_db: Database, tmp_path: Path) -> None:
    tree = note_tree(tmp_path)
    killed("before the mark", empty_db, tree, "up")
    assert set(ledger(empty_db)) == {"0001_note"}
    assert marks(empty_db) == set()
    result = migrate(empty_db.dsn(ADMIN), tree)
    assert result.plan.mark == ["0001_note"]
    assert result.plan.migrations == []
    assert set(ledger(empty_db)) == marks(empty_db) == {"0001_note"}
    assert not migrate(empty_db.dsn(ADMIN), tree).plan


def test_killed_inside_a_migration(empty_db: Database, tmp_path: Path) -> None:
    tree = note_tree(tmp_path)
    killed("before the commit", empty_db, tree, "up")
    assert ledger(empty_db) == {}
    migrate(empty_db.dsn(ADMIN), tree)
    assert set(ledger(empty_db)) == marks(empty_db) == {"0001_note"}


def test_killed_between_rollback_and_its_mark(empty_db: Database, tmp_path: Path) -> None:
    tree = note_tree(tmp_path)
    migrate(empty_db.dsn(ADMIN), tree)
    killed("before the mark", empty_db, tree, "down")
    assert ledger(empty_db) == {}
    assert marks(empty_db) == {"0001_note"}
    result = migrate(empty_db.dsn(ADMIN), tree)
    assert result.plan.unmark == ["0001_note"]
    assert [m.migration_id for m in result.plan.migrations] == ["0001_note"]
    assert set(ledger(empty_db)) == marks(empty_db) == {"0001_note"}


def test_lock_row_of_a_dead_yoyo_does_not_stop_a_deploy(empty_db: Database, tmp_path: Path) -> None:
    more = {"0002_more": "create table trimtab.more (id integer);", "0002_more.rollback": "drop table trimtab.more;"}
    migrate(empty_db.dsn(ADMIN), note_tree(tmp_path))
    empty_db.rows("insert into trimtab_deploy.yoyo_lock (locked, ctime, pid) values (1, '2020-01-01', 1)")
    migrate(empty_db.dsn(ADMIN), note_tree(tmp_path, **more))
    assert marks(empty_db) == {"0001_note", "0002_more"}


# --- two at once ------------------------------------------------------------------------------------------------------


def test_two_deploys_of_one_database(empty_db: Database, fresh: list[str]) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = [done.result() for done in [pool.submit(migrate, empty_db.dsn(ADMIN)) for _ in range(2)]]
    assert sorted(len(result.plan.migrations) for result in results) == [0, len(Tree().migrations)]
    assert snapshot(empty_db) == fresh


def test_lock_names_its_holder(empty_db: Database, tmp_path: Path) -> None:
    holder = empty_db.connect(ADMIN, application_name="somebody")
    holder.execute("select pg_advisory_lock(%s, %s)", deploy.LOCK_KEY)
    told: list[str] = []
    with pytest.raises(TrimtabError, match=rf"session {holder.info.backend_pid} of {ADMIN} \(somebody\) holds"):
        migrate(empty_db.dsn(ADMIN), note_tree(tmp_path), wait=0, say=told.append)
    holder.close()
    assert migrate(empty_db.dsn(ADMIN), note_tree(tmp_path)).plan.migrations


# --- rollback ---------------------------------------------------------------------------------------------------------


def test_rollback_to_a_name_and_back(empty_db: Database, tmp_path: Path) -> None:
    more = {
        "0002_more": "create table trimtab.more (id integer);",
        "0002_more.rollback": "drop table trimtab.more;",
        "0003_most": "alter table trimtab.more add column x integer;",
        "0003_most.rollback": "alter table trimtab.more drop column x;",
    }
    tree = note_tree(tmp_path, **more)
    migrate(empty_db.dsn(ADMIN), tree)
    with pytest.raises(TrimtabError, match="0009_none is not an applied migration"):
        rollback_schema(empty_db.dsn(ADMIN), to="0009_none", tree=tree)
    assert rollback_schema(empty_db.dsn(ADMIN), to="0001_note", tree=tree) == ["0003_most", "0002_more"]
    assert empty_db.value("select to_regprocedure('trimtab.read_note(integer)')") is None
    migrate(empty_db.dsn(ADMIN), tree)
    assert empty_db.value("select to_regprocedure('trimtab.read_note(integer)')") is not None
    assert set(ledger(empty_db)) == {"0001_note", "0002_more", "0003_most"}


def test_rollback_asks_first(empty_db: Database, tmp_path: Path) -> None:
    tree = note_tree(tmp_path)
    migrate(empty_db.dsn(ADMIN), tree)
    asked: list[str] = []

    def refuse(question: str) -> None:
        asked.append(question)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rollback_schema(empty_db.dsn(ADMIN), tree=tree, ask=refuse)
    assert asked == ["Undo 0001_note? What their tables hold is lost."]
    assert set(ledger(empty_db)) == {"0001_note"}
    assert not migrate(empty_db.dsn(ADMIN), tree).plan


def test_environment_is_scrubbed() -> None:
    assert not [name for name in os.environ if name.startswith("PG")]
