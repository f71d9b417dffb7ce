"""`trimtab rates`: the exchange rates by which money of other currencies is converted."""

from __future__ import annotations

import csv
from typing import TextIO

import click
from psycopg.types.json import Jsonb

from trimtab.cli.context import Settings, json_option, pass_settings, print_rows
from trimtab.errors import TrimtabError

COLUMNS = ("from", "to", "day", "rate")


@click.group()
def rates() -> None:
    """Exchange rates: import, list."""


@rates.command("import")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--source", metavar="NAME", help="Where the rates come from.  [default: the file's name]")
@pass_settings
def import_rates(settings: Settings, file: TextIO, source: str | None) -> None:
    """Record the rates of a CSV file with the columns from, to, day, rate (- reads standard input).

    One unit of `from` is worth `rate` units of `to`, from `day` (2026-01-31) until a later row. Rates that are known
    already are left out; a different rate for a known day counts from now on. Signals follow at once.
    """
    reader = csv.DictReader(file, skipinitialspace=True)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        found = ", ".join(reader.fieldnames or ["none"])
        raise TrimtabError(
            f"{file.name} has no column {', '.join(missing)}; its columns are: {found}",
            "the first line is: from,to,day,rate",
        )
    given = [{column: (row[column] or "").strip() for column in COLUMNS} for row in reader]
    with settings.connect() as connection:
        row = connection.execute(
            "select trimtab.record_exchange_rates(%s, %s)", [Jsonb(given), source or file.name]
        ).fetchone()
    new = row[0] if row else 0
    click.echo(f"{len(given)} rates read, {new} new, {len(given) - new} known already", err=True)


@rates.command("list")
@click.option("--from", "from_currency", metavar="CODE", help="Only rates from this currency.")
@click.option("--to", "to_currency", metavar="CODE", help="Only rates to this currency.")
@click.option("--history", is_flag=True, help="Also rates that were corrected later.")
@json_option
@pass_settings
def list_rates(
    settings: Settings, from_currency: str | None, to_currency: str | None, history: bool, as_json: bool
) -> None:
    """List recorded rates, the latest day of each pair first."""
    with settings.connect() as connection:
        rows = connection.execute(
            "select r.from_currency, r.to_currency, r.valid_from, r.rate, r.source, r.recorded_at"
            " from trimtab.exchange_rates r"
            " where r.from_currency = coalesce(pg_catalog.upper(%(from)s), r.from_currency)"
            " and r.to_currency = coalesce(pg_catalog.upper(%(to)s), r.to_currency)"
            " and (%(history)s or not exists (select from trimtab.exchange_rates later"
            "  where later.from_currency = r.from_currency and later.to_currency = r.to_currency"
            "  and later.valid_from = r.valid_from and later.recorded_at > r.recorded_at))"
            " order by r.from_currency, r.to_currency, r.valid_from desc, r.recorded_at desc",
            {"from": from_currency, "to": to_currency, "history": history},
        ).fetchall()
    print_rows(
        rows,
        ("from", "to", "day", "rate", "source", "recorded_at"),
        as_json=as_json,
        nothing="no rates; `trimtab rates import FILE` records some",
    )


COMMANDS = (rates,)
