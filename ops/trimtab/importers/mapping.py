"""Mappings: which columns of an export hold what. The built-in formats are mappings that Trimtab ships."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from trimtab.importers.faults import UnusableFileError
from trimtab.importers.reading import DELIMITERS, ENCODINGS

WHOLE_MEASURES = ("impressions", "clicks", "reach", "likes", "shares", "comments")
EXACT_MEASURES = ("spend", "conversions", "revenue", "frequency")
MEASURES = (
    "impressions", "clicks", "spend", "conversions", "revenue", "reach", "frequency", "likes", "shares", "comments",
)  # fmt: skip
DIMENSIONS = ("creative", "audience", "placement", "device", "hour_of_day")
TEXTS = ("title", "external_id", "platform", "currency", "campaign_status")
BUDGETS = ("campaign_budget", "campaign_daily_budget")
TIMES = ("day", "last_day", "time", "hour")
FIELDS = (*TEXTS, *BUDGETS, *TIMES, *DIMENSIONS, *MEASURES)
STATUSES = ("draft", "active", "paused", "completed", "archived")
BLANKS = ("unknown", "zero", "fault")
ENTRIES = ("heading", "template", "optional", "blank", "pattern", "values", "other", "format", "divide_by")
CONSTANTS = ("title", "platform", "currency", "day", *DIMENSIONS)

_PLACE = re.compile(r"\{([^{}]+)\}")


def normal(heading: str) -> str:
    """A heading as it is compared: no byte order mark, no double blanks, plain brackets, lower case."""
    return " ".join(unicodedata.normalize("NFKC", heading.replace("\ufeff", "")).split()).casefold()


def number_duplicates(headings: Iterable[str]) -> list[str]:
    """Headings without blanks around, the second of one name called 'name (2)' and so on, empty ones 'column 3'."""
    seen: dict[str, int] = {}
    found = []
    for place, heading in enumerate(headings, start=1):
        name = " ".join(heading.replace("\ufeff", "").split()) or f"column {place}"
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


@dataclass(frozen=True)
class Column:
    """Where a field comes from.

    Args:
        headings: alternatives, the first that the file has counts. `{currency}` in one stands for a currency code.
        template: or a text with `{heading}` in it, put together from several columns.
        optional: the file may do without it.
        blank: what an empty cell means: 'unknown', 'zero', or 'fault'; of a revenue also 'zero_if_valued': none, unless
            the campaign converts and no value of a conversion was ever seen.
        pattern: the whole cell must fit this regular expression.
        values: what the file's words mean (compared without regard to case).
        other: what a word outside `values` is: 'fault' or 'ignore'.
        format: pattern of strptime for a date.
        divide_by: micros are divided by 1000000.
    """

    headings: tuple[str, ...] = ()
    template: str | None = None
    optional: bool = False
    blank: str = "unknown"
    pattern: re.Pattern[str] | None = None
    values: Dictionary[str, str] | None = None
    other: str = "fault"
    format: str | None = None
    divide_by: int = 1

    @property
    def places(self) -> list[str]:
        """The headings that the template names."""
        return _PLACE.findall(self.template or "")


@dataclass(frozen=True)
class Mapping:
    """A mapping that was read and found valid; `document` is what it was read from."""

    name: str
    document: Dictionary[str, Any]
    platform: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    dates: str | None = None
    duplicates: str = "sum"
    totals: bool = True
    placeholders: frozenset[str] = frozenset()
    required: tuple[str, ...] = ()
    total_rows: re.Pattern[str] | None = None
    blank_title: str = "fault"
    constants: Dictionary[str, str] = field(default_factory=dict)
    columns: Dictionary[str, Column] = field(default_factory=dict)


@dataclass(frozen=True)
class Fit:
    """How a mapping fits a row of headings.

    `found` is field → places of its columns; `missing` the headings that are wanted and not there; `currency` what a
    heading says; `measures` those that the file has.
    """

    mapping: Mapping
    headings: list[str]
    found: Dictionary[str, list[int]]
    missing: list[str]
    currency: str | None

    @property
    def measures(self) -> list[str]:
        return [name for name in MEASURES if name in self.found]


def fit(mapping: Mapping, headings: list[str]) -> Fit:
    """Look for a mapping's columns among headings (as `number_duplicates` gives them)."""
    compared = [normal(heading) for heading in headings]
    currency: str | None = None

    def places(wanted: str) -> list[int]:
        nonlocal currency
        if "{currency}" not in wanted:
            name = normal(wanted)
            return [place for place, heading in enumerate(compared) if heading == name or _is_copy(heading, name)]
        before, behind = wanted.split("{currency}", 1)
        shape = re.compile(re.escape(normal(before + "x")[:-1]) + r"([a-z]{3})" + re.escape(normal("x" + behind)[1:]))
        found = []
        for place, heading in enumerate(compared):
            if match := shape.fullmatch(heading):
                found.append(place)
                currency = currency or match[1].upper()
        return found

    found: dict[str, list[int]] = {}
    missing: list[str] = []
    for name, column in mapping.columns.items():
        if column.template is not None:
            parts = [places(heading) for heading in column.places]
            if all(parts):
                found[name] = [part[0] for part in parts]
            elif not column.optional:
                missing += [heading for heading, part in zip(column.places, parts, strict=True) if not part]
            continue
        for heading in column.headings:
            if at := places(heading):
                found[name] = at
                break
        else:
            if not column.optional:
                missing.append(" or ".join(column.headings))
    for heading in mapping.required:
        alternatives = heading.split(" | ")
        if not any(places(one) for one in alternatives):
            missing.append(" or ".join(alternatives))
    return Fit(mapping, headings, found, list(dict.fromkeys(missing)), currency)


