"""`trimtab org`, `member`, `login`, `audit`: tenants, their people, and who may log in as whom."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click
import psycopg
from psycopg import sql

from trimtab.cli.context import (
    Connection,
    Settings,
    confirm,
    enter_org,
    find_org,
    json_option,
    org_option,
    pass_settings,
    print_json,
    print_rows,
    yes_option,
)
from trimtab.database.cluster import SUPERUSER
from trimtab.errors import TrimtabError

ROLES = ("owner", "admin", "manager", "analyst", "viewer")
KINDS = ("analyst", "application", "jwt")


# --- organizations


@click.group()
def org() -> None:
    """Organizations (tenants): create, list, settings, archive, restore."""


@org.command("create")
@click.argument("name")
@click.option("--time-zone", default="UTC", show_default=True, help="IANA name, such as Europe/Berlin.")
@click.option("--currency", default="USD", show_default=True, help="ISO 4217 code.")
@click.option("--owner", metavar="EMAIL", help="A first member, with the role owner.")
@pass_settings
def create_organization(settings: Settings, name: str, time_zone: str, currency: str, owner: str | None) -> None:
    """Make an organization; prints its id."""
    with settings.connect() as connection:
        row = connection.execute(
            "select trimtab.create_organization(%s, %s, %s, %s)", [name, time_zone, currency, owner]
        ).fetchone()
    click.echo(row[0] if row else "")


@org.command("list")
@click.option("--archived", is_flag=True, help="Those that were archived as well.")
@json_option
@pass_settings
def list_organizations(settings: Settings, archived: bool, as_json: bool) -> None:
    """List organizations."""
    with settings.connect() as connection:
        rows = connection.execute(
            "select o.org_id, o.name, o.time_zone, o.currency,"
            " (select count(*) from trimtab.memberships m where m.org_id = o.org_id), o.created_at, o.archived_at"
            " from trimtab.organizations o where %s or o.archived_at is null order by o.name, o.org_id",
            [archived],
        ).fetchall()
    print_rows(
        rows,
        ("org_id", "name", "time_zone", "currency", "members", "created_at", "archived_at"),
        as_json=as_json,
        nothing="no organization yet; `trimtab org create NAME` makes one",
    )


@org.command("settings")
@org_option()
@click.option("--name", help="A new name.")
@click.option("--time-zone", help="A new time zone, until there are facts by the hour.")
@click.option("--currency", help="A new currency: thresholds and figures are in it.")
@json_option
@pass_settings
def organization_settings(
    settings: Settings, org: str | None, name: str | None, time_zone: str | None, currency: str | None, as_json: bool
) -> None:
    """Show or change an organization's settings."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        if name or time_zone or currency:
            connection.execute("select trimtab.change_organization_settings(%s, %s, %s)", [name, time_zone, currency])
        rows = connection.execute(
            "select o.name, o.time_zone, o.currency from trimtab.organizations o where o.org_id = %s", [org_id]
        ).fetchall()
    print_rows(rows, ("name", "time_zone", "currency"), as_json=as_json)


@org.command("archive")
@click.argument("org", metavar="ID|NAME")
@yes_option
@pass_settings
def archive_organization(settings: Settings, org: str, yes: bool) -> None:
    """Close an organization: nobody can act for it any more. Nothing is deleted; `restore` opens it again."""
    with settings.connect() as connection:
        enter_org(connection, org)
        confirm(f"Archive {org}?", yes=yes)
        connection.execute("select trimtab.archive_organization()")
    click.echo("archived", err=True)


@org.command("restore")
@click.argument("org_id", metavar="ID", type=click.UUID)
@pass_settings
def restore_organization(settings: Settings, org_id: UUID) -> None:
    """Open an archived organization again."""
    with settings.connect() as connection:
        connection.execute("select trimtab.restore_organization(%s)", [org_id])
    click.echo("restored", err=True)


# --- members


def _find_member(connection: Connection, org_id: UUID, who: str) -> UUID:
    """The id of a member given by id or e-mail address."""
    rows = connection.execute(
        "select m.user_id from trimtab.memberships m join trimtab.users u on u.id = m.user_id"
        " where m.org_id = %s and (m.user_id::text = pg_catalog.lower(%s) or pg_catalog.lower(u.email)"
        " = pg_catalog.lower(%s))",
        [org_id, who, who],
    ).fetchall()
    if len(rows) != 1:
        raise TrimtabError(f"there is no member {who!r}", "`trimtab member list` lists them")
    return UUID(str(rows[0][0]))


@click.group()
def member() -> None:
    """People of an organization: add, list, role, remove, erase."""


