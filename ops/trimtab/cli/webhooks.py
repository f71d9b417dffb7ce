"""`trimtab webhooks`: where other systems report what happened, their secrets, and what became of their messages."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from typing import Any
from uuid import UUID, uuid4

import click
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from trimtab.cli.context import (
    Connection,
    Settings,
    confirm,
    enter_org,
    err,
    json_option,
    org_option,
    out,
    pass_settings,
    print_json,
    print_rows,
    refuse_before_subcommand,
    yes_option,
)
from trimtab.errors import TrimtabError

LISTED = (
    "name", "status", "event_type", "accepted", "repeated", "limited", "unusable", "refused", "last_received_at", "id",
)  # fmt: skip
SECRETS = ("endpoint", "status", "created_at", "expires_at", "last_used_at", "id")
REFUSED = ("refused_headers", "refused_secret", "refused_signature", "refused_timestamp", "refused_paused")


@click.group(invoke_without_command=True)
@org_option()
@json_option
@click.pass_context
def webhooks(ctx: click.Context, org: str | None, as_json: bool) -> None:
    """List the endpoints for incoming webhooks (also without a subcommand); make, test, pause them, change secrets."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_endpoints, org=org, as_json=as_json)
    else:
        refuse_before_subcommand(ctx)


@webhooks.command("list")
@org_option()
@json_option
@pass_settings
def list_endpoints(settings: Settings, org: str | None = None, as_json: bool = False) -> None:
    """List endpoints with what became of their messages. --json tells why messages were refused."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute("select e.* from trimtab.v_webhook_endpoints e where e.org_id = %s order by e.name", [org_id])
            .fetchall()
        )
    if as_json:
        print_json([{name: int(value) if name in REFUSED else value for name, value in row.items()} for row in rows])
        return
    print_rows(
        [
            row
            | {
                "limited": row["rate_limited"],
                "unusable": row["too_large"] + row["malformed"],
                "refused": sum(row[name] for name in REFUSED),
            }
            for row in rows
        ],
        LISTED,
        nothing="no endpoints; `trimtab webhooks create` makes one",
    )


@webhooks.command()
@click.argument("name")
@click.option("--event", "event_type", metavar="TYPE", help="What each message is, for example purchase.made.")
@click.option("--type-from", metavar="PATH", help="Where the message says what it is: type, or data.type.")
@click.option("--prefix", metavar="WORD", help="What its types begin with here; needed with --type-from.")
@click.option("--rate", type=int, default=600, show_default=True, help="So many messages a minute.")
@click.option("--max-bytes", type=int, default=65536, show_default=True, help="The largest body.")
@click.option("--skew", type=int, default=300, show_default=True, help="Seconds by which clocks may differ.")
@click.option("--own-secret", is_flag=True, help="Ask for the secret that the sender shows, instead of making one.")
@org_option()
@json_option
@pass_settings
def create(
    settings: Settings,
    name: str,
    event_type: str | None,
    type_from: str | None,
    prefix: str | None,
    rate: int,
    max_bytes: int,
    skew: int,
    own_secret: bool,
    org: str | None,
    as_json: bool,
) -> None:
    """Make an endpoint. The token of its URL and its secret are printed, this once."""
    secret = _ask_secret() if own_secret else None
    with settings.connect() as connection:
        enter_org(connection, org)
        made = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select e.endpoint_id as id, e.token, e.secret"
                " from trimtab.create_webhook_endpoint(%s, %s, %s, %s, %s, %s, %s, %s) e",
                [name, event_type, type_from.split(".") if type_from else None, prefix, rate, max_bytes, skew, secret],
            )
            .fetchone()
        )
    _print_once(made or {}, as_json)
    err.print("→ the URL is your HTTP server's with the token at its end; `trimtab webhooks test TOKEN` tries it")


@webhooks.command()
@click.argument("endpoint", metavar="NAME|ID")
@click.option("--name", help="Another name.")
@click.option("--event", "event_type", metavar="TYPE", help="What each message is.")
@click.option("--type-from", metavar="PATH", help="Where the message says what it is.")
@click.option("--prefix", metavar="WORD", help="What its types begin with here.")
@click.option("--rate", type=int, help="So many messages a minute.")
@click.option("--max-bytes", type=int, help="The largest body.")
@click.option("--skew", type=int, help="Seconds by which clocks may differ.")
@org_option()
@pass_settings
def change(
    settings: Settings,
    endpoint: str,
    name: str | None,
    event_type: str | None,
    type_from: str | None,
    prefix: str | None,
    rate: int | None,
    max_bytes: int | None,
    skew: int | None,
    org: str | None,
) -> None:
    """Change an endpoint; what is not given stays, and so do its URL and its secrets."""
    path = type_from.split(".") if type_from else None
    with settings.connect() as connection:
        connection.execute(
            "select trimtab.change_webhook_endpoint(%s, %s, %s, %s, %s, %s, %s, %s)",
            [_find(connection, endpoint, org), name, event_type, path, prefix, rate, max_bytes, skew],
        )
    click.echo("changed")


@webhooks.command("secrets")
@org_option()
@json_option
@pass_settings
def list_secrets(settings: Settings, org: str | None, as_json: bool) -> None:
    """List which secrets there are, and until when; never what they are."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select s.endpoint, s.status, s.created_at, s.expires_at, s.revoked_at, s.last_used_at, s.id,"
                " s.endpoint_id from trimtab.v_webhook_secrets s where s.org_id = %s"
                " order by s.endpoint, s.created_at desc",
                [org_id],
            )
            .fetchall()
        )
    print_rows(rows, SECRETS, as_json=as_json, nothing="no secrets")


