"""Commands around the database itself: up, down, status, migrate, psql."""

from __future__ import annotations

import contextlib
import os
import shutil

import click

from trimtab.cli.context import Settings, confirm, json_option, pass_settings, print_checks, print_json, yes_option
from trimtab.cli.demo import LOGIN
from trimtab.database import deploy
from trimtab.database.cluster import ADMIN, SUPERUSER, Cluster
from trimtab.database.tree import Tree
from trimtab.database.verify import verify as run_checks
from trimtab.errors import TrimtabError


@click.command()
@pass_settings
def up(settings: Settings) -> None:
    """Make and start the checkout's own PostgreSQL, and migrate it."""
    for line in settings.cluster.up():
        click.echo(line, err=True)
    _migrate(settings.cluster.conninfo(ADMIN))
    click.echo(f"connect:   {settings.cluster.url(ADMIN)}  (passwords in {settings.cluster.passwords})", err=True)


@click.command()
@click.option("--remove", is_flag=True, help="Delete the cluster with all its data as well.")
@yes_option
@pass_settings
def down(settings: Settings, remove: bool, yes: bool) -> None:
    """Stop the checkout's own PostgreSQL."""
    if remove:
        confirm(f"Delete {settings.cluster.base} with all its data?", yes=yes)
        settings.cluster.remove()
        click.echo("removed", err=True)
    else:
        click.echo("stopped" if settings.cluster.down() else "was not running", err=True)


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, one line each, and do nothing.")
@click.option("--print", "print_sql", is_flag=True, help="Print the SQL that would run, as a script for psql.")
@click.option("--again", is_flag=True, help="Load all functions, views and policies, changed or not.")
@click.option("--print-roles", metavar="LOGIN", help="Print what an administrator runs once so that LOGIN can deploy.")
@pass_settings
def migrate(settings: Settings, dry_run: bool, print_sql: bool, again: bool, print_roles: str | None) -> None:
    """Bring the database to the state of this checkout: migrations, functions, views, policies."""
    if print_roles:
        click.echo(deploy.role_statements(print_roles))
        return
    conninfo = settings.conninfo("deploy")
    if dry_run or print_sql:
        tree = Tree()
        tree.check()
        with contextlib.closing(deploy.connect(conninfo)) as connection:
            plan = deploy.make_plan(tree, deploy.read_state(connection), again=again)
        if print_sql:
            click.echo(deploy.script(tree, plan))
        else:
            click.echo("\n".join(plan.lines()) or "nothing to do")
        return
    _migrate(conninfo, again=again)


def _migrate(conninfo: str, *, again: bool = False) -> None:
    result = deploy.migrate(conninfo, again=again, say=lambda line: click.echo(line, err=True))
    for remark in result.remarks:
        click.echo(f"note: {remark}", err=True)
    if result.plan:
        click.echo(
            f"migrated: {len(result.plan.migrations)} migrations, {len(result.plan.repeatables)} files"
            f" in {result.seconds:.1f} s",
            err=True,
        )
    else:
        click.echo("the database is up to date", err=True)


@click.command()
@json_option
@pass_settings
def status(settings: Settings, as_json: bool) -> None:
    """Say which database this is, what it has, and what a deploy would do."""
    where = "own cluster" if settings.own_cluster else "given database"
    conninfo = settings.conninfo("deploy")
    with contextlib.closing(deploy.connect(conninfo)) as connection:
        tree = Tree()
        state = deploy.read_state(connection)
        plan = deploy.make_plan(tree, state)
        info = connection.info
        result = {
            "database": f"{info.dbname} on {info.host}:{info.port} as {info.user} ({where})",
            "server": f"PostgreSQL {info.server_version // 10000}.{info.server_version % 10000}",
            "extensions": sorted(state.extensions),
            "migrations": {"applied": len(state.migrations), "pending": len(plan.migrations)},
            "repeatables": {"loaded": len(state.repeatables), "pending": len(plan.repeatables)},
            "to_do": plan.lines(),
        }
    if as_json:
        print_json(result)
        return
    click.echo(f"database     {result['database']}")
    click.echo(f"server       {result['server']}, extensions {', '.join(sorted(state.extensions))}")
    click.echo(f"migrations   {len(state.migrations)} applied, {len(plan.migrations)} pending")
    click.echo(f"repeatables  {len(state.repeatables)} loaded, {len(plan.repeatables)} pending")
    if plan:
        click.echo("\nto do (`trimtab migrate`):")
        for line in plan.lines():
            click.echo(f"  {line}")


@click.command()
@json_option
@pass_settings
def verify(settings: Settings, as_json: bool) -> None:
    """Check the installation: one line a check, and what to do where one fails (exit code 1)."""
    checks = run_checks(settings.conninfo("engine"))
    print_checks(checks, as_json=as_json)


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--as", "login", metavar="LOGIN", help="The login to use on the checkout's own cluster.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@pass_settings
def psql(settings: Settings, login: str | None, arguments: tuple[str, ...]) -> None:
    """Open psql, or run SQL from standard input; ARGUMENTS go to psql.

    On the checkout's own cluster it opens as demo_manager where the demo was run, else as trimtab_admin.
    Rows that are wider than the screen are shown as a block each (\\x auto).
    """
    program = shutil.which("psql")
    if program is None:
        raise TrimtabError("psql is not installed", "install postgresql-client-15 or newer")
    if settings.own_cluster and login is None:
        login = _psql_login(settings)
    conninfo = settings.conninfo(login or "deploy")
    environment = dict(os.environ)
    environment.setdefault("PGOPTIONS", "-c search_path=trimtab,public")
    os.execve(program, [program, conninfo, "-P", "expanded=auto", *arguments], environment)  # noqa: S606


def _psql_login(settings: Settings) -> str:
    import psycopg

    cluster: Cluster = settings.cluster
    settings.conninfo()
    with psycopg.connect(cluster.conninfo(SUPERUSER)) as connection:
        known = connection.execute("select 1 from pg_catalog.pg_roles where rolname = %s", [LOGIN]).fetchone()
    return LOGIN if known else ADMIN


COMMANDS = (up, down, migrate, status, verify, psql)
