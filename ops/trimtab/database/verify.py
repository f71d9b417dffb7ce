"""Looking whether an installation is as it should be: one line a check, and the next command where one fails."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Any

from psycopg import sql

from trimtab.database import deploy
from trimtab.database.checks import Check
from trimtab.database.clock import EVERY_MINUTE, FORMER, jobs
from trimtab.database.tree import Tree
from trimtab.errors import TrimtabError

# Each query returns what is wrong, as text: nothing returned is good.
ROLE_FAULTS = """
select pg_catalog.format('%s %s', r.rolname, fault)
from pg_catalog.pg_roles r
cross join lateral (
  values
    (case when r.rolsuper then 'is a superuser' end),
    (case when r.rolbypassrls then 'bypasses row security' end),
    (case when r.rolcreaterole then 'may create roles' end),
    (case when r.rolcanlogin <> (r.rolname = 'trimtab_engine') then
      case when r.rolcanlogin then 'may log in' else 'may not log in' end end)
) faults (fault)
where r.rolname in (
    'trimtab_owner', 'trimtab_auth', 'trimtab_definer', 'trimtab_keeper', 'trimtab_user', 'trimtab_engine')
  and fault is not null
union
select pg_catalog.format('%s is a member of %s', member.rolname, owning.rolname)
from pg_catalog.pg_auth_members m
join pg_catalog.pg_roles owning on owning.oid = m.roleid
join pg_catalog.pg_roles member on member.oid = m.member
where owning.rolname in ('trimtab_owner', 'trimtab_auth', 'trimtab_definer', 'trimtab_keeper')
  and (
    member.rolname like 'trimtab\\_%' and member.rolname <> 'trimtab_admin'
    or pg_catalog.pg_has_role(member.oid, 'trimtab_user', 'usage') and not member.rolsuper
  )
order by 1
"""

OWNER_FAULTS = """
select pg_catalog.format('%s belongs to %s', thing, owner)
from (
  select c.oid::regclass::text, pg_catalog.pg_get_userbyid(c.relowner)
  from pg_catalog.pg_class c
  where c.relnamespace = pg_catalog.to_regnamespace('trimtab') and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  union all
  select p.oid::regprocedure::text, pg_catalog.pg_get_userbyid(p.proowner)
  from pg_catalog.pg_proc p
  where p.pronamespace = pg_catalog.to_regnamespace('trimtab')
) things (thing, owner)
where owner not in ('trimtab_owner', 'trimtab_auth', 'trimtab_definer', 'trimtab_keeper')
union all
select pg_catalog.format('%s is security definer and belongs to trimtab_owner', p.oid::regprocedure)
from pg_catalog.pg_proc p
where p.pronamespace = pg_catalog.to_regnamespace('trimtab')
  and p.prosecdef
  and pg_catalog.pg_get_userbyid(p.proowner) = 'trimtab_owner'
order by 1
"""

ROW_SECURITY_FAULTS = """
select pg_catalog.format(
  '%s: row security is %s', c.oid::regclass, case when c.relrowsecurity then 'not forced' else 'off' end)
from pg_catalog.pg_class c
where c.relnamespace = pg_catalog.to_regnamespace('trimtab')
  and c.relkind in ('r', 'p')
  and not (c.relrowsecurity and c.relforcerowsecurity)
  and exists (
    select
    from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
  )
order by 1
"""

VIEW_FAULTS = """
select pg_catalog.format('%s runs with its owner''s rights', c.oid::regclass)
from pg_catalog.pg_class c
where c.relnamespace = pg_catalog.to_regnamespace('trimtab')
  and c.relkind = 'v'
  and not coalesce(c.reloptions, '{}') && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1']