@webhooks.command()
@click.argument("endpoint", metavar="NAME|ID")
@click.option("--keep-old", default="24 hours", show_default=True, help="For how long the ones before go on working.")
@click.option("--own-secret", is_flag=True, help="Ask for the secret that the sender shows, instead of making one.")
@org_option()
@json_option
@pass_settings
def rotate(settings: Settings, endpoint: str, keep_old: str, own_secret: bool, org: str | None, as_json: bool) -> None:
    """Give an endpoint a new secret, printed this once."""
    secret = _ask_secret() if own_secret else None
    with settings.connect() as connection:
        endpoint_id = _find(connection, endpoint, org)
        made = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select s.secret_id as id, s.secret from trimtab.rotate_webhook_secret(%s, %s::interval, %s) s",
                [endpoint_id, keep_old, secret],
            )
            .fetchone()
        )
    _print_once(made or {}, as_json)


@webhooks.command()
@click.argument("secret_id", type=click.UUID, metavar="SECRET")
@org_option()
@pass_settings
def revoke(settings: Settings, secret_id: UUID, org: str | None) -> None:
    """End a secret at once (its id, as `trimtab webhooks secrets` shows it)."""
    with settings.connect() as connection:
        enter_org(connection, org)
        row = connection.execute("select trimtab.revoke_webhook_secret(%s)", [secret_id]).fetchone()
    left = row[0] if row else 0
    click.echo(f"revoked; {left} valid" if left else "revoked; none is left, so the endpoint refuses everything")


@webhooks.command()
@click.argument("endpoint", metavar="NAME|ID")
@org_option()
@pass_settings
def pause(settings: Settings, endpoint: str, org: str | None) -> None:
    """Let an endpoint answer as if it were not there."""
    _set_status(settings, endpoint, "paused", org)


@webhooks.command()
@click.argument("endpoint", metavar="NAME|ID")
@org_option()
@pass_settings
def resume(settings: Settings, endpoint: str, org: str | None) -> None:
    """Let a paused endpoint take messages again."""
    _set_status(settings, endpoint, "active", org)


@webhooks.command()
@click.argument("endpoint", metavar="NAME|ID")
@org_option()
@yes_option
@pass_settings
def remove(settings: Settings, endpoint: str, org: str | None, yes: bool) -> None:
    """Remove an endpoint for good; its events stay."""
    confirm(f"Remove the endpoint {endpoint}? Its URL will never work again.", yes=yes)
    with settings.connect() as connection:
        connection.execute("select trimtab.remove_webhook_endpoint(%s)", [_find(connection, endpoint, org)])
    click.echo("removed")


