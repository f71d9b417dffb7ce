"""Everybody tries everything on every table, partition, view and function that the catalogue knows."""

from __future__ import annotations

import re

import psycopg
import pytest
from tenancy.world import ROLES, Table, World, attempt

OUTSIDERS = ("other", "stranger", "nobody", "application", "jwt")
PEOPLE = (*ROLES, *OUTSIDERS)
REFUSED = "42501"
NO_INHERITANCE = "42809"  # of partitioned tables and partitions, before anybody asks who
NO_CONTEXT = "TT001"

SHAPE = (
    "select c.relname, c.relacl::text, c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole::text,"
    " (select count(*) from pg_trigger t where t.tgrelid = c.oid),"
    " (select count(*) from pg_policy p where p.polrelid = c.oid)"
    " from pg_class c where c.relnamespace in ('trimtab'::regnamespace, 'yard'::regnamespace) order by 1"
)

# Functions that say something without knowing who asks. Each is harmless for the reason beside it.
ANSWERS_WITHOUT_CONTEXT = {
    "session_context": "says that nobody is asking",
    "current_org_id": "null: what policies compare with",
    "current_org_for": "null: what policies compare with",
    "current_user_id": "null",
    "my_organizations": "empty: there is nothing to choose",
    "clock": "the time",
}


def test_the_world_has_a_row_of_both_organizations_in_every_table(world: World) -> None:
    for org in (world.acme, world.bolt):
        assert [table for table, (count, _) in world.rows_of(org).items() if count == 0] == []


def test_the_rows_of_the_world_satisfy_every_foreign_key(world: World) -> None:
    orphans = world.db.rows(
        "select f.conname, (xpath('//c/text()', query_to_xml(format("
        " 'select count(*) as c from %s t where not exists (select from %s r where %s) and num_nonnulls(%s) = %s',"
        " f.conrelid::regclass, f.confrelid::regclass,"
        " (select string_agg(format('r.%I = t.%I', ra.attname, ta.attname), ' and ')"
        "  from unnest(f.conkey, f.confkey) k (t, r)"
        "  join pg_attribute ta on ta.attrelid = f.conrelid and ta.attnum = k.t"
        "  join pg_attribute ra on ra.attrelid = f.confrelid and ra.attnum = k.r),"
        " (select string_agg(format('t.%I', ta.attname), ', ') from unnest(f.conkey) k (t)"
        "  join pg_attribute ta on ta.attrelid = f.conrelid and ta.attnum = k.t), cardinality(f.conkey)),"
        " false, true, '')))[1]::text::integer"
        " from pg_constraint f where f.contype = 'f' and f.connamespace = 'trimtab'::regnamespace and f.conparentid = 0"
    )
    assert len(orphans) > 15
    assert [name for name, count in orphans if count] == []


@pytest.mark.parametrize("actor", PEOPLE)
def test_reading_shows_own_rows_or_nothing(world: World, actor: str) -> None:
    connection = world.connect(actor)
    own = world.bolt if actor == "other" else world.acme
    member = actor in (*ROLES, "other")
    faults, seen = [], 0
    for table in world.tables:
        if not table.is_tenant:
            continue
        state, _ = attempt(connection, f"select from {table.name}")
        if table.is_partition:
            if state != REFUSED:
                faults.append(f"{table.name}: a partition can be read past its parent ({state})")
            continue
        if state == REFUSED:
            continue
        rows = connection.execute(
            f"select count(*), count(*) filter (where org_id is distinct from %s) from {table.name}".encode(), [own]
        ).fetchone()
        assert rows is not None
        if rows[1]:
            faults.append(f"{table.name}: {rows[1]} foreign rows")
        if rows[0] and not member:
            faults.append(f"{table.name}: {rows[0]} rows without a context")
        seen += rows[0]
    assert faults == []
    assert (seen > 10) is member


@pytest.mark.parametrize("actor", PEOPLE)
def test_views_show_no_foreign_row(world: World, actor: str) -> None:
    connection = world.connect(actor)
    foreign = [world.acme] if actor == "other" else [world.bolt]
    if actor not in (*ROLES, "other"):
        foreign = [world.acme, world.bolt]
    faults = []
    for view in world.views:
        for org in foreign:
            secret = "Acme''s secret" if org == world.acme else "Bolt''s secret"
            state, _ = attempt(connection, f"select from {view}")
            if state is not None:
                if state != REFUSED:
                    faults.append(f"{view}: {state}")
                continue
            leaked = connection.execute(
                f"select count(*) from {view} v where v::text like '%{org}%' or v::text like '%{secret}%'".encode()
            ).fetchone()
            if leaked != (0,):
                faults.append(f"{view}: {leaked} rows of a foreign organization")
    assert faults == []


