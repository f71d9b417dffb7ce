"""The SQL files of a checkout: which there are, in which order they run, and what is wrong with them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from trimtab.errors import TrimtabError

REPEATABLE_FOLDERS = ("sql/reference", "functions", "views", "policies")
BOOKKEEPING = "sql/deploy/bookkeeping.sql"
TRANSACTION_WORDS = frozenset(
    {"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE"}
)


def checkout() -> Path:
    """The folder that holds sql/, migrations/ and the rest: TRIMTAB_HOME, or the checkout this package stands in."""
    home = os.environ.get("TRIMTAB_HOME")
    return Path(home).resolve() if home else Path(__file__).resolve().parents[3]


def sha256(text: str) -> str:
    """Checksum of a file's text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Repeatable:
    """A file that may run any number of times."""

    path: str
    text: str

    @property
    def sha256(self) -> str:
        return sha256(self.text)


@dataclass(frozen=True)
class Migration:
    """A file that runs once, with the file that undoes it."""

    migration_id: str
    path: Path
    text: str
    rollback_text: str

    @property
    def sha256(self) -> str:
        return sha256(self.text)


class Tree:
    """The SQL of one checkout. Reading a property reads files; `check()` reads them all and reports every fault."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or checkout()

    def text(self, path: str) -> str:
        """The text of one file of the tree."""
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise TrimtabError(
                f"{path} is missing in {self.root}", "set TRIMTAB_HOME to a complete checkout of Trimtab"
            ) from error

    def repeatable(self, path: str) -> Repeatable:
        return Repeatable(path, self.text(path))

    @cached_property
    def manifest(self) -> list[str]:
        """The paths that sql/manifest names, in order."""
        lines = (line.split("#", 1)[0].strip() for line in self.text("sql/manifest").splitlines())
        return [line for line in lines if line]

    @cached_property
    def repeatables(self) -> list[Repeatable]:
        return [self.repeatable(path) for path in self.manifest]

    @cached_property
    def migrations(self) -> list[Migration]:
        """All migrations in the order of their names."""
        folder = self.root / "migrations"
        found = []
        for path in sorted(folder.glob("*.sql")):
            if path.name.endswith(".rollback.sql"):
                continue
            rollback = path.with_name(path.stem + ".rollback.sql")
            found.append(
                Migration(
                    path.stem,
                    path,
                    path.read_text(encoding="utf-8"),
                    rollback.read_text(encoding="utf-8") if rollback.exists() else "",
                )
            )
        return found

    def faults(self) -> list[str]:
        """What is wrong with the set of files, one sentence each; no database is asked."""
        found = []
        seen: set[str] = set()
        for path in self.manifest:
            if path in seen:
                found.append(f"sql/manifest names {path} twice")
            seen.add(path)
            if not (self.root / path).is_file():
                found.append(f"sql/manifest names {path}, which does not exist")
            elif not path.startswith(tuple(folder + "/" for folder in REPEATABLE_FOLDERS)):
                found.append(f"sql/manifest names {path}, which is in none of {', '.join(REPEATABLE_FOLDERS)}")
        for folder in REPEATABLE_FOLDERS:
            for file in sorted((self.root / folder).rglob("*.sql")):
                path = file.relative_to(self.root).as_posix()
                if path not in seen:
                    found.append(f"{path} is not in sql/manifest")
        names = {migration.migration_id for migration in self.migrations}
        for migration in self.migrations:
            where = f"migrations/{migration.path.name}"
            if not migration.rollback_text.strip():
                found.append(f"{where} has no {migration.migration_id}.rollback.sql")
        for file in sorted((self.root / "migrations").glob("*")):
            name = file.name
            if name.endswith(".rollback.sql"):
                if name.removesuffix(".rollback.sql") not in names:
                    found.append(f"migrations/{name} undoes a migration that does not exist")
            elif file.is_file() and not name.endswith((".sql", ".md")):
                found.append(f"migrations/{name} is not an .sql file")
        return found

    def check(self) -> None:
        """Raise with every fault of the set of files, if there is one."""
        _refuse(self.faults())


def check_texts(migrations: Iterable[Migration]) -> None:
    """Raise when a migration would end or split the one transaction in which it runs."""
    found = []
    for migration in migrations:
        for end, text in ((".sql", migration.text), (".rollback.sql", migration.rollback_text)):
            found += [f"migrations/{migration.migration_id}{end}: {fault}" for fault in _transaction_faults(text)]
    _refuse(found)


def _refuse(faults: list[str]) -> None:
    if faults:
        raise TrimtabError("the files cannot be deployed:\n" + "\n".join(f"  {fault}" for fault in faults))


def _transaction_faults(text: str) -> list[str]:
    """Statements that would end or split the one transaction in which a migration runs."""
    import sqlparse  # only where a migration is about to run: it takes its time

    found = []
    if "transactional:" in text and any(
        line.strip().lower().replace(" ", "").startswith("--transactional:false") for line in text.splitlines()
    ):
        found.append("a migration runs in one transaction; '-- transactional: false' is not supported")
    for statement in sqlparse.split(text):
        words = sqlparse.format(statement, strip_comments=True).split(None, 1)
        word = words[0].rstrip(";").upper() if words else ""
        if word in TRANSACTION_WORDS:
            found.append(f"'{word.lower()}' does not belong here: the deploy opens and ends the transaction")
    return found
