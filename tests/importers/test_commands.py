"""`trimtab import`, `imports` and `quarantine`, as a person or a program calls them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from importers.books import Books
from support.database import ENGINE

from trimtab.cli.importing import QUARANTINED, UNUSABLE
from trimtab.cli.main import main
from trimtab.importers.mapping import load_mapping

Write = Callable[..., Path]

HEAD = '"Campaign name",Day,"Amount spent (USD)",Impressions,"Link clicks",Purchases,"Purchases conversion value"\n'
GOOD = HEAD + "A,2026-06-01,5.50,1000,10,1,20\nB,2026-06-01,7,2000,20,,\n"
FAULTY = HEAD + "A,2026-06-02,5.50,1000,10,1,20\nB,2026-06-02,7,oops,20,,\n"


@pytest.fixture
def trimtab(books: Books) -> Callable[..., Result]:
    """The command as the analyst calls it."""

    def call(*arguments: object, user: str | None = None) -> Result:
        words = ["--database-url", books.db.dsn(user or books.analyst), *map(str, arguments)]
        return CliRunner().invoke(main, words)

    return call


def report(result: Result) -> dict[str, Any]:
    found = json.loads(result.stdout)
    assert isinstance(found, list)
    assert len(found) == 1
    return dict(found[0])


def test_a_clean_file(books: Books, write: Write, trimtab: Callable[..., Result]) -> None:
    result = trimtab("import", write(GOOD))
    assert result.exit_code == 0
    for words in ("rows read", "inserted", "spend USD", "12.5", "2 (2 new)", "2026-06-01 to 2026-06-01"):
        assert words in result.stdout
    assert [spend for *_, spend in books.days()] == [Decimal("5.5"), 7]


def test_json_is_the_whole_report(write: Write, trimtab: Callable[..., Result]) -> None:
    found = report(trimtab("import", write(GOOD), "--json"))
    assert (found["rows_read"], found["rows_inserted"], found["status"]) == (2, 2, "published")
    assert found["totals"]["sums"]["USD"]["conversions"] == 1
    assert found["reading"]["encoding"] == "utf-8"


def test_some_rows_in_quarantine(books: Books, write: Write, trimtab: Callable[..., Result]) -> None:
    result = trimtab("import", write(FAULTY))
    assert result.exit_code == QUARANTINED
    assert "quarantine list" in result.stderr

    listed = json.loads(trimtab("quarantine", "list", "--json").stdout)
    assert [(row["line"], row["column"], row["value"], row["reason"]) for row in listed] == [
        (3, "Impressions", "oops", "no number")
    ]
    row = listed[0]["id"]
    shown = trimtab("quarantine", "show", row)
    assert shown.exit_code == 0
    assert "no number" in shown.stdout

    assert trimtab("quarantine", "retry", row).exit_code == QUARANTINED
    assert trimtab("quarantine", "correct", row, "Impresions=2000").exit_code == 1
    assert trimtab("quarantine", "correct", row, "Impressions").exit_code == 2
    done = trimtab("quarantine", "correct", row, "Impressions=2000", "--retry")
    assert done.exit_code == 0
    assert [title for title, *_ in books.days()] == ["A", "B"]
    assert json.loads(trimtab("quarantine", "list", "--json").stdout) == []
    assert len(json.loads(trimtab("quarantine", "list", "--all", "--json").stdout)) == 1


def test_a_row_is_given_up(books: Books, write: Write, trimtab: Callable[..., Result]) -> None:
    trimtab("import", write(FAULTY))
    row = json.loads(trimtab("quarantine", "list", "--json").stdout)[0]["id"]
    assert trimtab("quarantine", "discard", row, "--reason", "nonsense").exit_code == 0
    assert trimtab("quarantine", "discard", row).exit_code == 1
    assert trimtab("quarantine", "retry", row).exit_code == UNUSABLE
    assert trimtab("quarantine", "retry").exit_code == 0


def test_a_dry_run_keeps_nothing(books: Books, write: Write, trimtab: Callable[..., Result]) -> None:
    before = books.fingerprint()
    result = trimtab("import", write(FAULTY), "--dry-run")
    assert result.exit_code == QUARANTINED
    assert "nothing was kept" in result.stdout
    assert books.fingerprint() == before
    assert json.loads(trimtab("imports", "--json").stdout) == []


def test_of_several_files_an_unusable_one_does_not_stop_the_others(
    books: Books, write: Write, trimtab: Callable[..., Result]
) -> None:
    bad = write("a,b\n1,2\n", name="bad.csv")
    result = trimtab("import", bad, write(GOOD, name="good.csv"))
    assert result.exit_code == UNUSABLE
    assert "fit no format" in result.stderr
    assert len(books.days()) == 2
    assert [row["file_name"] for row in json.loads(trimtab("imports", "--json").stdout)] == ["good.csv"]


@pytest.mark.parametrize(
    "arguments",
    [("none.csv",), ("--mapping", "none.toml", "x.csv"), ("--encoding", "klingon", "x.csv"), ()],
)
def test_wrong_use(trimtab: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    assert trimtab("import", *arguments).exit_code == 2


def test_the_engine_imports_for_an_organization_it_is_told(
    books: Books, more_books: Callable[..., Books], write: Write, trimtab: Callable[..., Result]
) -> None:
    more_books("Another")
    path = write(GOOD)
    assert trimtab("import", path, user=ENGINE).exit_code == 2
    assert trimtab("import", path, "--org", books.org, user=ENGINE).exit_code == 0
    assert len(books.days()) == 2
    assert trimtab("quarantine", "list", "--org", "nowhere", user=ENGINE).exit_code == 1


def test_a_viewer_may_not_import(books: Books, write: Write, trimtab: Callable[..., Result]) -> None:
    viewer = books.db.value("select test.member(%s, 'viewer')", [books.org])
    result = trimtab("import", write(GOOD), user=viewer)
    assert result.exit_code == 1
    assert "TT003" in result.stderr


def test_a_drafted_mapping_imports_the_file(
    books: Books, write: Write, trimtab: Callable[..., Result], tmp_path: Path
) -> None:
    path = write(
        "Bericht\n\nKampagne;Datum;Impressionen;Klicks;Kosten;Umsatz\nA;01.06.2026;1.000;10;5,50;20,00\nB;13.06.2026;2.000;20;7;0\n"
    )
    mapping = tmp_path / "mapping.toml"
    assert trimtab("import", "--write-mapping", mapping, path).exit_code == 0
    tomllib.loads(mapping.read_text())
    assert load_mapping(mapping).decimal == ","
    result = trimtab("import", path, "--mapping", mapping, "--currency", "eur", "--platform", "meta")
    assert result.exit_code == 0
    assert books.days("m.impressions, m.clicks, m.spend, m.revenue, m.currency, c.platform") == [
        ("A", "2026-06-01", 1000, 10, Decimal("5.5"), 20, "EUR", "meta"),
        ("B", "2026-06-13", 2000, 20, 7, 0, "EUR", "meta"),
    ]
    assert trimtab("import", "--write-mapping", mapping, path).exit_code == 1


def test_a_drafted_mapping_keeps_hours(
    books: Books, write: Write, trimtab: Callable[..., Result], tmp_path: Path
) -> None:
    path = write("campaign,day,hour,clicks,cost\nA,2026-06-01,0,10,5\nA,2026-06-01,13,20,7\n")
    mapping = tmp_path / "mapping.toml"
    assert trimtab("import", "--write-mapping", mapping, path).exit_code == 0
    assert trimtab("import", path, "--mapping", mapping, "--currency", "EUR").exit_code == 0
    assert books.days("m.clicks, m.spend") == [("A", "2026-06-01", 30, 12)]
    hours = books.db.rows(
        "select extract(hour from m.hour)::integer, m.clicks from trimtab.campaign_metrics m"
        " where m.grain = 'hour' order by m.hour"
    )
    assert hours == [(0, 10), (13, 20)]


def test_a_mapping_is_remembered_with_its_import(
    books: Books, write: Write, trimtab: Callable[..., Result], tmp_path: Path
) -> None:
    mapping = tmp_path / "own.toml"
    mapping.write_text('name = "own"\n[columns]\ntitle = "c"\nday = "d"\nspend = "s"\n')
    assert trimtab("import", write("c,d,s\nA,2026-06-01,x\n"), "--mapping", mapping).exit_code == QUARANTINED
    mapping.unlink()
    row = json.loads(trimtab("quarantine", "list", "--json").stdout)[0]["id"]
    assert trimtab("quarantine", "correct", row, "s=4", "--retry").exit_code == 0
    assert books.days() == [("A", "2026-06-01", 4)]
