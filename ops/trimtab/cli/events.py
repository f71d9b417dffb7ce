"""`trimtab events`: the journal, what is known of its types, and writing to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from operator import itemgetter
from typing import Any, TextIO
from uuid import UUID

import click
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from trimtab.cli.context import (
    Connection,
    Settings,
    enter_org,
    err,
    json_option,
    moment_of,
    org_option,
    pass_settings,
    print_json,
    print_rows,
    refuse_before_subcommand,
)
from trimtab.cli.documents import parse_json
from trimtab.errors import TrimtabError

LISTED = ("received_at", "type", "subject_type", "subject_id", "payload", "source", "id")
TYPES = ("type", "source", "subject_type", "description")
# Of a file so many lines, or characters, are one transaction.
BATCH_LINES = 5000
BATCH_LENGTH = 16_000_000

Refused = dict[str, Any]


@click.group(invoke_without_command=True)
@org_option()
@json_option
@click.pass_context
def events(ctx: click.Context, org: str | None, as_json: bool) -> None:
    """List what happened lately (also without a subcommand); the types of events; write events."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_events, org=org, as_json=as_json)
    else:
        refuse_before_subcommand(ctx)


@events.command("list")
@click.option("--type", "event_type", metavar="TYPE", help="Only this type; campaign.* is all that begin like this.")
@click.option("--subject", type=click.UUID, metavar="ID", help="Only what is about this campaign, alert, rule, ….")
@click.option("--since", metavar="TIME", help="Received from then on, ISO 8601 with its offset.")
@click.option("--limit", type=click.IntRange(1, 100000), default=50, show_default=True, help="At most so many.")
@org_option()
@json_option
@pass_settings
def list_events(
    settings: Settings,
    event_type: str | None = None,
    subject: UUID | None = None,
    since: str | None = None,
    limit: int = 50,
    org: str | None = None,
    as_json: bool = False,
) -> None:
    """List the journal, the latest first."""
    moment = moment_of(since, "--since")
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select e.received_at, e.occurred_at, e.type, e.subject_type, e.subject_id, e.payload, e.source,"
                " e.dedupe_key, e.id"
                " from trimtab.v_events e"
                " where e.org_id = %(org_id)s"
                " and (%(type)s::text is null or e.type = %(type)s"
                " or %(type)s like '%%.*' and starts_with(e.type, left(%(type)s, -1)))"
                " and (%(subject)s::uuid is null or e.subject_id = %(subject)s)"
                " and (%(since)s::timestamptz is null or e.received_at >= %(since)s)"
                " order by e.received_at desc, e.id desc limit %(limit)s",
                {"org_id": org_id, "type": event_type, "subject": subject, "since": moment, "limit": limit},
            )
            .fetchall()
        )
    if as_json:
        print_json(rows)
        return
    print_rows(
        [row | {"payload": json.dumps(row["payload"], ensure_ascii=False)} for row in rows],
        LISTED,
        nothing="no events",
    )


@events.command("types")
@click.argument("event_type", required=False, metavar="[TYPE]")
@json_option
@pass_settings
def list_types(settings: Settings, event_type: str | None, as_json: bool) -> None:
    """List the types of the catalogue, or say what the payload of one holds."""
    with settings.connect() as connection:
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select t.type, t.source, t.room, t.subject_type, t.description, t.payload_schema"
                " from trimtab.event_types t"
                " where %(type)s::text is null or t.type = %(type)s order by t.source desc, t.type",
                {"type": event_type},
            )
            .fetchall()
        )
    if event_type and not rows:
        raise TrimtabError(
            f"the catalogue has no type {event_type!r}",
            "`trimtab events types` lists them; you may write types of your own all the same",
        )
    if as_json or event_type:
        print_json(rows[0] if event_type else rows)
        return
    print_rows(rows, TYPES)