def test_reference_tables_hold_nothing_of_an_organization(world: World) -> None:
    """What has no org_id is the same for everybody, or closed; people see the members of their organization only."""
    for actor in PEOPLE:
        connection = world.connect(actor)
        for table in world.tables:
            if table.is_tenant or table.name == "trimtab.users":
                continue
            state, _ = attempt(connection, f"select from {table.name}")
            assert state in (None, REFUSED), table.name
            if state is None:
                text = str(connection.execute(f"select t::text from {table.name} t".encode()).fetchall())
                assert world.acme not in text and world.bolt not in text, table.name
        shared = connection.execute("select id::text from trimtab.users").fetchall()
        expected = world.db.rows(
            "select m.user_id::text from trimtab.memberships m where m.org_id = %s"
            " union select o.system_user_id::text from trimtab.organizations o where o.org_id = %s",
            [world.bolt if actor == "other" else world.acme] * 2,
        )
        assert set(shared) == (set(expected) if actor in (*ROLES, "other") else set())


@pytest.fixture(scope="module")
def attempts(world: World) -> list[tuple[Table, list[str]]]:
    """For every table and partition what nobody but a deploy may do, and updates of each column."""
    return [(table, _attempts(world, table.name, table.is_partition)) for table in world.tables]


def _attempts(world: World, table: str, is_partition: bool) -> list[str]:
    columns = world.db.rows(
        "select quote_ident(a.attname), a.attidentity = 'a' from pg_attribute a"
        " where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum",
        [table],
    )
    key = world.db.rows(
        "select a.attname, format_type(a.atttypid, a.atttypmod) from pg_index i"
        " join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)"
        " where i.indrelid = %s::regclass and i.indisprimary",
        [table],
    )
    return [
        *(
            f"update {table} set {column} = {'default' if is_identity else column}"
            for column, is_identity in columns[: 1 if is_partition else None]
        ),
        f"delete from {table}",
        f"truncate {table} cascade",
        f"lock table {table} in row exclusive mode nowait",
        f"lock table {table} in share mode nowait",
        f"lock table {table} in exclusive mode nowait",
        f"create trigger t before insert on {table} for each row execute function suppress_redundant_updates_trigger()",
        f"create table yard.t ({', '.join(f'{name} {kind}' for name, kind in key)},"
        f" foreign key ({', '.join(name for name, _ in key)}) references {table})",
        f"create table yard.t partition of {table} default",
        f"create table yard.t () inherits ({table})",
        f"alter table {table} disable row level security",
        f"create policy p on {table} using (true)",
        f"grant all on {table} to public",
        f"drop table {table} cascade",
    ]


@pytest.mark.parametrize("actor", [*PEOPLE, "engine"])
def test_writing_is_refused_or_touches_own_rows_only(
    world: World, attempts: list[tuple[Table, list[str]]], actor: str
) -> None:
    """Every UPDATE of a column, DELETE, TRUNCATE, LOCK, REFERENCES and DDL on every table and partition."""
    connection = world.connect(actor)
    own = world.bolt if actor == "other" else world.acme
    foreign = world.acme if actor == "other" else world.bolt
    foreign_before = world.rows_of(foreign)
    own_before = world.rows_of(own)
    shape_before = world.db.rows(SHAPE)
    faults = []
    for table, statements in attempts:
        for statement in statements:
            state, count = attempt(connection, statement)
            if state == REFUSED or (state == NO_INHERITANCE and "inherits" in statement):
                continue
            if state is None and statement.startswith("grant"):
                continue  # a warning, and nothing granted, as the shape below shows
            if statement.startswith("update"):
                own_rows = 0 if table.is_partition else own_before.get(table.name, (0, ""))[0]
                if state == "TT003" or (state is None and count <= (own_rows if actor in (*ROLES, "other") else 0)):
                    continue
            faults.append(f"{statement}: {state or f'{count} rows'}")
    assert not faults, "\n".join(faults[:30])
    assert world.db.rows(SHAPE) == shape_before
    assert world.rows_of(foreign) == foreign_before
    own_after = world.rows_of(own)
    assert {table: count for table, (count, _) in own_after.items() if table != "trimtab.audit_log"} == {
        table: count for table, (count, _) in own_before.items() if table != "trimtab.audit_log"
    }
    if actor not in (*ROLES, "other"):
        assert own_after == own_before


# --- functions