@webhooks.command()
@click.argument("target", metavar="TOKEN|URL")
@click.option("--payload", default='{"test": true}', show_default=True, help="The body.")
@click.option("--keep", is_flag=True, help="Write the event; without it a message to a TOKEN leaves nothing.")
@pass_settings
def test(settings: Settings, target: str, payload: str, keep: bool) -> None:
    """Sign a message, deliver it, and print the answer; exit code 1 when it is refused.

    To a TOKEN it is delivered within the database and taken back; to a URL it is posted, and stays. The secret is
    asked for, or read from standard input.
    """
    secret = _ask_secret()
    body = payload.encode()
    with settings.connect() as connection:
        headers = _headers(connection, secret, body)
        if target.startswith(("https://", "http://")):
            answer = _post(target, headers, body)
        else:
            row = connection.execute(
                "select trimtab.receive_webhook(%s, %s, %s)", [target, Jsonb(headers), body]
            ).fetchone()
            answer = row[0] if row else {}
            if not keep:
                connection.rollback()
    print_json(answer)
    if answer["status"] != 200:
        step = (
            "--payload gives the message; `trimtab events types TYPE` says what it must hold"
            if answer["status"] == 400
            else "`trimtab webhooks list --json` counts the reasons"
        )
        raise TrimtabError(f"refused with {answer['status']}", step)


def _headers(connection: Connection, secret: str, body: bytes) -> dict[str, str]:
    """The headers of a message of this moment, signed."""
    message = f"test_{uuid4().hex}"
    row = connection.execute(
        "select trimtab.sign_webhook(%s, %s, trimtab.clock(), %s),"
        " floor(extract(epoch from trimtab.clock()))::bigint::text",
        [secret, message, body],
    ).fetchone()
    signature, sent = row if row else ("", "")
    return {"webhook-id": message, "webhook-timestamp": sent, "webhook-signature": signature}


def _post(url: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Post a message; the status and the body of the answer."""
    request = urllib.request.Request(url, body, headers | {"content-type": "application/json"})  # noqa: S310  (http only)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            status, text = response.status, response.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    except OSError as error:
        raise TrimtabError(f"cannot reach it: {error}", "is the HTTP server in front running?") from error
    try:
        return {"status": status, "body": json.loads(text)}
    except ValueError:
        return {"status": status, "body": text.decode(errors="replace")}


def _ask_secret() -> str:
    """The secret from standard input, never from the command line, which others can see."""
    if sys.stdin.isatty():
        return str(click.prompt("Secret", hide_input=True, err=True))
    return sys.stdin.readline().strip()


def _find(connection: Connection, endpoint: str, org: str | None) -> UUID:
    """The id of an endpoint given by id or name, and its organization entered."""
    org_id = enter_org(connection, org)
    row = connection.execute(
        "select e.id from trimtab.v_webhook_endpoints e"
        " where e.org_id = %(org_id)s and %(name)s in (e.id::text, e.name)",
        {"org_id": org_id, "name": endpoint},
    ).fetchone()
    if row is None:
        raise TrimtabError(f"there is no endpoint {endpoint!r}", "`trimtab webhooks list` lists them")
    return UUID(str(row[0]))


def _set_status(settings: Settings, endpoint: str, status: str, org: str | None) -> None:
    with settings.connect() as connection:
        connection.execute(
            "select trimtab.set_webhook_endpoint_status(%s, %s)", [_find(connection, endpoint, org), status]
        )
    click.echo(status)


def _print_once(made: dict[str, Any], as_json: bool) -> None:
    """What is shown this once: values on standard output, the warning beside it."""
    if as_json:
        print_json(made)
    else:
        for name, value in made.items():
            if value is not None:
                out.print(f"{name:<7}{value}", soft_wrap=True)
    err.print("Keep them now: they cannot be shown again.")


COMMANDS = (webhooks,)
