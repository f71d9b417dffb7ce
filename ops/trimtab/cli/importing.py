"""`trimtab import`, `trimtab imports` and `trimtab quarantine`: advertising exports in, and what was not believed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from trimtab.cli.context import (
    Connection,
    Settings,
    enter_org,
    err,
    json_option,
    org_option,
    out,
    pass_settings,
    print_json,
    print_rows,
)
from trimtab.errors import TrimtabError
from trimtab.importers.drafting import draft_mapping
from trimtab.importers.faults import UnusableFileError
from trimtab.importers.loading import Report, Wishes, import_file, retry
from trimtab.importers.mapping import load_mapping
from trimtab.importers.reading import ENCODINGS, Source

UNUSABLE = 2
QUARANTINED = 4


def choose_org(connection: Connection, org: str | None) -> UUID:
    """The organization named, or the one that the login stands for, or the only one there is."""
    if org is not None:
        return enter_org(connection, org)
    row = connection.execute("select trimtab.current_org_id()").fetchone()
    if row is not None and row[0] is not None:
        return UUID(str(row[0]))
    rows = connection.execute(
        "select org_id, name from trimtab.organizations where archived_at is null order by name limit 20"
    ).fetchall()
    if len(rows) == 1:
        return enter_org(connection, str(rows[0][0]))
    if not rows:
        raise TrimtabError("there is no organization", "`trimtab org create NAME` makes one")
    raise click.UsageError("Which organization? Give --org: " + ", ".join(str(name) for _, name in rows))


@contextmanager
def _progress(name: str, shown: bool) -> Iterator[Callable[[int, int], None]]:
    if not shown:
        yield lambda done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(name, total=None)

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=f"{name}: publishing" if done >= total else name)

        yield told


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@org_option()
@click.option("--mapping", type=click.Path(path_type=Path), help="A mapping (TOML) that says which column holds what.")
@click.option("--platform", help="The platform of rows that name none: meta, google, tiktok, …")
@click.option("--currency", help="The currency (ISO 4217) of rows that name none.")
@click.option("--encoding", type=click.Choice(sorted(ENCODINGS)), help="The file's encoding; recognised otherwise.")
@click.option("--delimiter", help="What separates cells: a sign, or 'tab'; recognised otherwise.")
@click.option("--decimal-comma", "decimal", flag_value=",", help="1.234,5 is a number of the file.")
@click.option("--decimal-point", "decimal", flag_value=".", help="1,234.5 is a number of the file.")
@click.option("--day-first", "dates", flag_value="day-first", help="01/06/2026 is the first of June.")
@click.option("--month-first", "dates", flag_value="month-first", help="01/06/2026 is the sixth of January.")
@click.option(
    "--assumed-lag", metavar="INTERVAL",
    help="For a backfill: take the facts of a day to have been known this long after its end, e.g. '1 day'.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Do all of it, report, and take it back.")
@click.option(
    "--write-mapping", type=click.Path(path_type=Path), metavar="NEW.toml",
    help="Draft a mapping for the first FILE, to be looked over; imports nothing.",
)  # fmt: skip
@json_option
@pass_settings
def import_command(
    settings: Settings,
    files: tuple[Path, ...],
    org: str | None,
    mapping: Path | None,
    platform: str | None,
    currency: str | None,
    encoding: str | None,
    delimiter: str | None,
    decimal: str | None,
    dates: str | None,
    assumed_lag: str | None,
    dry_run: bool,
    write_mapping: Path | None,
    as_json: bool,
) -> None:
    """Import advertising exports (CSV) as facts.

    Exports of Meta Ads Manager, Google Ads and TikTok Ads Manager are recognised by their headings; any other file
    needs a mapping. Each file is one transaction: it is in as a whole, or not at all. The same file twice changes
    nothing. Faulty rows go to quarantine (`trimtab quarantine list`), the rest goes through.

    \b
    Exit codes: 0 all rows are in; 4 some are in quarantine; 2 a file or a mapping is unusable, or wrong use;
    1 refused; 3 database not reachable.
    """
    delimiter = "\t" if delimiter == "tab" else delimiter
    if write_mapping is not None:
        _draft(files[0], write_mapping, encoding, delimiter)
        return
    code = 0
    reports = []
    try:
        wishes = Wishes(
            mapping=load_mapping(mapping) if mapping else None,
            encoding=encoding,
            delimiter=delimiter,
            decimal=decimal,
            dates=dates,
            platform=platform,
            currency=currency.upper() if currency else None,
            assumed_lag=assumed_lag,
        )
    except UnusableFileError as error:
        _tell(error)
        sys.exit(UNUSABLE)
    for path in files:
        with settings.connect() as connection:
            choose_org(connection, org)
            try:
                with _progress(path.name, not as_json and sys.stderr.isatty()) as told:
                    report = import_file(connection, path, wishes, told=told)
            except UnusableFileError as error:
                connection.rollback()
                _tell(error)
                code = UNUSABLE
                continue
            if dry_run:
                connection.rollback()
        if not report.is_clean and code == 0:
            code = QUARANTINED
        reports.append(report)
        if not as_json:
            _print_report(report, dry_run)
    if as_json:
        print_json([{**report.batch, "reading": report.reading, "remarks": report.remarks} for report in reports])
    sys.exit(code)


def _draft(file: Path, target: Path, encoding: str | None, delimiter: str | None) -> None:
    try:
        text = draft_mapping(Source(file, encoding), delimiter)
    except UnusableFileError as error:
        _tell(error)
        sys.exit(UNUSABLE)
    try:
        with target.open("x", encoding="utf-8") as written:
            written.write(text)
    except FileExistsError:
        raise TrimtabError(f"{target} exists already", "give another name, or remove it") from None
    click.echo(f"wrote {target}: look it over, then `trimtab import --mapping {target} {file}`", err=True)


def _tell(error: UnusableFileError) -> None:
    click.secho(f"error: {error}", fg="red", err=True)
    if error.hint:
        click.secho(f"  → {error.hint}", err=True)


def _print_report(report: Report, dry_run: bool = False) -> None:
    batch, totals = report.batch, report.batch["totals"]
    title = f"{batch['file_name']}: {batch['format']}" + (" (dry run: nothing was kept)" if dry_run else "")
    out.print(title, style="bold", highlight=False, markup=False, soft_wrap=True)
    table = Table(show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for label, name in (
        ("rows read", "rows_read"), ("inserted", "rows_inserted"), ("updated", "rows_updated"),
        ("unchanged", "rows_unchanged"), ("quarantined", "rows_quarantined"), ("held back with them", "rows_held"),
        ("skipped (totals)", "rows_skipped"),
    ):  # fmt: skip
        if batch[name] or name not in ("rows_held", "rows_skipped"):
            table.add_row(label, f"{batch[name]:,}")
    for currency, sums in totals.get("sums", {}).items():
        for name in ("spend", "revenue"):
            if sums.get(name) is not None:
                table.add_row(f"{name} {currency}", f"{sums[name]:,}")
        if sums.get("conversions") is not None:
            table.add_row("conversions", f"{sums['conversions']:,}")
    table.add_row("campaigns", f"{totals.get('campaigns', 0):,} ({totals.get('campaigns_made', 0):,} new)")
    if totals.get("first_day"):
        table.add_row("days", f"{totals['first_day']} to {totals['last_day']}")
    table.add_row("knowledge revision", str(batch["revision"]) if batch["revision"] else "unchanged")
    out.print(table)
    for remark in report.remarks:
        click.echo(f"note: {remark}", err=True)
    if batch["rows_quarantined"] and not dry_run:
        click.echo(f"→ trimtab quarantine list --org {batch['org_id']} --batch {batch['id']}", err=True)


@click.command()
@org_option()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1))
@json_option
@pass_settings
def imports(settings: Settings, org: str | None, limit: int, as_json: bool) -> None:
    """List imports, the latest first."""
    with settings.connect() as connection:
        org_id = choose_org(connection, org)
        rows = connection.execute(
            "select id, created_at, file_name, format, status, revision, rows_read, rows_inserted, rows_updated,"
            " rows_unchanged, rows_quarantined + rows_held as quarantined from trimtab.import_batches"
            " where org_id = %s order by created_at desc, id limit %s",
            [org_id, limit],
        ).fetchall()
    print_rows(
        rows,
        ("id", "created_at", "file_name", "format", "status", "revision", "read", "inserted", "updated", "unchanged",
         "quarantined"),
        as_json=as_json,
        nothing="nothing was imported yet",
    )  # fmt: skip


# --- quarantine -------------------------------------------------------------------------------------------------------


@click.group()
def quarantine() -> None:
    """Rows of imports that could not be believed: list, show, correct, discard, retry."""


@quarantine.command("list")
@org_option()
@click.option("--batch", type=click.UUID, help="One import only.")
@click.option("--all", "everything", is_flag=True, help="Resolved and discarded rows as well.")
@click.option("--held", is_flag=True, help="Good rows that wait for a faulty one as well.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1))
@json_option
@pass_settings
def list_quarantine(
    settings: Settings, org: str | None, batch: UUID | None, everything: bool, held: bool, limit: int, as_json: bool
) -> None:
    """List rows with their faults, one line a fault."""
    with settings.connect() as connection:
        org_id = choose_org(connection, org)
        wanted = {"org": org_id, "batch": batch, "all": everything, "held": held, "limit": limit}
        rows = connection.execute(
            "with wanted as (select q.* from trimtab.quarantined_rows q where q.org_id = %(org)s"
            " and (%(all)s or q.status = 'open') and (%(held)s or not q.is_held)"
            " and (%(batch)s::uuid is null or q.batch_id = %(batch)s) order by q.id limit %(limit)s)"
            " select q.id, b.file_name, q.line_number, f ->> 'column', f ->> 'value', f ->> 'reason',"
            " q.status || case when q.status = 'open' and q.corrected is not null then ', corrected' else '' end"
            " from wanted q join trimtab.import_batches b on b.org_id = q.org_id and b.id = q.batch_id"
            " cross join lateral jsonb_array_elements(q.faults) with ordinality as e (f, place)"
            " order by q.id, e.place",
            wanted,
        ).fetchall()
        counted = connection.execute(
            "select count(*) filter (where not q.is_held), count(*) filter (where q.is_held)"
            " from trimtab.quarantined_rows q where q.org_id = %(org)s and (%(all)s or q.status = 'open')"
            " and (%(batch)s::uuid is null or q.batch_id = %(batch)s)",
            wanted,
        ).fetchone()
    print_rows(
        rows,
        ("id", "file", "line", "column", "value", "reason", "status"),
        as_json=as_json,
        nothing="nothing is in quarantine",
    )
    if counted and not as_json:
        faulty, waiting = counted
        if faulty > limit:
            err.print(f"{faulty} faulty rows; the first {limit} are shown (--limit)")
        if waiting and not held:
            err.print("1 good row waits with them (--held)" if waiting == 1 else f"{waiting} good rows wait (--held)")


@quarantine.command("show")
@click.argument("row_id", type=int)
@org_option()
@json_option
@pass_settings
def show_quarantine(settings: Settings, row_id: int, org: str | None, as_json: bool) -> None:
    """Show one row: every column as the file had it, what was corrected, what is wrong."""
    with settings.connect() as connection:
        org_id = choose_org(connection, org)
        with connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                "select q.*, b.file_name, b.options #> '{reading,headings}' as columns"
                " from trimtab.quarantined_rows q"
                " join trimtab.import_batches b on b.org_id = q.org_id and b.id = q.batch_id"
                " where q.org_id = %s and q.id = %s",
                [org_id, row_id],
            ).fetchone()
    if row is None:
        raise TrimtabError(f"there is no row {row_id} in quarantine", "`trimtab quarantine list` shows them")
    if as_json:
        print_json(row)
        return
    click.echo(f"row {row['id']}: {row['file_name']}, line {row['line_number']}, {row['status']}", err=True)
    faults: dict[str, str] = {}
    for fault in row["faults"]:
        faults[fault["field"] if row["is_typed"] else fault["column"]] = fault["reason"]
    corrected = row["corrected"] or {}
    order = {name: place for place, name in enumerate(row["columns"] or [])}
    names = sorted({*row["raw"], *corrected}, key=lambda name: order.get(name, len(order)))
    rows = [(name, row["raw"].get(name), corrected.get(name), faults.pop(name, None)) for name in names]
    rows += [(name, None, None, reason) for name, reason in faults.items()]
    print_rows(rows, ("column", "value", "corrected", "fault"))


@quarantine.command("correct")
@click.argument("row_id", type=int)
@click.argument("values", nargs=-1, required=True, metavar="COLUMN=VALUE…")
@org_option()
@click.option("--retry", "at_once", is_flag=True, help="Try its import's rows again at once.")
@pass_settings
def correct_quarantine(
    settings: Settings, row_id: int, values: tuple[str, ...], org: str | None, at_once: bool
) -> None:
    """Note what columns of a row should have said; `retry` then reads it so. What the file said is kept."""
    wanted: dict[str, Any] = {}
    for value in values:
        name, sign, text = value.partition("=")
        if not sign:
            raise click.UsageError(f"{value!r} is not COLUMN=VALUE.")
        wanted[name.strip()] = text
    with settings.connect() as connection:
        org_id = choose_org(connection, org)
        row = connection.execute(
            "select q.is_typed, b.options -> 'headings' from trimtab.quarantined_rows q"
            " join trimtab.import_batches b on b.org_id = q.org_id and b.id = q.batch_id"
            " where q.org_id = %s and q.id = %s",
            [org_id, row_id],
        ).fetchone()
        if row is not None and row[0]:
            fields = {heading: field for field, heading in (row[1] or {}).items()}
            wanted = {fields.get(name, name): text for name, text in wanted.items()}
        connection.execute("select trimtab.correct_quarantined_row(%s, %s)", [row_id, Jsonb(wanted)])
    click.echo("noted" if at_once else f"noted; `trimtab quarantine retry {row_id}` tries it again", err=True)
    if at_once:
        _retry(settings, (row_id,), None, org, as_json=False)


@quarantine.command("discard")
@click.argument("row_ids", type=int, nargs=-1, required=True, metavar="ID…")
@org_option()
@click.option("--reason", help="Why, for the audit log.")
@pass_settings
def discard_quarantine(settings: Settings, row_ids: tuple[int, ...], org: str | None, reason: str | None) -> None:
    """Give rows up. Good rows that waited with them go in with the next retry."""
    with settings.connect() as connection:
        choose_org(connection, org)
        connection.execute("select trimtab.discard_quarantined_rows(%s, %s)", [list(row_ids), reason])
    click.echo(f"discarded {len(row_ids)}", err=True)


@quarantine.command("retry")
@click.argument("row_ids", type=int, nargs=-1, metavar="[ID…]")
@click.option("--batch", type=click.UUID, help="One import only.")
@org_option()
@json_option
@pass_settings
def retry_quarantine(
    settings: Settings, row_ids: tuple[int, ...], batch: UUID | None, org: str | None, as_json: bool
) -> None:
    """Try open rows again: those of the imports named (by row or by --batch), or all."""
    _retry(settings, row_ids, batch, org, as_json=as_json)


def _retry(settings: Settings, row_ids: tuple[int, ...], batch: UUID | None, org: str | None, *, as_json: bool) -> None:
    try:
        with settings.connect() as connection:
            choose_org(connection, org)
            reports = retry(connection, row_ids, batch)
    except UnusableFileError as error:
        _tell(error)
        sys.exit(UNUSABLE)
    if as_json:
        print_json([report.batch for report in reports])
    elif not reports:
        err.print("nothing is in quarantine")
    else:
        for report in reports:
            _print_report(report)
    sys.exit(0 if all(report.is_clean for report in reports) else QUARANTINED)


COMMANDS = (import_command, imports, quarantine)