@events.command()
@click.argument("event_type", metavar="TYPE")
@click.option("--payload", default="{}", show_default=True, help="A JSON object.")
@click.option("--subject-type", metavar="WORD", help="What it is about: campaign, ….")
@click.option("--subject", type=click.UUID, metavar="ID", help="Which one.")
@click.option("--key", metavar="TEXT", help="An event with the same key is taken once.")
@click.option("--at", metavar="TIME", help="When it happened, ISO 8601 with its offset; without it now.")
@click.option("--judge", is_flag=True, help="Let rules judge it at once, and say what they did.")
@org_option()
@json_option
@pass_settings
def emit(
    settings: Settings,
    event_type: str,
    payload: str,
    subject_type: str | None,
    subject: UUID | None,
    key: str | None,
    at: str | None,
    judge: bool,
    org: str | None,
    as_json: bool,
) -> None:
    """Tell that something happened. The next tick judges it."""
    try:
        document = parse_json(payload)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"no JSON: {error}", param_hint="--payload") from error
    values = {
        "type": event_type,
        "payload": Jsonb(document),
        "subject_type": subject_type,
        "subject": subject,
        "key": key,
        "at": moment_of(at, "--at"),
    }
    with settings.connect() as connection:
        enter_org(connection, org)
        if judge:
            row = connection.execute(
                "select trimtab.submit_event(%(type)s::text, %(payload)s::jsonb, %(subject_type)s::text,"
                " %(subject)s::uuid, %(key)s::text, %(at)s::timestamptz)",
                values,
            ).fetchone()
        else:
            row = connection.execute(
                "select jsonb_build_object('event_id', n.id, 'repeated', n.id is null) from trimtab.emit_event("
                "%(type)s::text, %(payload)s::jsonb, %(subject_type)s::text, %(subject)s::uuid, %(key)s::text,"
                " %(at)s::timestamptz) n (id)",
                values,
            ).fetchone()
    outcome: dict[str, Any] = row[0] if row else {}
    if as_json:
        print_json(outcome)
    elif outcome["event_id"] is None:
        click.echo("known already: an event with this key was written before")
    elif judge and outcome["judged"]:
        click.echo(
            f"event {outcome['event_id']}: {outcome['executed']} executed, {outcome['shadowed']} in shadow,"
            f" {outcome['held_back']} held back, {outcome['failed']} failed"
        )
    else:
        click.echo(f"event {outcome['event_id']}")


@events.command()
@click.argument("file", type=click.File(encoding="utf-8-sig", errors="surrogateescape"))
@org_option()
@json_option
@pass_settings
def load(settings: Settings, file: TextIO, org: str | None, as_json: bool) -> None:
    """Write the events of a FILE with a JSON object a line (- reads standard input).

    Lines with faults are told and left out, all others go in. Events with a dedupe_key are taken once, so that a file
    may be loaded again. Exit code 1 when a line was left out.
    """
    inserted = repeated = 0
    refused: list[Refused] = []
    with settings.connect() as connection:
        for numbers, texts in _batches(file, refused):
            with connection.transaction():
                enter_org(connection, org)
                for outcome in _emit(connection, numbers, texts):
                    inserted += outcome[0]
                    repeated += outcome[1]
                    refused += outcome[2]
    refused.sort(key=itemgetter("line"))
    if as_json:
        print_json({"inserted": inserted, "repeated": repeated, "refused": refused})
    else:
        click.echo(f"{inserted} written, {repeated} known already, {len(refused)} left out")
        for line in refused:
            for fault in line["faults"]:
                err.print(f"line {line['line']}: {fault}")
    if refused:
        raise click.exceptions.Exit(1)


def _batches(file: TextIO, refused: list[Refused]) -> Iterator[tuple[list[int], list[str]]]:
    """The lines of a file in batches, with their numbers; what is no JSON is told, blank lines are passed over."""
    numbers: list[int] = []
    texts: list[str] = []
    length = 0
    for number, line in enumerate(file, start=1):
        text = line.strip()
        if not text:
            continue
        try:
            text.encode()
            parse_json(text)
        except UnicodeEncodeError:
            refused.append({"line": number, "faults": ["it is not UTF-8"]})
            continue
        except (ValueError, RecursionError) as error:
            refused.append({"line": number, "faults": [f"no JSON: {error}"]})
            continue
        if texts and (len(texts) == BATCH_LINES or length + len(text) > BATCH_LENGTH):
            yield numbers, texts
            numbers, texts, length = [], [], 0
        numbers.append(number)
        texts.append(text)
        length += len(text)
    if texts:
        yield numbers, texts


def _emit(connection: Connection, numbers: list[int], texts: list[str]) -> Iterator[tuple[int, int, list[Refused]]]:
    """Write these lines: written, known already, left out. Halves a batch that cannot be read as a whole."""
    try:
        with connection.transaction():
            row = connection.execute("select trimtab.emit_events(%s::jsonb)", [f"[{','.join(texts)}]"]).fetchone()
    except psycopg.DataError as error:
        if len(texts) == 1:
            fault = error.diag.message_detail or error.diag.message_primary or "cannot be read"
            yield 0, 0, [{"line": numbers[0], "faults": [fault]}]
            return
        half = len(texts) // 2
        yield from _emit(connection, numbers[:half], texts[:half])
        yield from _emit(connection, numbers[half:], texts[half:])
        return
    outcome = row[0] if row else {}
    yield (
        outcome["inserted"],
        outcome["repeated"],
        [{"line": numbers[line["index"]], "faults": line["faults"]} for line in outcome["refused"]],
    )


COMMANDS = (events,)
