"""What all commands share: which database, as whom, for which organization, and how results are printed.

A module of this package defines click commands and lists them in `COMMANDS`; they receive `Settings` with
`@pass_settings`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, TypeVar
from uuid import UUID

import click
import psycopg
from click.core import ParameterSource
from rich.console import Console

from trimtab.cli.tables import print_table
from trimtab.database.checks import Check
from trimtab.database.cluster import ADMIN, ENGINE, Cluster
from trimtab.database.tree import checkout
from trimtab.errors import TrimtabError

Connection = psycopg.Connection[tuple[Any, ...]]
Identity = Literal["deploy", "engine"]
Function = TypeVar("Function", bound=Callable[..., Any])

SEVERITIES = ("critical", "high", "medium", "low")
LIBPQ = ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE", "PGPORT", "PGUSER")

# What is printed is data: "[US] Sale" is a name, not markup.
out = Console(markup=False, highlight=False)
err = Console(stderr=True, markup=False, highlight=False)


@dataclass
class Settings:
    """The global options of one call."""

    database_url: str | None = None

    @cached_property
    def cluster(self) -> Cluster:
        return Cluster(checkout())

    @property
    def own_cluster(self) -> bool:
        """Whether the commands talk to the checkout's own cluster."""
        return self._given is None

    @property
    def _given(self) -> str | None:
        if self.database_url:
            return self.database_url
        if os.environ.get("TRIMTAB_DATABASE_URL"):
            return os.environ["TRIMTAB_DATABASE_URL"]
        return "" if any(os.environ.get(name) for name in LIBPQ) else None

    def conninfo(self, identity: Identity | str = "engine") -> str:
        """How to connect.

        Args:
            identity: on the own cluster 'deploy' is trimtab_admin, who owns what is deployed, 'engine' is
                trimtab_engine, who works for all organizations; anything else is the login of that name.
                A given URL is used as it is.
        """
        if self._given is not None:
            return self._given
        if not self.cluster.exists:
            raise TrimtabError("there is no database yet", "run `trimtab up`, or give --database-url")
        if not self.cluster.running:
            raise TrimtabError("the checkout's own database is not running", "run `trimtab up`")
        return self.cluster.conninfo({"deploy": ADMIN, "engine": ENGINE}.get(identity, identity))

    def connect(self, identity: Identity | str = "engine", *, autocommit: bool = False) -> Connection:
        """An open connection; use it with `with`."""
        return psycopg.connect(self.conninfo(identity), autocommit=autocommit, application_name="trimtab")


pass_settings = click.make_pass_decorator(Settings)


def org_option(required: bool = False) -> Callable[[Function], Function]:
    """`--org ID|NAME`, from TRIMTAB_ORG when not given."""
    return click.option(
        "--org",
        envvar="TRIMTAB_ORG",
        show_envvar=True,
        required=required,
        metavar="ID|NAME",
        help="The organization, by its id or by its name where that is unique. Not needed when there is only one.",
    )


def json_option(function: Function) -> Function:
    """`--json`: results for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


def yes_option(function: Function) -> Function:
    """`--yes`: no question before something is destroyed."""
    return click.option("--yes", is_flag=True, help="Do not ask.")(function)


def find_org(connection: Connection, org: str | None = None) -> UUID:
    """The id of an organization given by id or unique name; the only one that the caller sees when none is given."""
    rows = connection.execute(
        "select org_id, name from trimtab.organizations where archived_at is null"
        " union select org_id, name from trimtab.my_organizations() order by name, org_id"
    ).fetchall()
    found = [row for row in rows if org is None or row[1] == org or str(row[0]) == org.lower()]
    if not found:
        if org is None:
            raise TrimtabError("there is no organization yet", "`trimtab org create NAME` makes one")
        raise TrimtabError(f"there is no organization {org!r}", "`trimtab org list` lists them")
    if len(found) > 1:
        raise TrimtabError(
            "say which organization" if org is None else f"{len(found)} organizations are called {org!r}",
            "give --org: "
            + ", ".join(f"{org_id} ({name})" for org_id, name in found[:10])
            + (", …" if len(found) > 10 else ""),
        )
    return UUID(str(found[0][0]))


def enter_org(connection: Connection, org: str | None = None, user_id: UUID | None = None) -> UUID:
    """Work for an organization until the transaction ends: as a person, or as the organization's system actor."""
    org_id = find_org(connection, org)
    connection.execute("select trimtab.init_transaction_context(%s, %s)", [user_id, org_id])
    return org_id


def moment_of(text: str | None, option: str = "--as-of") -> datetime | None:
    """What `OPTION TIME` says: ISO 8601 with its offset."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is no ISO 8601 time; write 2026-07-01T00:00+02:00", param_hint=option
        ) from error
    if moment.tzinfo is None:
        raise click.BadParameter(f"{text!r} has no offset; write 2026-07-01T00:00+02:00", param_hint=option)
    return moment


def refuse_before_subcommand(ctx: click.Context) -> None:
    """Options of a group that lists by itself would be lost on a subcommand; TRIMTAB_ORG reaches that by itself."""
    if any(ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in ("org", "as_json")):
        raise click.UsageError(f"give --org and --json after {ctx.invoked_subcommand}")


def print_rows(
    rows: Iterable[Sequence[Any] | Mapping[str, Any]],
    columns: Sequence[str],
    *,
    as_json: bool = False,
    title: str | None = None,
    nothing: str = "nothing found",
) -> None:
    """Rows as a table (see `print_table`), or as a JSON array of objects with the columns as keys."""
    records = [row if isinstance(row, Mapping) else dict(zip(columns, row, strict=True)) for row in rows]
    if as_json:
        print_json(records)
        return
    if not records:
        err.print(nothing)
        return
    print_table(
        out if sys.stdout.isatty() else Console(width=200),
        [column.replace("_", " ") for column in columns],
        [[record.get(column) for column in columns] for record in records],
        title=title or "",
    )


def print_checks(checks: Sequence[Check], *, as_json: bool = False) -> None:
    """A line a check, and what to do where one is not as it should be; exit code 1 where one fails."""
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        width = max((len(check.name) for check in checks), default=0)
        for check in checks:
            color = {"ok": "green", "note": "yellow", "fail": "red"}[check.verdict]
            click.echo(f"{click.style(check.verdict.ljust(4), fg=color)}  {check.name:<{width}} {check.found}")
            if check.next_step:
                click.echo(f"{'':<{width + 7}}→ {check.next_step}")
    if any(check.verdict == "fail" for check in checks):
        raise click.exceptions.Exit(1)


def print_json(value: object) -> None:
    """Any result as JSON on standard output; what JSON does not know becomes text."""
    click.echo(json.dumps(value, default=str, ensure_ascii=False, indent=2))


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something is destroyed; without a terminal only --yes will do."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} Give --yes to do it.")
    click.confirm(question, abort=True)