@member.command("add")
@click.argument("email", required=False)
@org_option()
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the person may do; see docs/tenancy.md.")
@click.option("--name", help="How the person is shown.")
@click.option("--user", "user_id", type=click.UUID, metavar="ID", help="Somebody who is a member elsewhere already.")
@pass_settings
def add_member(
    settings: Settings, email: str | None, org: str | None, role: str, name: str | None, user_id: UUID | None
) -> None:
    """Add a person by e-mail address; prints the person's id."""
    with settings.connect() as connection:
        enter_org(connection, org)
        row = connection.execute("select trimtab.add_member(%s, %s, %s, %s)", [email, role, name, user_id]).fetchone()
    click.echo(row[0] if row else "")


@member.command("list")
@org_option()
@json_option
@pass_settings
def list_members(settings: Settings, org: str | None, as_json: bool) -> None:
    """List the people of an organization with their roles and logins."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        rows = connection.execute(
            "select m.user_id, u.email, u.display_name, m.role, m.created_at"
            " from trimtab.memberships m join trimtab.users u on u.id = m.user_id"
            " where m.org_id = %s order by trimtab.role_rank(m.role) desc, u.email, m.user_id",
            [org_id],
        ).fetchall()
    print_rows(rows, ("user_id", "email", "name", "role", "since"), as_json=as_json, nothing="no members yet")


@member.command("role")
@click.argument("who", metavar="EMAIL|ID")
@click.argument("role", type=click.Choice(ROLES))
@org_option()
@pass_settings
def set_role(settings: Settings, who: str, role: str, org: str | None) -> None:
    """Give a member another role."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        connection.execute("select trimtab.set_member_role(%s, %s)", [_find_member(connection, org_id, who), role])
    click.echo(f"{who} is {role} now", err=True)


@member.command("remove")
@click.argument("who", metavar="EMAIL|ID")
@org_option()
@pass_settings
def remove_member(settings: Settings, who: str, org: str | None) -> None:
    """Take a person out of an organization, and unbind the person's logins from it."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        connection.execute("select trimtab.remove_member(%s)", [_find_member(connection, org_id, who)])
    click.echo("removed", err=True)


@member.command("erase")
@click.argument("user_id", metavar="ID", type=click.UUID)
@yes_option
@pass_settings
def erase_member(settings: Settings, user_id: UUID, yes: bool) -> None:
    """Erase a person: memberships, login registrations and personal data. What the person did stays, by id."""
    confirm(f"Erase {user_id} in every organization?", yes=yes)
    with settings.connect() as connection:
        logins = [
            row[0]
            for row in connection.execute(
                "select l.login from trimtab.database_logins l where l.user_id = %s order by l.login", [user_id]
            ).fetchall()
        ]
        connection.execute("select trimtab.erase_user(%s)", [user_id])
    click.echo("erased", err=True)
    for login in logins:
        click.echo(sql.SQL("drop role {};").format(sql.Identifier(login)).as_string())


# --- logins


@click.group()
def login() -> None:
    """PostgreSQL logins: create, list, bind to organizations, unbind, remove."""


@login.command("create")
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), default="analyst", show_default=True, help="See docs/tenancy.md.")
@click.option("--member", "who", metavar="EMAIL|ID", help="Whose login it is (analyst): a member of --org.")
@org_option()
@click.option("--password", is_flag=True, help="Ask for a password (or read it from standard input).")
@pass_settings
def create_login(settings: Settings, name: str, kind: str, who: str | None, org: str | None, password: bool) -> None:
    """Make a PostgreSQL role if there is none, register it, and bind an analyst's to the organization.

    On the checkout's own cluster this is done as the superuser. Elsewhere the role of --database-url needs CREATEROLE;
    without it the statement for an administrator is printed instead.
    """
    if (kind == "analyst") != (who is not None):
        raise click.UsageError("an analyst's login needs --member, others take none")
    secret = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True) if password else None
    identity = SUPERUSER if settings.own_cluster else "engine"
    with settings.connect(identity) as connection:
        _make_role(connection, name, secret)
        org_id = user_id = None
        if who is not None:
            org_id = find_org(connection, org)
            user_id = _find_member(connection, org_id, who)
        connection.execute("select trimtab.create_login(%s, %s, %s)", [name, kind, user_id])
        if org_id is not None:
            connection.execute("select trimtab.bind_login(%s, %s)", [name, org_id])
    click.echo(f"{name} can log in", err=True)


def _make_role(connection: Connection, name: str, secret: str | None) -> None:
    """The PostgreSQL role of a login, and its password where one is given."""
    role = sql.Identifier(name)
    statement = sql.SQL("create role {} login in role trimtab_user").format(role)
    if not connection.execute("select 1 from pg_catalog.pg_roles where rolname = %s", [name]).fetchone():
        try:
            with connection.transaction():
                connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege as error:
            raise TrimtabError(
                f"{connection.info.user} may not make roles",
                f"have an administrator run this, then try again: {statement.as_string(connection)};",
            ) from error
    if secret is not None:
        # Hashed here: the words of the password never reach the server or its log.
        hashed = connection.pgconn.encrypt_password(secret.encode(), name.encode(), b"scram-sha-256").decode()
        connection.execute(sql.SQL("alter role {} password {}").format(role, sql.Literal(hashed)))


@login.command("list")
@json_option
@pass_settings
def list_logins(settings: Settings, as_json: bool) -> None:
    """List registered logins, and roles of the group that are registered as nothing."""
    with settings.connect() as connection:
        rows = connection.execute(
            "select coalesce(l.login, r.rolname), coalesce(l.kind, 'not registered'), u.email,"
            " (select pg_catalog.string_agg(o.name, ', ' order by o.name) from trimtab.login_organizations b"
            " join trimtab.organizations o on o.org_id = b.org_id where b.login = l.login),"
            " r.rolname is not null"
            " from trimtab.database_logins l"
            " left join trimtab.users u on u.id = l.user_id"
            " full join (select m.rolname from pg_catalog.pg_roles m where m.rolcanlogin and (m.rolname = "
            "'trimtab_engine' or exists (select from pg_catalog.pg_auth_members a where a.member = m.oid"
            " and a.roleid = 'trimtab_user'::regrole))) r on r.rolname = l.login"
            " order by 1",
        ).fetchall()
    print_rows(rows, ("login", "kind", "person", "organizations", "role_exists"), as_json=as_json)


@login.command("bind")
@click.argument("name")
@org_option()
@pass_settings
def bind_login(settings: Settings, name: str, org: str | None) -> None:
    """Let an analyst's login work for another organization of its person."""
    with settings.connect() as connection:
        connection.execute("select trimtab.bind_login(%s, %s)", [name, find_org(connection, org)])
    click.echo("bound", err=True)