ARGUMENTS = {
    "p_org_id": "{org}",
    "p_campaign_id": "{campaigns}",
    "p_campaign_ids": "{{{campaigns}}}",
    "p_rule_id": "{automation_rules}",
    "p_action_id": "{campaign_changes}",
    "p_opportunity_id": "{optimization_opportunities}",
    "p_batch_id": "{import_batches}",
    "p_run_id": "{autopilot_runs}",
    "p_user_id": "{user}",
    "p_role": "viewer",
    "p_least_role": "viewer",
    "p_email": "new@example.com",
    "p_metric": "spend",
    "p_window": "last_7_days",
    "p_currency": "EUR",
    "p_time_zone": "UTC",
}
BY_TYPE = {
    "uuid": "{any}",
    "text": "x",
    "numeric": "1",
    "double precision": "0.5",
    "integer": "1",
    "bigint": "1",
    "boolean": "false",
    "jsonb": "{{}}",
    "json": "{{}}",
    "date": "2026-01-01",
    "timestamp with time zone": "2026-01-01 00:00+00",
    "interval": "1 hour",
}
FUNCTIONS = (
    "select p.oid::regprocedure::text, p.proname, p.provolatile, p.prosecdef, p.prokind,"
    " coalesce(p.proargnames[1:p.pronargs], '{}'), array(select format_type(t, null) from unnest(p.proargtypes) t),"
    " p.pronargs - p.pronargdefaults, p.proretset"
    " from pg_proc p where p.pronamespace = 'trimtab'::regnamespace and p.prorettype <> 'trigger'::regtype"
    " and p.prokind in ('f', 'p') and has_function_privilege(%s, p.oid, 'execute') order by 1"
)


def _calls(world: World, actor: str, org: str) -> list[tuple[str, str, str, bool, str]]:
    """Calls of all functions that the actor may call, with the ids of an organization.

    Returns:
        Name, signature, volatility, whether it is a definer function, and the statement.
    """
    found = []
    names = {
        name: world.db.value("select test.id_of(%s, %s)::text", [org, name])
        for name in (t.name.removeprefix("trimtab.") for t in world.tables)
    }
    names |= {"org": org, "any": names["campaigns"]}
    names["user"] = world.db.value("select user_id::text from trimtab.memberships where org_id = %s limit 1", [org])
    for signature, name, volatility, definer, kind, arguments, types, needed, _ in world.db.rows(
        FUNCTIONS, [world.logins[actor]]
    ):
        values = []
        for place, of_type in enumerate(types[:needed]):
            argument = arguments[place] if place < len(arguments) else ""
            template = ARGUMENTS.get(argument)
            if template is None or (of_type == "uuid") != (template.startswith("{") and not template.startswith("{{")):
                template = BY_TYPE.get(of_type, "{{}}" if of_type.endswith("[]") else None)
            values.append("null" if template is None else f"'{template.format_map(names)}'")
            values[-1] += f"::{of_type}"
        call = f"trimtab.{name}({', '.join(values)})"
        found.append(
            (name, signature, volatility, definer, f"call {call}" if kind == "p" else f"select x::text from {call} x")
        )
    return found


@pytest.mark.parametrize("actor", ["stranger", "nobody", "application", "jwt"])
def test_calls_without_a_context_are_refused(world: World, actor: str) -> None:
    """TT001 from everything that acts or has rights of its own; what only reads may find nothing. No other error."""
    connection = world.connect(actor)
    before = world.rows_of(world.acme)
    calls = _calls(world, actor, world.acme)
    assert len(calls) > 15
    faults = []
    for name, signature, volatility, definer, statement in calls:
        if name in ANSWERS_WITHOUT_CONTEXT or (volatility == "i" and not definer):
            continue
        if name == "init_transaction_context" and actor == "application":
            continue  # that is how an application comes to have one
        state, _ = attempt(connection, statement)
        if state == NO_CONTEXT:
            continue
        if volatility == "s" and not definer:
            # It runs with the caller's rights: it may compute with what it was given, and sees nobody's rows.
            if state is None:
                answer = str(connection.execute(statement.encode()).fetchall())
                if "Acme" in answer or "Bolt" in answer:
                    faults.append(f"{signature}: an answer: {answer[:200]}")
                continue
            if state.startswith("TT"):
                continue
        faults.append(f"{signature}: {state or 'done'}")
    assert not faults, "\n".join(faults)
    assert world.rows_of(world.acme) == before


