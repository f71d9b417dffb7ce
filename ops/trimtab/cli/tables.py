"""Results for people: a table where the screen is wide enough to read it, else a block of lines for each row.

Texts are printed as they are (a campaign may be called "[US] Sale"), and nothing is cut off: an id that is printed can
be copied into the next command.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

READABLE = 28  # a column of running text is wrapped, but not to less than this
LONGEST_WORD = 40  # longer words are folded
FRAME = 3  # what a column's border and padding take


def print_table(console: Console, columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    """Print rows below their headings, or each as `heading  value` lines where the console is too narrow.

    Args:
        console: where to print; its width decides.
        columns: headings.
        rows: values in the order of the columns. None is empty, times are shown to the second.
        title: a line above.
    """
    cells = [[as_text(value) for value in row] for row in rows]
    if title:
        console.print(Text(title, style="bold"), soft_wrap=True)
    widths = column_widths(columns, cells, console.width)
    if widths is None:
        _print_blocks(console, columns, cells)
        return
    table = Table(header_style="bold")
    for column, width in zip(columns, widths, strict=True):
        table.add_column(Text(column), width=width, overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    console.print(table)


def as_text(value: object) -> str:
    """A value as it stands in a cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return str(value)


def as_percent(score: Decimal | None) -> str | None:
    """A confidence score (percent) with one decimal; never rounded up to certainty."""
    if score is None:
        return None
    return "> 99.9 %" if score >= Decimal("99.95") else f"{score:.1f} %"


def as_amount(value: object) -> str:
    """An amount with thousands marked, without decimals where it is whole and with two or more where it is not."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return "nothing" if value is None else str(value)
    amount = Decimal(str(value))
    exponent = amount.normalize().as_tuple().exponent
    if not isinstance(exponent, int):
        return str(value)
    return f"{amount:,.{max(2, -exponent) if exponent < 0 else 0}f}"


def column_widths(columns: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """The width of each column, or None where a table of this width would be hard to read."""
    longest, least = [], []
    for place, column in enumerate(columns):
        texts = [column, *(row[place] for row in cells)]
        lines = [line for text in texts for line in text.splitlines()]
        words = [word for line in lines for word in line.split()]
        longest.append(max(map(cell_len, lines), default=1))
        word = min(max(map(cell_len, words), default=1), LONGEST_WORD)
        least.append(min(longest[-1], max(word, READABLE)))
    spare = width - 1 - FRAME * len(columns) - sum(least)
    if spare < 0:
        return None
    widths = list(least)
    while spare > 0:
        wanting = [place for place in range(len(widths)) if widths[place] < longest[place]]
        if not wanting:
            break
        for place in wanting[:spare]:
            widths[place] += 1
        spare -= min(spare, len(wanting))
    return widths


def _print_blocks(console: Console, columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    heading = max(map(cell_len, columns))
    for row in cells:
        block = Table.grid(padding=(0, 2, 0, 0))
        block.add_column(style="bold", width=heading)
        block.add_column(overflow="fold")
        for column, text in zip(columns, row, strict=True):
            if text:
                block.add_row(Text(column), Text(text))
        console.print(block)
        console.print()
