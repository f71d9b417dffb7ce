"""The command `trimtab`: finds the modules of this package and lists their commands in the order of work."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import Any

import click
import psycopg

import trimtab.cli
from trimtab.cli.context import Settings
from trimtab.errors import TrimtabError

WORKFLOW = (
    "up",
    "down",
    "status",
    "migrate",
    "verify",
    "demo",
    "org",
    "member",
    "login",
    "audit",
    "import",
    "imports",
    "quarantine",
    "rates",
    "run",
    "actions",
    "rollback",
    "opportunities",
    "anomalies",
    "alerts",
    "webhooks",
    "guardrails",
    "rules",
    "schedules",
    "process-schedules",
    "events",
    "triggers",
    "automation",
    "tick",
    "cron",
    "doctor",
    "psql",
    "schema",
)


class OrderedGroup(click.Group):
    """Lists commands in the order in which a person needs them; what is not named there follows by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        def place(name: str) -> tuple[int, str]:
            return (WORKFLOW.index(name) if name in WORKFLOW else len(WORKFLOW), name)

        return sorted(self.commands, key=place)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first sentence of each command, wrapped where click would cut it off."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, self.commands[name].get_short_help_str(limit=200)) for name in self.list_commands(ctx)]
            )

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TrimtabError as error:
            _fail(str(error), error.hint, 1)
        except psycopg.OperationalError as error:
            if error.sqlstate is not None:
                _fail_with(error)
            _fail(
                f"cannot reach the database: {str(error).strip()}",
                "`trimtab up` starts the checkout's own; for another one give --database-url",
                3,
            )
        except psycopg.Error as error:
            _fail_with(error)


def _fail_with(error: psycopg.Error) -> None:
    diag = error.diag
    message = diag.message_primary or str(error).strip()
    if diag.message_detail:
        message += "".join(f"\n  {line}" for line in diag.message_detail.splitlines())
    if error.sqlstate:
        message += f"\n  [{error.sqlstate}]"
    _fail(message, diag.message_hint, 1)


def _fail(message: str, hint: str | None, code: int) -> None:
    click.secho(f"error: {message}", fg="red", err=True)
    if hint:
        click.secho(f"  → {hint}", err=True)
    sys.exit(code)


@click.group(cls=OrderedGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--database-url",
    metavar="URL",
    help="The database: a postgresql:// URL or libpq's key=value form. Without it TRIMTAB_DATABASE_URL, then libpq's"
    " PGHOST, PGSERVICE, PGDATABASE and so on, then the checkout's own cluster (see `trimtab up`).",
)
@click.version_option(package_name="trimtab")
@click.pass_context
def main(ctx: click.Context, database_url: str | None) -> None:
    """A campaign autopilot that lives inside PostgreSQL.

    \b
    Results go to standard output, everything else to standard error.
    Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 database not reachable.
    """
    ctx.obj = Settings(database_url)


for _module in sorted(module.name for module in pkgutil.iter_modules(trimtab.cli.__path__)):
    if _module not in ("main", "context"):
        _commands = importlib.import_module(f"trimtab.cli.{_module}")
        for _command in getattr(_commands, "COMMANDS", ()):
            main.add_command(_command)