@login.command("unbind")
@click.argument("name")
@org_option()
@pass_settings
def unbind_login(settings: Settings, name: str, org: str | None) -> None:
    """Stop a login from working for an organization."""
    with settings.connect() as connection:
        connection.execute("select trimtab.unbind_login(%s, %s)", [name, find_org(connection, org)])
    click.echo("unbound", err=True)


@login.command("remove")
@click.argument("name")
@pass_settings
def remove_login(settings: Settings, name: str) -> None:
    """Forget a login with its bindings; prints the statement that drops the PostgreSQL role."""
    with settings.connect() as connection:
        connection.execute("select trimtab.remove_login(%s)", [name])
    click.echo(sql.SQL("drop role {};").format(sql.Identifier(name)).as_string())


# --- audit


@click.command()
@org_option()
@click.option("--since", type=click.DateTime(), help="Not before this moment (UTC).")
@click.option("--action", metavar="PREFIX", help="Only actions that begin like this, such as 'campaign.'.")
@click.option("--entity", "entity_id", type=click.UUID, metavar="ID", help="Only what was done to this one.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many, newest first.")
@json_option
@pass_settings
def audit(
    settings: Settings,
    org: str | None,
    since: datetime | None,
    action: str | None,
    entity_id: UUID | None,
    limit: int,
    as_json: bool,
) -> None:
    """Who changed what, from what to what, when."""
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        connection.execute("set local timezone = 'UTC'")
        rows = connection.execute(
            "select a.occurred_at, coalesce(u.email, u.display_name, a.user_id::text), a.login, a.rule_id, a.action,"
            " a.entity_type, a.entity_id, a.old_values, a.new_values"
            " from trimtab.audit_log a left join trimtab.users u on u.id = a.user_id"
            " where a.org_id = %(org)s"
            " and (%(since)s::timestamp is null or a.occurred_at >= %(since)s::timestamp at time zone 'UTC')"
            " and (%(action)s::text is null or pg_catalog.starts_with(a.action, %(action)s))"
            " and (%(entity)s::uuid is null or a.entity_id = %(entity)s)"
            " order by a.occurred_at desc, a.id desc limit %(limit)s",
            {"org": org_id, "since": since, "action": action, "entity": entity_id, "limit": limit},
        ).fetchall()
    columns = ("occurred_at", "who", "login", "rule_id", "action", "entity_type", "entity_id", "old", "new")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    print_rows(
        [(row[0].isoformat(" ", "seconds"), *row[1:5], row[6], _short(row[7]), _short(row[8])) for row in rows],
        ("occurred_at", "who", "login", "rule_id", "action", "entity_id", "old", "new"),
        nothing="nothing was changed",
    )


def _short(values: dict[str, object] | None) -> str:
    """Values of a row of the audit log in one line."""
    return ", ".join(f"{name}: {value}" for name, value in (values or {}).items())


COMMANDS = (org, member, login, audit)
