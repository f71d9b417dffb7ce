"""An organization with an analyst who imports, for the importer's tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from support.database import Connection, Database

from trimtab.importers.loading import Report, Wishes, import_file
from trimtab.importers.mapping import Mapping, load_mapping

HERE = Path(__file__).parent
PRESENT = "2026-12-15 10:00+00"


def mapping(name: str) -> Mapping:
    """One of the mappings beside the tests."""
    return load_mapping(HERE / "mappings" / f"{name}.toml")


def shared_data() -> Path:
    """Where the real data is, if it is anywhere."""
    given = os.environ.get("TRIMTAB_TEST_DATA")
    return Path(given) if given else HERE.parents[2] / "shared" / "data"


class Books:
    """An organization, and an analyst of it."""

    def __init__(self, db: Database, name: str = "Acme", time_zone: str = "UTC", currency: str = "USD") -> None:
        self.db = db
        self.org: UUID = db.value("select test.organization(%s, %s, %s)", [name, time_zone, currency])
        self.analyst: str = db.value("select test.member(%s, 'analyst')", [self.org])

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        connection = self.db.connect(self.analyst, autocommit=False)
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def load(self, path: Path, **wishes: Any) -> Report:
        """Import a file as the analyst, committed."""
        with self.connection() as connection:
            return import_file(connection, path, Wishes(**wishes))

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What the analyst sees."""
        return self.db.rows(query, parameters, self.analyst)

    def value(self, query: str, *parameters: Any) -> Any:
        rows = self.rows(query, *parameters)
        return rows[0][0] if rows else None

    def days(self, columns: str = "m.spend") -> list[tuple[Any, ...]]:
        """Title, day and what is wanted of the current daily facts."""
        return self.rows(
            f"select c.title, m.day::text, {columns} from trimtab.campaign_metrics m"
            " join trimtab.campaigns c on c.id = m.campaign_id"
            " where m.grain = 'day' and m.known_to is null order by 1, 2"
        )

    def fingerprint(self) -> tuple[Any, ...]:
        """All that an import may change: facts with their history, campaigns, revisions, quarantine."""
        return tuple(
            self.db.value(
                f"select md5(string_agg(t::text, ',' order by t::text)) from trimtab.{table} t where t.org_id = %s",
                [self.org],
            )
            for table in ("campaign_metrics", "campaigns", "knowledge_revisions", "quarantined_rows")
        )