union all
select pg_catalog.format('%s is a materialized view, which knows no row security', c.oid::regclass)
from pg_catalog.pg_class c
where c.relnamespace = pg_catalog.to_regnamespace('trimtab') and c.relkind = 'm'
order by 1
"""

# A procedure that commits cannot carry a SET clause, and a `begin atomic` body is bound when it is made.
SEARCH_PATH_FAULTS = """
select pg_catalog.format('%s: %s', p.oid::regprocedure, coalesce('search_path is ' || path.value, 'no search_path'))
from pg_catalog.pg_proc p
left join lateral (
  select pg_catalog.substr(setting, 13)
  from pg_catalog.unnest(p.proconfig) as setting
  where setting like 'search\\_path=%'
) path (value) on true
where p.pronamespace = pg_catalog.to_regnamespace('trimtab')
  and not coalesce(path.value ~ '^("?trimtab"?, )?"?pg_catalog"?, "?pg_temp"?$', false)
  and (p.prosecdef or path.value is not null or not (p.prokind = 'p' or p.prosqlbody is not null))
order by 1
"""

PUBLIC_FAULTS = """
select pg_catalog.format('everybody may call %s', p.oid::regprocedure)
from pg_catalog.pg_proc p
cross join lateral pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) acl
where p.pronamespace = pg_catalog.to_regnamespace('trimtab') and acl.grantee = 0
union all
select pg_catalog.format('everybody may %s %s', pg_catalog.lower(acl.privilege_type), c.oid::regclass)
from pg_catalog.pg_class c
cross join lateral pg_catalog.aclexplode(c.relacl) acl
where c.relnamespace = pg_catalog.to_regnamespace('trimtab') and acl.grantee = 0
union all
select pg_catalog.format('everybody may %s %s.%s', pg_catalog.lower(acl.privilege_type), c.oid::regclass, a.attname)
from pg_catalog.pg_class c
join pg_catalog.pg_attribute a on a.attrelid = c.oid
cross join lateral pg_catalog.aclexplode(a.attacl) acl
where c.relnamespace = pg_catalog.to_regnamespace('trimtab') and acl.grantee = 0
union all
select pg_catalog.format('everybody has %s on schema %s', pg_catalog.lower(acl.privilege_type), n.nspname)
from pg_catalog.pg_namespace n
cross join lateral pg_catalog.aclexplode(n.nspacl) acl
where n.nspname in ('trimtab', 'trimtab_deploy') and acl.grantee = 0
order by 1
"""

# Whoever holds UPDATE on a whole table may lock it exclusively; a grant on a partition goes past its parent's policies.
GRANT_FAULTS = """
select pg_catalog.format('%s has %s on %s', grantee.rolname, pg_catalog.lower(acl.privilege_type), c.oid::regclass)
from pg_catalog.pg_class c
cross join lateral pg_catalog.aclexplode(c.relacl) acl
join pg_catalog.pg_roles grantee on grantee.oid = acl.grantee
where c.relnamespace = pg_catalog.to_regnamespace('trimtab')
  and c.relkind in ('r', 'p')
  and acl.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER')
  and pg_catalog.pg_has_role(grantee.oid, 'trimtab_user', 'usage')
  and not grantee.rolsuper
union all
select pg_catalog.format('%s has a grant on the partition %s', acl.grantee::regrole, c.oid::regclass)
from pg_catalog.pg_class c
cross join lateral pg_catalog.aclexplode(c.relacl) acl
where c.relnamespace = pg_catalog.to_regnamespace('trimtab') and c.relispartition and acl.grantee <> c.relowner
order by 1
"""

# The policies of partitions are made together with them, by ensure_partitions().
POLICIES = """
select c.relname::text, p.polname::text,
  'true' in (
    coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), ''),
    coalesce(pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), ''))
  and exists (
    select
    from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
  )
  and exists (
    select
    from pg_catalog.unnest(p.polroles) as r (oid)
    where r.oid = 0 or pg_catalog.pg_has_role(r.oid, 'trimtab_user', 'member')
  )