def _is_copy(heading: str, name: str) -> bool:
    return re.fullmatch(re.escape(name) + r" \(\d+\)", heading) is not None


# --- reading a mapping ------------------------------------------------------------------------------------------------


def read_mapping(document: Dictionary[str, Any], where: str) -> Mapping:
    """A mapping from what its TOML says.

    Raises:
        UnusableFileError: with every fault, each with its path.
    """
    faults: list[str] = []

    def take(table: Dictionary[str, Any], path: str, known: Iterable[str]) -> None:
        for name in table:
            if name not in set(known):
                faults.append(f"{path}{name}: unknown; known are {', '.join(sorted(known))}")

    def text(table: Dictionary[str, Any], name: str, path: str, allowed: Iterable[str] | None = None) -> str | None:
        value = table.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or (allowed is not None and value not in set(allowed)):
            wanted = "one of " + ", ".join(repr(one) for one in allowed) if allowed is not None else "a text"
            faults.append(f"{path}{name}: {value!r} is not {wanted}")
            return None
        return value

    def regular(table: Dictionary[str, Any], name: str, path: str) -> re.Pattern[str] | None:
        value = text(table, name, path)
        try:
            return re.compile(value) if value is not None else None
        except re.error as error:
            faults.append(f"{path}{name}: {value!r} is no regular expression: {error}")
            return None

    def table_of(name: str) -> Dictionary[str, Any]:
        value = document.get(name, {})
        if not isinstance(value, dict):
            faults.append(f"{name}: {value!r} is no table")
            return {}
        return value

    take(document, "", ("name", "platform", "file", "recognise", "rows", "constants", "columns"))
    file, recognise, rows = table_of("file"), table_of("recognise"), table_of("rows")
    constants, columns = table_of("constants"), table_of("columns")
    take(file, "file.", ("encoding", "delimiter", "decimal", "dates", "placeholders"))
    take(recognise, "recognise.", ("headings",))
    take(rows, "rows.", ("total_rows", "blank_title", "duplicates", "totals"))
    take(constants, "constants.", CONSTANTS)
    take(columns, "columns.", FIELDS)
    for name, value in constants.items():
        if name in CONSTANTS and not isinstance(value, str):
            faults.append(f"constants.{name}: {value!r} is not a text")
        elif name == "day" and not _is_iso_day(value):
            faults.append(f"constants.day: {value!r} is no day like '2026-06-01'")
    for name in ("placeholders", "headings"):
        given = (file if name == "placeholders" else recognise).get(name, [])
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            faults.append(f"{name}: {given!r} is no list of texts")
    if not isinstance(rows.get("totals", True), bool):
        faults.append(f"rows.totals: {rows['totals']!r} is neither true nor false")

    mapped: dict[str, Column] = {}
    for name, value in columns.items():
        if name not in FIELDS:
            continue
        path = f"columns.{name}."
        entry: Dictionary[str, Any] = value if isinstance(value, dict) else {"heading": value}
        take(entry, path, ENTRIES)
        headings = entry.get("heading", [])
        headings = [headings] if isinstance(headings, str) else headings
        if not isinstance(headings, list) or not all(isinstance(one, str) and one.strip() for one in headings):
            faults.append(f"{path}heading: {headings!r} is neither a text nor a list of texts")
            headings = []
        template = text(entry, "template", path)
        if (template is None) == (not headings):
            faults.append(f"columns.{name}: give either heading or template")
        if template is not None and not _PLACE.search(template):
            faults.append(f"{path}template: {template!r} names no column, such as {{campaign}}")
        values = entry.get("values")
        if values is not None and not (
            isinstance(values, dict) and all(isinstance(one, str) for one in values.values())
        ):
            faults.append(f"{path}values: {values!r} is no table of texts")
            values = None
        if name == "campaign_status" and values:
            faults += [
                f"{path}values.{word}: {status!r} is not one of {', '.join(STATUSES)}"
                for word, status in values.items()
                if status not in STATUSES
            ]
        divide_by = entry.get("divide_by", 1)
        if not isinstance(divide_by, int) or isinstance(divide_by, bool) or divide_by < 1:
            faults.append(f"{path}divide_by: {divide_by!r} is no whole number from 1")
            divide_by = 1
        if not isinstance(entry.get("optional", False), bool):
            faults.append(f"{path}optional: {entry['optional']!r} is neither true nor false")
        mapped[name] = Column(
            headings=tuple(headings),
            template=template,
            optional=bool(entry.get("optional", False)),
            blank=text(entry, "blank", path, BLANKS if name != "revenue" else (*BLANKS, "zero_if_valued")) or "unknown",
            pattern=regular(entry, "pattern", path),
            values={normal(word): meaning for word, meaning in values.items()} if values else None,
            other=text(entry, "other", path, ("fault", "ignore")) or "fault",
            format=text(entry, "format", path),
            divide_by=divide_by,
        )

    if not {"title", "external_id"} & {*mapped, *constants}:
        faults.append("columns: neither title nor external_id says which campaign a row belongs to")
    if not {"day", "time"} & {*mapped, *constants}:
        faults.append("columns: neither day nor time says when a row was (or give constants.day)")
    if not set(MEASURES) & set(mapped):
        faults.append(f"columns: none of {', '.join(MEASURES)}")
    duplicates = text(rows, "duplicates", "rows.", ("sum", "quarantine")) or "sum"
    result = Mapping(
        name=text(document, "name", "") or where,
        document=document,
        platform=text(document, "platform", ""),
        encoding=text(file, "encoding", "file.", ENCODINGS),
        delimiter=text(file, "delimiter", "file.", DELIMITERS),
        decimal=text(file, "decimal", "file.", (".", ",")),
        dates=text(file, "dates", "file.", ("day-first", "month-first")),
        duplicates=duplicates,
        totals=bool(rows.get("totals", True)),
        placeholders=frozenset(str(one).strip().lower() for one in file.get("placeholders", [])),
        required=tuple(str(one) for one in recognise.get("headings", [])),
        total_rows=regular(rows, "total_rows", "rows."),
        blank_title=text(rows, "blank_title", "rows.", ("fault", "total")) or "fault",
        constants={name: value for name, value in constants.items() if isinstance(value, str)},
        columns=mapped,
    )
    if faults:
        raise UnusableFileError(
            f"the mapping {where} is not valid:\n" + "\n".join(f"  {fault}" for fault in faults),
            "docs/import.md describes mappings",
        )
    return result


def _is_iso_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def load_mapping(path: Path) -> Mapping:
    """A mapping from a TOML file."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusableFileError(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableFileError(f"{path} is no TOML: {error}") from error
    return read_mapping(document, str(path))


@cache
def built_in() -> tuple[Mapping, ...]:
    """The mappings that Trimtab ships, in the order of their file names."""
    folder = resources.files("trimtab.importers") / "formats"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(read_mapping(tomllib.loads(file.read_text(encoding="utf-8")), file.name) for file in files)
