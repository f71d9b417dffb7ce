"""Bytes to rows: encodings, line numbers, quotes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.importers.faults import UnusableFileError
from trimtab.importers.mapping import normal, number_duplicates
from trimtab.importers.reading import Source

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("latin-1", "cp1252")],
)
def test_the_encoding_is_recognised(write: Write, encoding: str, named: str) -> None:
    path = write("país;gasto\r\nPará;7,5\r\n", encoding=encoding)
    source = Source(path)
    assert source.encoding == named
    assert [row.cells for row in source.rows(";")] == [["país", "gasto"], ["Pará", "7,5"]]


def test_latin_1_with_bytes_that_windows_does_not_know(write: Write) -> None:
    assert Source(write("é\x81,b\n", encoding="latin-1")).encoding == "latin-1"


def test_rows_keep_the_line_on_which_they_begin(write: Write) -> None:
    source = Source(write('a,b\n"one\n\ntwo",1\n\n"x",2\n'))
    assert [(row.line, row.cells) for row in source.rows(",")] == [
        (1, ["a", "b"]),
        (2, ["one\n\ntwo", "1"]),
        (5, []),
        (6, ["x", "2"]),
    ]


def test_a_quote_that_never_closes_names_its_line(write: Write) -> None:
    source = Source(write('a,b\n1,2\n"x,2\n3,4\n'))
    with pytest.raises(UnusableFileError, match="line 3: a quote"):
        list(source.rows(","))


def test_a_stray_quote_spoils_its_row_only(write: Write) -> None:
    rows = list(Source(write('a,b\n"x"y,2\n3,4\n')).rows(","))
    assert rows[1].fault is not None
    assert rows[2].cells == ["3", "4"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 zipped", b"a,b\n\0\0,1\n"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    with pytest.raises(UnusableFileError):
        Source(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="No such file"):
        Source(tmp_path / "none.csv")


@given(st.lists(st.sampled_from(["Ad set name", "Day", "", " Day "]), max_size=8))
def test_numbered_headings_are_unique(headings: list[str]) -> None:
    numbered = number_duplicates(headings)
    assert len(set(numbered)) == len(headings)


def test_headings_are_compared_without_their_ornaments() -> None:
    assert normal("\ufeffWebsite  URL (Ad level\uff09") == normal("website URL (ad level)")
