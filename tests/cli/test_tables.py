"""Tables for people: nothing is cut off, names are printed as they are, narrow screens get blocks."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rich.console import Console

from trimtab.cli.tables import as_amount, as_percent, print_table

COLUMNS = ("campaign", "reason", "id")
IDS = ("6f649c51-4d1d-4ad9-bcc3-6c99dc82e0a1", "d618437a-0a69-4053-bd23-07ad4e27fb9a")
REASON = "roi of lifetime is 0.6264 (rule: < 1.0), spend 1221.74 (rule: at least 100), hours running 721.51."
ROWS = [("[us] Sale [/x]", REASON, IDS[0]), ("Zweite Kampagne | größer", None, IDS[1])]


def printed(width: int, columns: tuple[str, ...] = COLUMNS, rows: list[tuple[object, ...]] | None = None) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_table(console, columns, ROWS if rows is None else rows)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 150, 200, 400])
def test_nothing_is_cut_off_at_any_width(width: int) -> None:
    text = printed(width)
    assert "…" not in text
    assert "[us] Sale [/x]" in text
    assert all(len(line) <= width for line in text.splitlines())
    if width >= 60:
        assert all(action_id in text for action_id in IDS)
    words = " ".join(line.strip("│ ") for line in text.replace("│", " ").splitlines()).split()
    assert all(word in words for word in REASON.split())


def test_wide_screens_get_a_table_and_narrow_ones_blocks() -> None:
    assert "┃" in printed(120)
    narrow = printed(80)
    assert "┃" not in narrow
    assert narrow.count("campaign  ") == 2
    assert narrow.count("reason") == 1, "what is empty is left out"


def test_a_small_table_stays_as_small_as_it_is() -> None:
    assert max(map(len, printed(200, ("a", "b"), [(1, 2)]).splitlines())) == 9


def test_times_are_shown_to_the_second() -> None:
    moment = datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=UTC)
    assert "2026-07-01 12:30:15+00:00" in printed(80, ("at",), [(moment,)])


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal("7500.00"), "7,500"),
        (7500.0, "7,500"),
        (1234567, "1,234,567"),
        (Decimal("12.5"), "12.50"),
        (Decimal("0.125"), "0.125"),
        (0, "0"),
        (Decimal("1E+3"), "1,000"),
        (None, "nothing"),
        ("paused", "paused"),
        (True, "True"),
    ],
)
def test_amounts_are_shown_whole_where_they_are(amount: object, shown: str) -> None:
    assert as_amount(amount) == shown


@pytest.mark.parametrize(
    ("score", "shown"),
    [("0", "0.0 %"), ("74.63", "74.6 %"), ("99.94", "99.9 %"), ("99.95", "> 99.9 %"), ("100.00", "> 99.9 %")],
)
def test_confidence_is_never_rounded_up_to_certainty(score: str, shown: str) -> None:
    assert as_percent(Decimal(score)) == shown


def test_no_confidence_is_nothing() -> None:
    assert as_percent(None) is None
