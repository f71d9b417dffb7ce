"""From a file into the database, and from quarantine back again: one transaction each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from trimtab.importers import dates, numbers
from trimtab.importers.decoding import COPIED, Decoded, Decoder, Manner, recognise_manner
from trimtab.importers.faults import CellError, UnusableFileError
from trimtab.importers.mapping import BUDGETS, EXACT_MEASURES, WHOLE_MEASURES, Fit, Mapping, fit, read_mapping
from trimtab.importers.reading import Row, Source
from trimtab.importers.recognising import Layout, recognise

Connection = psycopg.Connection[tuple[Any, ...]]

COPY = sql.SQL("copy pg_temp.trimtab_import ({}) from stdin").format(sql.SQL(", ").join(map(sql.Identifier, COPIED)))
_JSON = frozenset({"faults", "raw"})


@dataclass(frozen=True)
class Wishes:
    """What the caller says about a file; what is None is recognised.

    Args:
        mapping: the mapping to use.
        encoding, delimiter, decimal, dates: as in a mapping's table `file`, before it.
        platform, currency: for rows that do not name one.
        assumed_lag: how long after the end of a day its facts are taken to have been known, as PostgreSQL reads
            intervals; for backfills.
    """

    mapping: Mapping | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    dates: str | None = None
    platform: str | None = None
    currency: str | None = None
    assumed_lag: str | None = None


@dataclass(frozen=True)
class Report:
    """What became of an import: the row of import_batches, and how the file was read."""

    batch: dict[str, Any]
    reading: dict[str, Any]
    remarks: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.batch["rows_quarantined"] or self.batch["rows_held"])


def import_file(
    connection: Connection,
    path: Path,
    wishes: Wishes | None = None,
    *,
    told: Callable[[int, int], None] | None = None,
) -> Report:
    """Import one file into the connection's organization. The caller commits, or rolls back for a trial.

    Args:
        connection: in a transaction, with a verified organization (see `init_transaction_context`).
        path: the file.
        wishes: what is not to be recognised.
        told: called with bytes read and bytes in all.
    Raises:
        UnusableFileError: it cannot be read as facts at all; nothing was written.
    """
    wishes = wishes or Wishes()
    mapping = wishes.mapping
    source = Source(path, wishes.encoding or (mapping.encoding if mapping else None))
    layout = recognise(source, mapping, wishes.delimiter)
    manner = recognise_manner(
        layout.fit,
        _data(source, layout),
        decimal=wishes.decimal,
        order=wishes.dates,
        platform=wishes.platform,
        currency=wishes.currency,
        whole_currencies=_whole_currencies(connection),
    )
    decoder = Decoder(layout.fit, manner)
    reading = {
        "encoding": {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}.get(source.encoding, source.encoding),
        "delimiter": layout.delimiter,
        "header_line": layout.header_line,
        "headings": layout.fit.headings,
        "decimal": manner.decimal,
        "dates": manner.dates,
        "platform": manner.platform,
        "currency": manner.currency,
    }
    batch_id = _begin(connection, path.name, layout.fit, decoder, reading, sha256=source.sha256)

    def counted(done: int) -> None:
        if told:
            told(done, source.size)

    _copy(connection, (decoder.decode(row) for row in _data(source, layout, counted)))
    batch = _finish(connection, batch_id, wishes.assumed_lag)
    return Report(batch, reading, _remarks(batch, layout.fit, manner))


def _data(source: Source, layout: Layout, told: Callable[[int], None] | None = None) -> Iterator[Row]:
    """The rows below the headings, without blank ones."""
    for row in source.rows(layout.delimiter, told):
        if row.line > layout.header_line and not row.is_blank:
            yield row


def _whole_currencies(connection: Connection) -> list[str]:
    return [code for (code,) in connection.execute("select code from trimtab.currencies where minor_units = 0")]


def _begin(
    connection: Connection,
    name: str,
    found: Fit,
    decoder: Decoder,
    reading: dict[str, Any],
    *,
    sha256: str | None = None,
    retry_of: UUID | None = None,
) -> UUID:
    mapping = found.mapping
    options = {
        "measures": found.measures,
        "duplicates": mapping.duplicates,
        "totals": mapping.totals,
        "headings": decoder.headings,
        "mapping": mapping.document,
        "reading": reading,
    }
    if retry_of is not None:
        options["retry_of"] = str(retry_of)
    row = connection.execute(
        "select trimtab.begin_import(%s, %s, %s, %s)", [name, mapping.name, Jsonb(options), sha256]
    ).fetchone()
    return UUID(str(row[0] if row else None))


def _copy(connection: Connection, rows: Iterable[Decoded]) -> None:
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            values = row.values
            if row.faults:
                values["faults"] = row.faults
            copy.write_row([
                json.dumps(value, ensure_ascii=False) if name in _JSON and value is not None else value
                for name, value in ((name, values.get(name)) for name in COPIED)
            ])  # fmt: skip


def _finish(connection: Connection, batch_id: UUID, assumed_lag: str | None = None) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            "select * from trimtab.finish_import(%s, %s::interval)", [batch_id, assumed_lag]
        ).fetchone()
    return dict(row or {})


def _remarks(batch: dict[str, Any], found: Fit, manner: Manner) -> list[str]:
    """What a person should know about a batch that is not wrong."""
    flags = batch["totals"].get("flags", {})
    said = {
        "conversions_above_clicks": "rows have more conversions than clicks (usual where views without a click count)",
        "clicks_above_impressions": "rows have more clicks than impressions",
        "repeated_rows": "rows repeat campaign, time and breakdowns of another; they were added up",
        "identical_rows": "of those are the same in every figure: a file that was pasted together twice?",
        "currency_assumed": "rows name no currency; the campaign's or the organization's was taken",
    }
    remarks = [f"{flags[name]} {text}" for name, text in said.items() if flags.get(name)]
    absent = [name for name in ("spend", "conversions", "revenue") if name not in found.found]
    if absent:
        remarks.append(f"the file has no column for {', '.join(absent)}: not zero, but unknown")
    if manner.platform is None and "platform" not in found.found:
        remarks.append("no platform is named: the campaigns are on none (--platform)")
    return remarks


# --- quarantine -------------------------------------------------------------------------------------------------------


def retry(connection: Connection, ids: Sequence[int] = (), batch_id: UUID | None = None) -> list[Report]:
    """Try open rows of the quarantine again, a batch for each import they came from.

    All open rows of such an import are tried together: a corrected row and those that were held back with it are parts
    of one sum. Rows that are still faulty stay, with their present faults.

    Args:
        connection: in a transaction, with a verified organization.
        ids: rows; their imports are tried. Without it, and without batch_id, all imports with open rows.
        batch_id: one import.
    Raises:
        UnusableFileError: a row that does not exist or is not open.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "select q.id, q.batch_id, q.line_number, q.faults, q.raw, q.is_typed, q.is_held, q.corrected,"
            " b.file_name, b.format, b.options"
            " from trimtab.quarantined_rows q"
            " join trimtab.import_batches b on b.org_id = q.org_id and b.id = q.batch_id"
            " where q.org_id = trimtab.current_org_id() and q.status = 'open'"
            " and (%(batch)s::uuid is null or q.batch_id = %(batch)s)"
            " order by b.created_at, q.batch_id, q.line_number, q.id",
            {"batch": batch_id},
        ).fetchall()
    missing = sorted(set(ids) - {row["id"] for row in rows})
    if missing:
        raise UnusableFileError(
            f"there is no open row {', '.join(map(str, missing))} in quarantine", "`trimtab quarantine list` shows them"
        )
    wanted = {row["batch_id"] for row in rows if not ids or row["id"] in ids}
    groups: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        if row["batch_id"] in wanted:
            groups.setdefault(row["batch_id"], []).append(row)
    return [_retry_batch(connection, of, group) for of, group in groups.items()]


