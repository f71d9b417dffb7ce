"""What docs/import.md shows is what works."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from importers.books import HERE, Books
from support.database import Database

from trimtab.importers.decoding import COPIED
from trimtab.importers.mapping import BLANKS, ENTRIES, FIELDS, built_in, load_mapping, read_mapping

PAGE = HERE.parents[1] / "docs" / "import.md"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", blocks("toml"))
def test_mappings_are_valid(text: str) -> None:
    read_mapping(tomllib.loads(text), "docs/import.md")


def test_the_page_names_every_field_and_option() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in (*FIELDS, *ENTRIES, *BLANKS):
        assert f"`{name}`" in page, name


def test_the_sql_runs_as_printed(tap_db: Database) -> None:
    books = Books(tap_db)  # by the real clock, as it says current_date
    [text] = blocks("sql")
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", books.db.dsn(books.analyst)],
        input="set search_path = trimtab, public;\n" + text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "published|1|1|0"


def test_columns_that_are_copied_are_those_of_the_type(books: Books) -> None:
    named = books.db.rows(
        "select attname from pg_attribute where attrelid = 'trimtab.import_row'::regclass and attnum > 0"
    )
    assert set(COPIED) | {"campaign_id", "is_held", "campaign_key"} == {name for (name,) in named}


def test_what_is_shipped_is_valid() -> None:
    assert [mapping.name for mapping in built_in()] == ["Google Ads", "Meta Ads Manager", "TikTok Ads Manager"]
    for path in sorted((HERE / "mappings").glob("*.toml")):
        load_mapping(Path(path))