from pg_catalog.pg_policy p
join pg_catalog.pg_class c on c.oid = p.polrelid
where c.relnamespace = pg_catalog.to_regnamespace('trimtab') and not c.relispartition
order by 1, 2
"""

TRIGGERS = """
select c.relname::text, t.tgname::text, t.tgenabled = 'O'
from pg_catalog.pg_trigger t
join pg_catalog.pg_class c on c.oid = t.tgrelid
where c.relnamespace = pg_catalog.to_regnamespace('trimtab') and not t.tgisinternal and not c.relispartition
order by 1, 2
"""

# A `begin atomic` body is kept parsed, not as its text.
BODIES = """
select p.proname::text, p.prosrc
from pg_catalog.pg_proc p
where p.pronamespace = pg_catalog.to_regnamespace('trimtab') and p.prosqlbody is null
order by 1
"""

STRAY_FUNCTIONS = """
select distinct p.proname::text
from pg_catalog.pg_proc p
where p.pronamespace = pg_catalog.to_regnamespace('trimtab')
"""

REPEAT = "run `trimtab migrate`; where that finds nothing to do, `trimtab migrate --again` loads every file anew"


DROP_OR_REPEAT = "drop what no file makes, as trimtab_owner; then trimtab migrate --again"


def verify(conninfo: str, tree: Tree | None = None) -> list[Check]:
    """All checks of one database; nothing is written."""
    tree = tree or Tree()
    with contextlib.closing(deploy.connect(conninfo)) as connection:
        connection.execute("set default_transaction_read_only = on")
        state = deploy.read_state(connection)
        checks = [_version(state), *_extensions(state), _roles_exist(connection, state), _deployed(tree, state)]
        if state.missing_roles or not state.migrations:
            return checks

        def faults(query: str) -> list[str]:
            return [row[0] for row in connection.execute(query.encode()).fetchall()]

        checks += [
            _no_faults("rights", faults(ROLE_FAULTS), "rights of the roles are as they should be", _role_advice),
            _no_faults("owners", faults(OWNER_FAULTS), "everything has the owner it should have", lambda _: REPEAT),
            _no_faults(
                "row security",
                faults(ROW_SECURITY_FAULTS),
                "enabled and forced on every table of organizations",
                lambda _: REPEAT,
            ),
            _no_faults("views", faults(VIEW_FAULTS), "all run with their reader's rights", lambda _: REPEAT),
            _no_faults("search_path", faults(SEARCH_PATH_FAULTS), "pinned on every function", lambda _: REPEAT),
            _no_faults("public", faults(PUBLIC_FAULTS), "nothing is granted to everybody", _public_advice),
            _no_faults("grants", faults(GRANT_FAULTS), "nobody can lock, empty or walk around a table", _grant_advice),
            _no_faults(
                "policies", _policy_faults(connection, tree), "those of the files, no others", lambda _: DROP_OR_REPEAT
            ),
            _no_faults(
                "triggers",
                _trigger_faults(connection, tree),
                "those of the files, all enabled",
                lambda _: "enable or drop what is named, as trimtab_owner; then trimtab migrate --again",
            ),
            _no_faults("bodies", _body_faults(connection, tree), "every function does what its file says", _again),
            _stray(tree, [row[0] for row in connection.execute(STRAY_FUNCTIONS.encode()).fetchall()]),
            _engine(connection),
            *_cron(connection, state),
        ]
    return checks


def _no_faults(name: str, faults: list[str], good: str, advice: Callable[[list[str]], str]) -> Check:
    if not faults:
        return Check(name, "ok", good)
    shown = "; ".join(faults[:5]) + (f"; and {len(faults) - 5} more" if len(faults) > 5 else "")
    return Check(name, "fail", shown, advice(faults))


def _role_advice(faults: list[str]) -> str:
    role = faults[0].split()[0]
    if " is a member of " in faults[0]:
        return f"as an administrator: revoke {faults[0].rsplit(' ', 1)[1]} from {role};"
    login = "login" if role == "trimtab_engine" else "nologin"
    return f"as an administrator: alter role {role} nosuperuser nobypassrls nocreaterole {login};"


def _public_advice(faults: list[str]) -> str:
    if any(fault.startswith("everybody may call") for fault in faults):
        return "trimtab migrate --again"
    return "as trimtab_owner: revoke all on <what is named> from public;"


def _grant_advice(faults: list[str]) -> str:
    role, _, rest = faults[0].partition(" has ")
    return f"as trimtab_owner: revoke all on {rest.rsplit(' ', 1)[1]} from {role}; then trimtab migrate --again"


def _version(state: deploy.State) -> Check:
    found = f"PostgreSQL {state.version // 10000}.{state.version % 10000}"
    if state.version < deploy.MINIMUM_VERSION:
        return Check("server", "fail", f"{found}, 15 or newer is needed", "move the database to a newer server")
    return Check("server", "ok", found)


def _extensions(state: deploy.State) -> Iterable[Check]:
    if "pgcrypto" in state.extensions:
        yield Check("pgcrypto", "ok", "installed")
    else:
        yield Check("pgcrypto", "fail", "not installed", "trimtab migrate")
    if "plpgsql_check" in state.extensions:
        yield Check("plpgsql_check", "ok", "installed: deploys prove every function")
    else:
        yield Check(
            "plpgsql_check",
            "note",
            "not installed: deploys check functions for syntax only",
            "as an administrator: create extension plpgsql_check;",
        )


def _roles_exist(connection: deploy.Connection, state: deploy.State) -> Check:
    if state.missing_roles:
        login = connection.info.user
        return Check(
            "roles", "fail", "missing: " + ", ".join(state.missing_roles), f"trimtab migrate --print-roles {login}"
        )
    return Check("roles", "ok", "all six exist")


def _deployed(tree: Tree, state: deploy.State) -> Check:
    try:
        plan = deploy.make_plan(tree, state)
    except TrimtabError as error:
        return Check("deploy", "fail", str(error), error.hint)
    # Whether the connected role could deploy is no question of the database's state.
    plan.roles = False
    lines = plan.lines()
    if lines:
        return Check(
            "deploy", "fail", f"{len(lines)} things to do, first: {' '.join(lines[0].split())}", "trimtab migrate"
        )
    return Check(
        "deploy", "ok", f"{len(state.migrations)} migrations, {len(tree.repeatables)} files, as in this checkout"
    )


def _again(_faults: list[str]) -> str:
    return "trimtab migrate --again"


def _declared(tree: Tree, pattern: str) -> set[tuple[str, str]]:
    """Table and name of what the files of the manifest make."""
    texts = (tree.text(path) for path in tree.manifest)
    return {(table, name) for text in texts for name, table in re.findall(pattern, text, re.DOTALL)}


def _policy_faults(connection: deploy.Connection, tree: Tree) -> list[str]:
    found = connection.execute(POLICIES.encode()).fetchall()
    declared = _declared(tree, r"create policy (\w+)\s+on trimtab\.(\w+)")
    present = {(table, name) for table, name, _ in found}
    faults = [f"{table}: {name} shows every organization's rows" for table, name, is_open in found if is_open]
    faults += [f"{table}: no file makes {name}" for table, name in sorted(present - declared)]
    return faults + [f"{table}: {name} is missing" for table, name in sorted(declared - present)]


def _trigger_faults(connection: deploy.Connection, tree: Tree) -> list[str]:
    found = connection.execute(TRIGGERS.encode()).fetchall()
    declared = _declared(tree, r"create (?:or replace|constraint) trigger (\w+)\s[^;]*?\son trimtab\.(\w+)")
    present = {(table, name) for table, name, _ in found}
    faults = [f"{table}: {name} is disabled" for table, name, is_enabled in found if not is_enabled]
    faults += [f"{table}: no file makes {name}" for table, name in sorted(present - declared)]
    return faults + [f"{table}: {name} is missing" for table, name in sorted(declared - present)]


def _body_faults(connection: deploy.Connection, tree: Tree) -> list[str]:
    texts = {PurePosixPath(path).stem: tree.text(path) for path in tree.manifest if path.startswith("functions/")}
    return [
        f"{name}() is not as in its file"
        for name, body in connection.execute(BODIES.encode()).fetchall()
        if name in texts and body not in texts[name]
    ]


def _stray(tree: Tree, names: list[str]) -> Check:
    known = {PurePosixPath(path).stem for path in tree.manifest if path.startswith("functions/")}
    migrations = "\n".join(m.text for m in tree.migrations)
    stray = sorted(name for name in names if name not in known and f"function trimtab.{name}" not in migrations)
    if stray:
        return Check(
            "functions",
            "note",
            "no file makes " + ", ".join(stray),
            "drop them in a migration, or name their files in sql/manifest",
        )
    return Check("functions", "ok", f"all {len(names)} come from a file")


def _engine(connection: deploy.Connection) -> Check:
    row = connection.execute(
        "select pg_catalog.has_database_privilege('trimtab_engine', current_database(), 'connect')"
    ).fetchone()
    if row and row[0]:
        return Check("engine", "ok", "trimtab_engine may connect")
    command = sql.SQL("as an administrator: grant connect on database {} to trimtab_engine;").format(
        sql.Identifier(connection.info.dbname)
    )
    return Check("engine", "fail", "trimtab_engine may not connect", command.as_string(None))


def _cron(connection: deploy.Connection, state: deploy.State) -> Iterable[Check]:
    if "pg_cron" not in state.extensions:
        yield Check(
            "pg_cron",
            "note",
            "not installed in this database",
            "trimtab tick --loop keeps the clock (docs/clockwork.md)",
        )
        return
    usage: Any = connection.execute(
        "select pg_catalog.has_schema_privilege('trimtab_engine', 'cron', 'usage'),"
        " pg_catalog.has_schema_privilege('cron', 'usage')"
    ).fetchone()
    if not usage[0]:
        yield Check(
            "pg_cron",
            "fail",
            "trimtab_engine may not use it",
            "as an administrator: grant usage on schema cron to trimtab_engine;",
        )
        return
    # Who may not read the server's settings is told nothing of this one.
    workers = connection.execute(
        "select s.setting, e.extversion from pg_catalog.pg_settings s, pg_catalog.pg_extension e"
        " where s.name = 'cron.use_background_workers' and s.setting = 'on' and e.extname = 'pg_cron'"
        " and string_to_array(substring(e.extversion from '^[0-9.]+'), '.')::integer[] < '{1,5}'"
    ).fetchone()
    if workers:
        yield Check(
            "pg_cron",
            "fail",
            f"{workers[1]} with background workers: while a job runs, no other one is started",
            "cron.use_background_workers = off, and let trimtab_engine in from cron.host; or pg_cron 1.5",
        )
        return
    yield Check("pg_cron", "ok", "installed, trimtab_engine may use it")
    member: Any = connection.execute(
        "select usesuper or session_user = 'trimtab_engine' from pg_catalog.pg_user where usename = session_user"
    ).fetchone()
    if not usage[1] or not member[0]:
        yield Check("cron job", "note", f"{connection.info.user} cannot see the jobs", "trimtab cron list")
        return
    found = {
        name: (schedule, active, username)
        for name, schedule, active, username in connection.execute(
            "select jobname, schedule, active, username from cron.job where jobname like 'trimtab %'"
        )
    }
    missing = [name for name, _ in jobs(workers=1) if name not in found]
    wrong = [
        f"'{name}' at '{schedule}' as {username}{'' if active else ', inactive'}"
        for name, (schedule, active, username) in found.items()
        if name in FORMER or not active or username != "trimtab_engine" or schedule != EVERY_MINUTE
    ]
    if not found:
        yield Check("cron job", "note", "none: nothing starts the autopilot", "trimtab cron install")
    elif missing or wrong:
        told = ["missing: " + ", ".join(missing)] if missing else []
        yield Check("cron job", "fail", "; ".join(told + wrong), "trimtab cron remove, trimtab cron install")
    else:
        yield Check("cron job", "ok", f"{len(found)} jobs, every minute")
