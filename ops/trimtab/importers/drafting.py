"""A first draft of a mapping for a file that no format fits: for a person to look over."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trimtab.importers import dates, numbers
from trimtab.importers.faults import CellError, UnusableFileError
from trimtab.importers.mapping import number_duplicates
from trimtab.importers.reading import DELIMITERS, Row, Source

# Words by which columns are guessed, in the order in which fields choose; each column is taken once.
WORDS: tuple[tuple[str, str], ...] = (
    ("external_id", r"\bcampaign[ _]?id\b|\bid[ _]campa"),
    ("title", r"^campaign([ _]?name)?$|\bcampaign[ _]?name\b|campanha|campaña|campagne|kampagne|^campaign"),
    ("day", r"^(c_)?(date|day|data|datum|fecha|jour|tag|día)$|reporting[ _]start|\bdate\b|\bday\b"),
    ("hour", r"^(hour|stunde|hora|heure)$"),
    ("platform", r"platform|plataforma|plattform|\bchannel\b|\bnetwork\b"),
    ("currency", r"^currency|währung|moneda|devise|moeda"),
    ("impressions", r"^impr|impress|impres|\bdisplays?\b|anzeigen"),
    ("clicks", r"^clicks?\b|^klicks|\bclics\b|cliques|^clicks?$"),
    ("spend", r"spen[dt]|^cost$|\bcost\b(?!.*per)|amount|gasto|kosten|coste|custo|importe"),
    ("conversions", r"conver[st]|purchase(?!.*value)|^orders?$|konversion|approved"),
    ("revenue", r"revenue|receita|umsatz|ingresos|conv.*value|\bsales_amount|purchase.*value"),
    ("reach", r"^reach$|reichweite|alcance"),
    ("frequency", r"^frequency$"),
    ("likes", r"\blikes\b|reactions"),
    ("shares", r"\bshares\b"),
    ("comments", r"\bcomments\b"),
    ("creative", r"^ad[ _]?name$|creative|banner|criativo"),
    ("audience", r"audience|ad[ _]?set|ad[ _]?group|segment"),
    ("placement", r"placement"),
    ("device", r"device|gerät|dispositivo"),
)


def draft_mapping(source: Source, delimiter: str | None = None) -> str:
    """The text of a mapping in which the columns are guessed by their names; what was not guessed is left as a comment.

    Args:
        source: the file.
        delimiter: the file's, recognised when not given.
    Raises:
        UnusableFileError: no line looks like headings.
    """
    sign, header, sample = _headings(source, delimiter)
    headings = number_duplicates(header.cells)
    columns = {
        heading: [row.cells[place] for row in sample if place < len(row.cells)]
        for place, heading in enumerate(headings)
    }
    taken: dict[str, str] = {}
    for name, words in WORDS:
        for heading in headings:
            if heading not in taken.values() and re.search(words, heading.casefold()):
                taken[name] = heading
                break
    if "external_id" in taken and "title" not in taken:
        taken["title"] = taken["external_id"]

    lines = [
        f"# Drafted from {source.path.name}. Columns were guessed by their names: look it over, then use it with",
        "# trimtab import --mapping THIS_FILE EXPORT…",
        f"name = {_quoted(source.path.stem)}",
        '# platform = "meta"   # or google, tiktok, linkedin, twitter, snapchat; or a column below',
        "",
        "[file]",
        f"encoding = {_quoted({'utf-8-sig': 'utf-8', 'cp1252': 'windows-1252'}.get(source.encoding, source.encoding))}",
        f"delimiter = {_quoted(sign)}",
    ]
    point = comma = 0
    for cells in columns.values():
        found = numbers.recognise_decimal([cell for cell in cells if any(one.isdigit() for one in cell)])
        point, comma = point + found[0], comma + found[1]
    doubt = "" if point + comma else "   # nothing proves it"
    lines.append(f"decimal = {_quoted('.' if point >= comma else ',')}{doubt}")
    if "day" in taken:
        order, needed = dates.recognise_order(columns[taken["day"]])
        if order or needed:
            lines.append(f'dates = "{order or "day-first"}"' + ("" if order else "   # nothing proves it"))
    constants = []
    if "currency" not in taken:
        constants.append('# currency = "USD"')
    if "day" not in taken:
        constants.append('# day = "2026-06-01"   # when the file is about one day and has no column for it')
    if constants:
        lines += ["", "[constants]", *constants]
    lines += ["", "[columns]"]
    for name, _ in WORDS:
        if name not in taken:
            continue
        heading = taken[name]
        note = ""
        if name == "day" and not _is_day(columns[heading]):
            note = '   # no date in it that is known: give a format, such as { heading = …, format = "%d.%m.%y" }'
        if name == "hour":
            note = "   # rows are hours of a day; where they are sums over many days it is hour_of_day"
        lines.append(f"{name} = {_quoted(heading)}{note}")
    unused = [heading for heading in headings if heading not in taken.values()]
    if unused:
        lines += ["", "# not used: " + ", ".join(_quoted(heading) for heading in unused)]
    return "\n".join(lines) + "\n"


def _headings(source: Source, delimiter: str | None) -> tuple[str, Row, Sequence[Row]]:
    """The line that looks most like headings: many cells, all filled, none of them a number."""
    best: tuple[int, str, Row, Sequence[Row]] | None = None
    for sign in (delimiter,) if delimiter else DELIMITERS:
        rows = source.head(sign)
        for place, row in enumerate(rows):
            texts = [cell for cell in row.cells if cell.strip()]
            if len(texts) < 2 or any(_is_number(text) for text in texts):
                continue
            if best is None or len(texts) > best[0]:
                best = (len(texts), sign, row, rows[place + 1 :])
    if best is None:
        raise UnusableFileError(f"{source.path}: no line looks like headings", "name the delimiter: --delimiter")
    return best[1], best[2], best[3]


def _is_number(text: str) -> bool:
    try:
        numbers.parse_number(text)
    except CellError:
        return False
    return True


def _is_day(cells: Sequence[str]) -> bool:
    try:
        return any(cell.strip() and dates.parse_time(cell, "day-first") for cell in cells)
    except CellError:
        return False


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{escaped}"'
