"""Small trees of SQL files, and parts of the real one, for tests of the deploy."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from trimtab.database.tree import Tree, checkout

NOTE = "create table trimtab.note (id integer primary key, body text);\n"
READ_NOTE = """\
create or replace function trimtab.read_note(p_id integer)
  returns text
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return (select n.body from note n where n.id = p_id);
end
$$;
"""


def scratch(
    folder: Path,
    migrations: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
    manifest: Iterable[str] | None = None,
) -> Tree:
    """A tree with the deploy's own files, these migrations (name to text; `x.rollback` undoes x) and repeatables."""
    shutil.copytree(checkout() / "sql" / "deploy", folder / "sql" / "deploy", dirs_exist_ok=True)
    for name in ("roles.sql", "extensions.sql"):
        shutil.copy(checkout() / "sql" / name, folder / "sql" / name)
    shutil.rmtree(folder / "migrations", ignore_errors=True)
    (folder / "migrations").mkdir()
    for name, text in (migrations or {}).items():
        (folder / "migrations" / f"{name}.sql").write_text(text)
    for path, text in (files or {}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    (folder / "sql" / "manifest").write_text("\n".join(manifest if manifest is not None else files or ()) + "\n")
    return Tree(folder)


def note_tree(folder: Path, function: str = READ_NOTE, **more: str) -> Tree:
    """One table, one function that reads it, and `more` migrations by name."""
    return scratch(
        folder,
        {"0001_note": NOTE, "0001_note.rollback": "drop table trimtab.note;\n", **more},
        {"functions/notes/read_note.sql": function},
    )


def only_migrations(folder: Path, count: int) -> Tree:
    """The real tree, cut to its first migrations and without any repeatable."""
    real = Tree()
    texts = {}
    for migration in real.migrations[:count]:
        texts[migration.migration_id] = migration.text
        texts[f"{migration.migration_id}.rollback"] = migration.rollback_text
    return scratch(folder, texts)
