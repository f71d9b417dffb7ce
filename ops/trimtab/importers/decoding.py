"""From rows of text to typed rows, with every fault of a row at its column."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from trimtab.importers import dates, numbers
from trimtab.importers.faults import CellError, UnusableFileError
from trimtab.importers.mapping import (
    BUDGETS,
    DIMENSIONS,
    EXACT_MEASURES,
    MEASURES,
    WHOLE_MEASURES,
    Column,
    Fit,
    normal,
)
from trimtab.importers.reading import Row

# The columns of the temporary table trimtab_import that are written, in this order.
COPIED = (
    "line_number", "quarantined_id", "platform", "external_id", "title", "campaign_status", "campaign_budget",
    "campaign_daily_budget", "currency", "day", "hour", "local_hour", *DIMENSIONS, *MEASURES,
    "skipped", "faults", "raw",
)  # fmt: skip

# The name of a field in the database, where it differs.
STORED_AS = {"time": "day", "last_day": "day", "hour": "local_hour"}

NO_TEXT = frozenset({"", "-", "--", "\u2013", "\u2014"})

PLATFORM_WORDS = {
    "facebook": "meta", "instagram": "meta", "meta ads": "meta", "facebook ads": "meta", "fb": "meta",
    "google ads": "google", "adwords": "google", "youtube": "google", "tiktok ads": "tiktok", "tik tok": "tiktok",
    "linkedin ads": "linkedin", "x": "twitter", "x ads": "twitter", "twitter ads": "twitter", "snap": "snapchat",
    "snapchat ads": "snapchat",
}  # fmt: skip

SAMPLE = 10_000  # rows by which the decimal sign is recognised

_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})")


@dataclass(frozen=True)
class Manner:
    """How the values of a file are written, beyond its columns.

    Args:
        decimal: its decimal sign.
        dates: what 01/06/2026 means; None: no such date.
        platform, currency: for rows that do not say.
        whole_currencies: currencies without decimals, whose 5.779 is suspicious.
    """

    decimal: numbers.DecimalSign = "."
    dates: dates.DayOrder | None = None
    platform: str | None = None
    currency: str | None = None
    whole_currencies: frozenset[str] = frozenset()


@dataclass
class Decoded:
    """A row as it goes to the database: `values` by column of trimtab_import."""

    values: dict[str, Any]
    faults: list[dict[str, Any]] = field(default_factory=list)


class Decoder:
    """Decodes the rows of one file."""

    def __init__(self, fit: Fit, manner: Manner) -> None:
        self.fit = fit
        self.mapping = fit.mapping
        self.manner = manner
        self.absent = numbers.PLACEHOLDERS | fit.mapping.placeholders
        self._width = len(fit.headings)
        self._readers: list[tuple[str, str, Callable[[list[str]], Any]]] = []
        for name, places in fit.found.items():
            column = self.mapping.columns[name]
            self._readers.append((name, self._heading(places), self._reader(name, column, places)))
        self._money = [
            name
            for name in ("spend", "revenue", *BUDGETS)
            if name in fit.found and self.mapping.columns[name].template is None
        ]
        day = "day" if "day" in fit.found else "time"
        has_day = day in fit.found and self.mapping.columns[day].template is None
        self._day_place = fit.found[day][0] if has_day else None
        self._title_place = fit.found["title"][0] if "title" in fit.found else None

    @property
    def headings(self) -> dict[str, str]:
        """Field to heading, for messages of the database."""
        return {name: heading for name, heading, _ in self._readers}

    def _heading(self, places: Sequence[int]) -> str:
        return " + ".join(dict.fromkeys(self.fit.headings[place] for place in places[:4]))

    # --- one row

    def decode(self, row: Row) -> Decoded:
        """The typed values of a row; what could not be read is None and stands among the faults."""
        cells = row.cells
        values: dict[str, Any] = {"line_number": row.line}
        if row.fault is not None:
            return self._broken(values, row, row.fault)
        if len(cells) != self._width:
            extra = cells[self._width :]
            if len(cells) < self._width or any(cell.strip() for cell in extra):
                return self._broken(values, row, f"{len(cells)} cells, where the headings are {self._width}")
            cells = cells[: self._width]

        mapping = self.mapping
        if self._is_total(cells):
            return Decoded({**values, "skipped": "total"})

        faults: list[dict[str, Any]] = []
        for name, heading, read in self._readers:
            try:
                values[name] = read(cells)
            except CellError as fault:
                text = " + ".join(dict.fromkeys(cells[place] for place in self.fit.found[name]))
                stored_as = STORED_AS.get(name, name)
                faults.append({"column": heading, "field": stored_as, "value": _clean(text), "reason": fault.reason})
        for name, value in mapping.constants.items():
            if values.get(name) is None and not any(fault["field"] == name for fault in faults):
                values[name] = value
        self._settle(values, faults, cells)
        if (
            mapping.blank_title == "total"
            and "title" in values
            and values["title"] is None
            and values.get("external_id") is None
        ):
            values["skipped"] = "blank_name"
        decoded = Decoded(values, faults)
        if faults:
            values["raw"] = self.raw(cells)
        return decoded

    def raw(self, cells: Sequence[str]) -> dict[str, str]:
        """A row as the file has it: heading to text."""
        return {heading: _clean(cell) for heading, cell in zip(self.fit.headings, cells, strict=False)}

    def _broken(self, values: dict[str, Any], row: Row, reason: str) -> Decoded:
        raw = {f"column {place}": _clean(cell) for place, cell in enumerate(row.cells, start=1)}
        raw.update(self.raw(row.cells))
        fault = {"column": "", "field": "", "value": _clean(" | ".join(row.cells))[:200], "reason": reason}
        return Decoded({**values, "raw": raw}, [fault])

    def _is_total(self, cells: Sequence[str]) -> bool:
        """A row of totals says so in its first cell or its title, and has no day: a campaign may be called Total."""
        total_rows = self.mapping.total_rows
        if total_rows is None or (self._day_place is not None and not self._nothing(cells[self._day_place])):
            return False
        first = next((cell.strip() for cell in cells if cell.strip()), "")
        title = cells[self._title_place].strip() if self._title_place is not None else ""
        return bool(total_rows.search(first) or (title and total_rows.search(title)))

    def _settle(self, values: dict[str, Any], faults: list[dict[str, Any]], cells: Sequence[str]) -> None:
        """What depends on several fields."""
        faulty = {fault["field"] for fault in faults}
        if values.get("platform") is None and "platform" not in faulty:
            values["platform"] = self.manner.platform
        if values.get("currency") is None and "currency" not in faulty:
            values["currency"] = self.fit.currency or self.manner.currency
        elif self.fit.currency and values.get("currency") not in (None, self.fit.currency):
            faults.append({
                "column": self.headings.get("currency", "currency"), "field": "currency", "value": values["currency"],
                "reason": f"a heading of the file says {self.fit.currency}",
            })  # fmt: skip
        time = values.pop("time", None)
        if isinstance(time, str):
            values["hour"] = time
        elif time is not None:
            values["day"], values["local_hour"] = time.date(), time.hour
        if "hour" in self.fit.found:
            values["local_hour"] = values.pop("hour", None)
        last_day = values.pop("last_day", None)
        if last_day is not None and values.get("day") is not None and last_day != values["day"]:
            faults.append({
                "column": self.headings["last_day"], "field": "day", "value": str(last_day),
                "reason": f"the row covers more than the day {values['day']}: export with a breakdown by day",
            })  # fmt: skip
        if values.get("currency") in self.manner.whole_currencies:
            for name in self._money:
                text = cells[self.fit.found[name][0]]
                if numbers.looks_grouped(text, self.manner.decimal):
                    values[name] = None
                    faults.append({
                        "column": self.headings[name], "field": name, "value": text.strip(),
                        "reason": f"{values['currency']} has no decimals: are these thousands?",
                    })  # fmt: skip

    # --- readers of one column

    def _nothing(self, text: str) -> bool:
        return text.strip().lower() in self.absent

    def _reader(self, name: str, column: Column, places: Sequence[int]) -> Callable[[list[str]], Any]:
        take = self._taker(column, places, numeric=name in MEASURES or name in BUDGETS)
        convert = self._converter(name, column)
        if column.pattern is None:
            return lambda cells: None if (text := take(cells)) is None else convert(text)
        pattern = column.pattern

        def read(cells: list[str]) -> Any:
            text = take(cells)
            if text is None:
                return None
            if not pattern.fullmatch(text):
                raise CellError(f"does not fit {pattern.pattern}")
            return convert(text)

        return read

    def _taker(self, column: Column, places: Sequence[int], *, numeric: bool) -> Callable[[list[str]], str | None]:
        """The text of a column in a row, None where there is none."""
        nothing = self.absent if numeric else NO_TEXT | self.mapping.placeholders
        blank = column.blank

        def present(text: str) -> str | None:
            text = text.strip()
            if text.lower() not in nothing:
                if "\0" in text:
                    raise CellError("contains a zero byte")
                return text
            if blank == "zero":
                return "0"
            if blank == "fault":
                raise CellError("is empty")
            return None

        if column.template is not None:
            parts = re.split(r"\{[^{}]+\}", column.template)

            def filled(cells: list[str]) -> str | None:
                texts = [present(cells[place]) for place in places]
                if None in texts:
                    return None
                return parts[0] + "".join(f"{text}{part}" for text, part in zip(texts, parts[1:], strict=True))

            return filled
        if len(places) == 1:
            place = places[0]
            return lambda cells: present(cells[place])

        def agreed(cells: list[str]) -> str | None:
            texts = {present(cells[place]) for place in places}
            if len(texts) > 1:
                raise CellError("columns of the same heading differ")
            return texts.pop()

        return agreed

    def _converter(self, name: str, column: Column) -> Callable[[str], Any]:
        decimal = self.manner.decimal
        if column.values is not None or name == "platform":
            words = column.values if column.values is not None else PLATFORM_WORDS
            strict = column.values is not None and column.other == "fault"

            def meaning(text: str) -> str | None:
                word = words.get(normal(text))
                if word is None and strict:
                    raise CellError("none of the words that the mapping knows: " + ", ".join(words))
                if word is None and name == "platform":
                    return normal(text)
                return word if word is not None or column.other == "ignore" else text

            return meaning
        if name in WHOLE_MEASURES:
            if column.divide_by != 1:
                raise UnusableFileError(f"the mapping {self.mapping.name} divides {name}, which is a count")
            return lambda text: numbers.parse_whole(text, decimal)
        if name in EXACT_MEASURES or name in BUDGETS:
            if column.divide_by != 1:
                divisor = Decimal(column.divide_by)
                return lambda text: numbers.parse_number(text, decimal) / divisor
            return lambda text: numbers.parse_number(text, decimal)
        if name in ("day", "last_day"):
            order = self.manner.dates
            if column.format is not None:
                pattern = column.format
                return lambda text: dates.parse_by_pattern(text, pattern)
            return _remembering(lambda text: dates.parse_day(text, order))
        if name == "time":
            order = self.manner.dates

            def moment(text: str) -> dt.datetime | str:
                return text if _ZONED.fullmatch(text) else dates.parse_time(text, order)

            return moment
        if name == "hour":
            return dates.parse_hour
        if name == "currency":
            return lambda text: text.upper()
        return lambda text: unicodedata.normalize("NFC", text)


def _remembering(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """A file has few days and many rows."""
    known: dict[str, Any] = {}

    def read(text: str) -> Any:
        if text not in known:
            if len(known) > 10_000:
                known.clear()
            known[text] = parse(text)
        return known[text]

    return read


def _clean(text: str) -> str:
    return text.replace("\0", "\ufffd")


# --- recognising how a file writes its values -------------------------------------------------------------------------


def recognise_manner(
    fit: Fit,
    rows: Iterable[Row],
    *,
    decimal: str | None = None,
    order: str | None = None,
    platform: str | None = None,
    currency: str | None = None,
    whole_currencies: Iterable[str] = (),
) -> Manner:
    """How a file writes its values: what the caller says counts, then the mapping, then what the values prove.

    Raises:
        UnusableFileError: numbers or dates mean different things by either reading, and nothing proves one of them.
    """
    mapping = fit.mapping
    decimal = decimal or mapping.decimal
    order = order or mapping.dates
    width = len(fit.headings)
    places = {
        name: fit.found[name]
        for name in (*MEASURES, *BUDGETS)
        if name in fit.found and mapping.columns[name].template is None
    }
    day_places = [
        fit.found[name][0]
        for name in ("day", "last_day", "time")
        if name in fit.found and mapping.columns[name].template is None and mapping.columns[name].format is None
    ]
    point = comma = 0
    doubtful: str | None = None
    proved: set[str] = set()
    undecided: str | None = None
    for number, row in enumerate(rows):
        if number >= SAMPLE and (order or proved or undecided is None):
            break
        if len(row.cells) < width:
            continue
        if decimal is None and number < SAMPLE:
            for name, at in places.items():
                cell = row.cells[at[0]]
                one_point, one_comma, ambiguous = numbers.recognise_decimal([cell], name in WHOLE_MEASURES)
                point, comma = point + one_point, comma + one_comma
                if ambiguous:
                    doubtful = doubtful or f"{cell.strip()!r} in {fit.headings[at[0]]!r}, line {row.line}"
        if order is None:
            for place in day_places:
                cell = row.cells[place]
                found, needed = dates.recognise_order([cell])
                if found:
                    proved.add(found)
                if needed and undecided is None:
                    undecided = f"{cell.strip()!r} in {fit.headings[place]!r}, line {row.line}"
    if decimal is None:
        if point == comma == 0 and doubtful:
            raise UnusableFileError(
                f"{doubtful}: are these decimals or thousands? No value of the file proves it",
                "say it: --decimal-point or --decimal-comma, or file.decimal in a mapping",
            )
        decimal = "." if point >= comma else ","
    if order is None:
        if len(proved) == 2:
            raise UnusableFileError(
                "some dates of the file have the day first, others the month",
                "say how to read them: --day-first or --month-first; what contradicts goes to quarantine",
            )
        if undecided and not proved:
            raise UnusableFileError(
                f"{undecided}: day first or month first? No date of the file proves it",
                "say it: --day-first or --month-first, or file.dates in a mapping",
            )
        order = proved.pop() if proved else None
    return Manner(
        decimal=cast(numbers.DecimalSign, decimal),
        dates=cast("dates.DayOrder | None", order),
        platform=platform or mapping.platform,
        currency=currency,
        whole_currencies=frozenset(whole_currencies),
    )