def _retry_batch(connection: Connection, batch_id: UUID, rows: list[dict[str, Any]]) -> Report:
    options = rows[0]["options"]
    reading = options.get("reading")
    if reading is None or "mapping" not in options:
        raise UnusableFileError(
            f"the import of {rows[0]['file_name']} did not say how it was read",
            "it was not made by `trimtab import`: put corrected rows through begin_import() and finish_import()"
            " with the option retry_of and their quarantined_id",
        )
    found = fit(read_mapping(options["mapping"], rows[0]["format"]), reading["headings"])
    manner = Manner(
        decimal=reading["decimal"],
        dates=reading["dates"],
        platform=reading["platform"],
        currency=reading["currency"],
        whole_currencies=frozenset(_whole_currencies(connection)),
    )
    decoder = Decoder(found, manner)
    new_batch = _begin(connection, rows[0]["file_name"], found, decoder, reading, retry_of=batch_id)
    _copy(connection, (_decode_again(decoder, row) for row in rows))
    batch = _finish(connection, new_batch)
    return Report(batch, reading, _remarks(batch, found, manner))


def _decode_again(decoder: Decoder, row: Dictionary[str, Any]) -> Decoded:
    corrected = row["corrected"] or {}
    if row["is_typed"]:
        decoded = _decode_typed({**row["raw"], **corrected})
    elif not corrected and not row["is_held"] and any(not fault.get("field") for fault in row["faults"]):
        # Its cells could not be told apart. Nobody has said how, so they are not guessed at.
        decoded = Decoded({"raw": row["raw"]}, row["faults"])
    else:
        raw = {**row["raw"], **corrected}
        decoded = decoder.decode(Row(row["line_number"], [str(raw.get(one) or "") for one in decoder.fit.headings]))
    decoded.values |= {"line_number": row["line_number"], "quarantined_id": row["id"]}
    return decoded


def _decode_typed(raw: Dictionary[str, Any]) -> Decoded:
    """A row that had been read once: values by field, written plainly."""
    values: dict[str, Any] = {}
    faults: list[dict[str, Any]] = []
    for name, value in raw.items():
        text = "" if value is None else str(value).strip()
        try:
            if text == "" or name not in COPIED:
                continue
            if name in WHOLE_MEASURES or name == "local_hour":
                values[name] = numbers.parse_whole(text)
            elif name in EXACT_MEASURES or name in BUDGETS:
                values[name] = numbers.parse_number(text) if text != "NaN" else Decimal("NaN")
            elif name == "day":
                values[name] = dates.parse_day(text)
            else:
                values[name] = text
        except CellError as fault:
            faults.append({"column": name, "field": name, "value": text, "reason": fault.reason})
    return Decoded(values, faults)