def test_the_list_of_exceptions_is_short_and_true(world: World) -> None:
    names = {call[0] for call in _calls(world, "nobody", world.acme)}
    assert set(ANSWERS_WITHOUT_CONTEXT) <= names
    connection = world.connect("nobody")
    for name in ANSWERS_WITHOUT_CONTEXT.keys() - {"clock", "current_org_for", "session_context"}:
        rows = connection.execute(f"select * from trimtab.{name}() x".encode()).fetchall()
        assert rows in ([], [(None,)]), name
    assert connection.execute("select * from trimtab.session_context()").fetchall() == [(None,) * 5]
    assert connection.execute("select trimtab.current_org_for('viewer')").fetchall() == [(None,)]


def test_calls_with_the_ids_of_another_organization_give_and_change_nothing(world: World) -> None:
    """The owner of Bolt calls everything with what belongs to Acme."""
    connection = world.connect("other")
    before = world.rows_of(world.acme)
    faults = []
    for _, signature, _, _, statement in _calls(world, "other", world.acme):
        try:
            with connection.transaction(force_rollback=True):
                cursor = connection.execute(statement.encode())
                rows = cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            if "Acme's secret" in str(error) or error.sqlstate in ("XX000",) or (error.sqlstate or "22")[:2] == "22":
                faults.append(f"{signature}: {error}")
            continue
        if "Acme" in str(rows):
            faults.append(f"{signature}: {rows[:2]}")
    assert not faults, "\n".join(faults)
    for _, _, _, _, statement in _calls(world, "other", world.acme):
        if "trimtab.archive_organization" not in statement:
            attempt(connection, statement)  # and once more, to stay
    assert world.rows_of(world.acme) == before


def test_a_viewer_changes_nothing_by_any_call(world: World) -> None:
    """Everything is called with the ids of the own organization, and once more with nothing but nulls."""
    connection = world.connect("viewer")
    # What a viewer says of their own experience is theirs to say.
    own = {"trimtab.survey_answers"}
    before = world.rows_of(world.acme)
    for _, _, _, _, statement in _calls(world, "viewer", world.acme):
        for text in (statement, re.sub(r"'[^']*'::", "null::", statement)):
            state, _ = attempt(connection, text)
            assert state is None or state.startswith("TT") or state == REFUSED, f"{text}: {state}"
    after = world.rows_of(world.acme)
    assert {name: rows for name, rows in after.items() if name not in own} == {
        name: rows for name, rows in before.items() if name not in own
    }


def test_no_trigger_function_can_be_hung_on_another_table(world: World) -> None:
    """Whoever may execute one could put it on a table of their own, and write through it."""
    rows = world.db.rows(
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'trimtab'::regnamespace"
        " and p.prorettype = 'trigger'::regtype and has_function_privilege('trimtab_user', p.oid, 'execute')"
    )
    assert rows == []


def test_nobody_can_become_one_of_the_identities(world: World) -> None:
    for actor in (*PEOPLE, "engine"):
        connection = world.connect(actor)
        for role in (
            "trimtab_owner",
            "trimtab_auth",
            "trimtab_definer",
            "trimtab_keeper",
            "trimtab_engine",
            "postgres",
        ):
            if world.logins[actor] == role:
                continue
            for statement in (f"set role {role}", f"set session authorization {role}", f"grant {role} to current_user"):
                assert attempt(connection, statement)[0] == REFUSED, (actor, statement)
        assert attempt(connection, "alter role current_user createrole")[0] == REFUSED, actor


def test_the_deploying_role_is_no_superuser_and_is_nobody_to_the_functions(world: World) -> None:
    assert world.db.rows(
        "select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = %s", [world.logins["deploy"]]
    ) == [(False, False, False)]
    connection = world.connect("deploy")
    assert attempt(connection, "set session authorization postgres")[0] == REFUSED
    seen = connection.execute("select count(*) from trimtab.campaigns").fetchone()
    assert seen == (2,), "it is a member of trimtab_owner, whose policies show everything"
    assert attempt(connection, "select trimtab.require_org()")[0] == NO_CONTEXT


def test_the_engine_sees_all_and_acts_for_one_at_a_time(world: World) -> None:
    connection = world.connect("engine")
    assert connection.execute("select count(*) from trimtab.campaigns").fetchone() == (2,)
    assert attempt(connection, "select trimtab.require_org()")[0] == NO_CONTEXT
    for org in (world.acme, world.bolt):
        with connection.transaction():
            connection.execute("select trimtab.init_transaction_context(null, %s)", [org])
            assert str(connection.execute("select trimtab.require_org('owner')").fetchone()[0]) == org  # type: ignore[index]
        assert attempt(connection, "select trimtab.require_org()")[0] == NO_CONTEXT
