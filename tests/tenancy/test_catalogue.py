"""Rules about the schema that hold for every table, view, function and policy, those of tomorrow too.

Each rule is a query for what breaks it, and a change that it must find. T1 to T13, S2 and Q7 keep the way open to a
database spread over many machines, with org_id as the column of distribution.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from support.database import Database, TestCluster

from trimtab.database.tree import Tree

TREE = Tree()
ROOMS = (
    "tenancy", "events", "campaigns", "delivery", "actions", "detection", "rules", "scheduling", "workflows",
    "triggers", "orchestration", "audiences", "messaging", "analytics", "clockwork",
)  # fmt: skip

# A table is an organization's, or says in its comment that it is a reference table, the same for everybody.
HEAD = """
with tables as (
  select c.*, c.oid::regclass::text as name,
    coalesce(obj_description(c.oid, 'pg_class'), '') as comment,
    coalesce(obj_description(c.oid, 'pg_class'), '') like 'Reference: %' as is_reference,
    (select a.attnum from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped) org
  from pg_class c
  where c.relnamespace = 'trimtab'::regnamespace and c.relkind in ('r', 'p')
), functions as (
  select p.*, p.oid::regprocedure::text as name, p.proowner::regrole::text as owner,
    regexp_replace(regexp_replace(p.prosrc, '--[^\\n]*', '', 'g'), '''[^'']*''', '''''', 'g') as body
  from pg_proc p
  where p.pronamespace = 'trimtab'::regnamespace
)
"""


@dataclass(frozen=True)
class Rule:
    """What must never be found, and a statement after which it is."""

    name: str
    query: str
    breach: str


TENANT = (
    "create table trimtab.x (org_id uuid not null, id uuid, parent_id uuid, e text, primary key (org_id, id));"
    " comment on table trimtab.x is 'x';"
)
FUNCTION = (
    "create function trimtab.x({0}) returns {1} language plpgsql {2} set search_path to trimtab, pg_catalog, pg_temp"
    " as $x$ {3} $x$;"
)


def function(body: str, returns: str = "void", options: str = "volatile", arguments: str = "", more: str = "") -> str:
    return FUNCTION.format(arguments, returns, options, body) + " " + more


RULES = [
    Rule(
        "T1 T8: a table has org_id uuid not null, or is a reference table",
        "select t.name from tables t left join pg_attribute a on a.attrelid = t.oid and a.attnum = t.org"
        " where not t.relispartition and not t.is_reference and not coalesce(a.attnotnull and a.atttypid ="
        " 'uuid'::regtype, false)",
        "create table trimtab.x (org_id uuid, id uuid primary key)",
    ),
    Rule(
        "T1 T8: a reference table has no org_id",
        "select name from tables where is_reference and org is not null",
        TENANT + "comment on table trimtab.x is 'Reference: x'",
    ),
    Rule(
        "T1: every unique index of an organization's table has org_id",
        "select i.indexrelid::regclass::text from tables t join pg_index i on i.indrelid = t.oid"
        " where t.org is not null and i.indisunique and not t.org = any (i.indkey::int2[])",
        TENANT + "create unique index on trimtab.x (id)",
    ),
    Rule(
        "every table has a primary key",
        "select t.name from tables t where not exists (select from pg_index i where i.indrelid = t.oid and"
        " i.indisprimary)",
        "create table trimtab.x (org_id uuid not null)",
    ),
    Rule(
        "T2: an exclusion constraint has org_id with =",
        "select k.conname from tables t join pg_constraint k on k.conrelid = t.oid where k.contype = 'x' and t.org"
        " is not null"
        " and not exists (select from unnest(k.conkey, k.conexclop) u (a, o) join pg_operator p on p.oid = u.o"
        " where u.a = t.org and p.oprname = '=')",
        TENANT + "alter table trimtab.x add exclude (id with =)",
    ),
    Rule(
        "T3: a foreign key between organizations' tables pairs org_id",
        "select k.conname from pg_constraint k join tables t on t.oid = k.conrelid join tables f on f.oid = k.confrelid"
        " where k.contype = 'f' and t.org is not null and f.org is not null"
        " and not exists (select from unnest(k.conkey, k.confkey) u (a, b) where u.a = t.org and u.b = f.org)",
        TENANT + "alter table trimtab.x add foreign key (parent_id, id) references trimtab.x (org_id, id)",
    ),
    Rule(
        "T4: no foreign key with org_id sets null or a default",
        "select k.conname from pg_constraint k join tables t on t.oid = k.conrelid where k.contype = 'f'"
        " and t.org = any (k.conkey) and (k.confdeltype in ('n', 'd') or k.confupdtype in ('n', 'd'))",
        TENANT + "alter table trimtab.x add foreign key (org_id, parent_id) references trimtab.x"
        " on delete set null (parent_id)",
    ),
    Rule(
        "T5: no reference table points at an organization's",
        "select k.conname from pg_constraint k join tables t on t.oid = k.conrelid join tables f on f.oid = k.confrelid"
        " where k.contype = 'f' and t.org is null and f.org is not null",
        "alter table trimtab.library add column o uuid references trimtab.organizations",
    ),
    Rule(
        "T10 T11: no trigger before a row sets org_id, and no statement changes it",
        "select f.name from functions f where f.body ~*"
        " '\\mset\\s+org_id\\s*=|\\mset\\M[^;]*,\\s*org_id\\s*=[^;]*\\mwhere\\M'"
        " union all select f.name from functions f join pg_trigger g on g.tgfoid = f.oid"
        " where g.tgtype & 2 = 2 and f.body ~* 'new\\.org_id\\s*:?='",
        function("begin new.org_id = null; return new; end", "trigger")
        + "create trigger x before insert on trimtab.campaigns for each row execute function trimtab.x()",
    ),
    Rule(
        "T12: numbers that count up are bigint",
        "select t.name || '.' || a.attname from tables t join pg_attribute a on a.attrelid = t.oid"
        " left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum"
        " where a.atttypid in ('int2'::regtype, 'int4'::regtype)"
        " and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval%')",
        TENANT + "alter table trimtab.x add column n integer generated always as identity",
    ),
    Rule(
        "T13: partitions by range, in one level; no other inheritance",
        "select t.name from tables t where (t.relkind = 'p' and t.relispartition)"
        " or exists (select from pg_inherits i join pg_class p on p.oid = i.inhparent where i.inhrelid = t.oid and"
        " p.relkind = 'r')"
        " or exists (select from pg_partitioned_table p where p.partrelid = t.oid and p.partstrat <> 'r')"
        " union all select f.name from functions f where f.body ~* '\\mdetach\\s+partition\\M[^;]*concurrently'",
        "create table trimtab.x (primary key (code)) inherits (trimtab.platforms)",
    ),
    Rule(
        "S2: no restrictive policy",
        "select p.polname from pg_policy p join tables t on t.oid = p.polrelid where not p.polpermissive",
        "create policy x on trimtab.campaigns as restrictive using (true)",
    ),
    Rule(
        "Q7: no MERGE",
        "select name from functions where body ~* '\\mmerge\\s+into\\M'",
        function(
            "begin merge into trimtab.platforms p using (select 'x' as c) s on s.c = p.code"
            " when matched then do nothing; end"
        ),
    ),
    Rule(
        "every foreign key has an index that begins with its columns",
        "select k.conname from pg_constraint k where k.contype = 'f' and k.connamespace = 'trimtab'::regnamespace"
        " and not exists (select from pg_index i where i.indrelid = k.conrelid and i.indpred is null"
        " and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)",
        TENANT + "alter table trimtab.x add foreign key (e) references trimtab.platforms",
    ),
    Rule(
        "row security is on and forced for every table but the reference tables, and for every partition",
        "select name from tables where not (is_reference or (relrowsecurity and relforcerowsecurity))",
        "alter table trimtab.campaigns no force row level security",
    ),
    Rule(
        "one policy a table, command and role",
        "select t.name || ' ' || c.command || ' ' || r.oid::regrole from tables t join pg_policy p on p.polrelid ="
        " t.oid"
        " cross join unnest(case p.polcmd when '*' then '{r,a,w,d}'::text[] else array[p.polcmd::text] end) c (command)"
        " cross join unnest(p.polroles) r (oid) group by t.name, c.command, r.oid having count(*) > 1",
        "create policy x on trimtab.campaigns for select to trimtab_user using (true)",
    ),
    Rule(
        "no policy is for everybody, and none for people but by organization",
        "select t.name || ' ' || p.polname from tables t join pg_policy p on p.polrelid = t.oid where p.polroles @>"
        " '{0}'::oid[]"
        " or (p.polroles @> array['trimtab_user'::regrole::oid]"
        " and concat(pg_get_expr(p.polqual, t.oid), pg_get_expr(p.polwithcheck, t.oid)) !~"
        " 'current_org_id|current_org_for|require_org')",
        "create policy x on trimtab.campaigns for delete to trimtab_user using (true)",
    ),
    Rule(
        "policies ask who it is once a statement, not once a row",
        "select t.name || ' ' || p.polname from tables t join pg_policy p on p.polrelid = t.oid"
        " where concat(pg_get_expr(p.polqual, t.oid), ' ', pg_get_expr(p.polwithcheck, t.oid))"
        " ~ '(?<!SELECT )(?<!SELECT trimtab\\.)\\m(trimtab\\.)?(current_org_id|current_org_for|require_org)\\('",
        "create policy x on trimtab.campaigns for delete to trimtab_user using (org_id = trimtab.current_org_id())",
    ),
    Rule(
        "nobody but the owner has a right on a partition",
        "select t.name || ' ' || g.grantee::regrole from tables t join pg_class c on c.oid = t.oid"
        " cross join aclexplode(t.relacl) g where t.relispartition and g.grantee <> c.relowner",
        "do $$ begin execute 'grant select on '"
        " || (select inhrelid::regclass from pg_inherits where inhparent = 'trimtab.events'::regclass limit 1)"
        " || ' to trimtab_engine'; end $$",
    ),
    Rule(
        "people have no right to UPDATE, DELETE, TRUNCATE, REFERENCES or TRIGGER on a whole table",
        "select t.name || ' ' || p.privilege from tables t"
        " cross join unnest('{update,delete,truncate,references,trigger}'::text[]) p (privilege)"
        " where has_table_privilege('trimtab_user', t.oid, p.privilege)",
        "grant update on trimtab.campaigns to trimtab_user",
    ),
    Rule(
        "the engine only reads tables",
        "select t.name || ' ' || p.privilege from tables t"
        " cross join unnest('{insert,update,delete,truncate,references,trigger}'::text[]) p (privilege)"
        " where has_table_privilege('trimtab_engine', t.oid, p.privilege)"
        " or (p.privilege in ('insert', 'update', 'references')"
        " and has_any_column_privilege('trimtab_engine', t.oid, p.privilege))",
        "grant update (title) on trimtab.campaigns to trimtab_engine",
    ),
    Rule(
        "nothing is granted to everybody, and nobody makes objects at run time but the keeper",
        "select c.oid::regclass::text from pg_class c cross join aclexplode(c.relacl) g"
        " where c.relnamespace = 'trimtab'::regnamespace and g.grantee = 0"
        " union all select f.name from functions f"
        " cross join aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) g where g.grantee = 0"
        " union all select g.grantee::regrole::text from pg_namespace n cross join aclexplode(n.nspacl) g"
        " where n.nspname = 'trimtab' and g.privilege_type = 'CREATE'"
        " and g.grantee::regrole::text not in ('trimtab_owner', 'trimtab_keeper')",
        "grant create on schema trimtab to trimtab_definer",
    ),
    Rule(
        "views run with the rights of whoever asks",
        "select c.oid::regclass::text from pg_class c where c.relnamespace = 'trimtab'::regnamespace and (c.relkind"
        " = 'm'"
        " or (c.relkind = 'v' and not coalesce(c.reloptions @> '{security_invoker=true}', false)))",
        "create view trimtab.x as select 1 as one",
    ),
    Rule(
        "definer functions belong to an identity with few rights, other functions to the owner",
        "select f.name || ' ' || f.owner from functions f where f.owner <> all (case when f.prosecdef"
        " then '{trimtab_definer,trimtab_auth,trimtab_keeper}'::text[] else '{trimtab_owner}' end)",
        function("begin end", options="volatile security definer")
        + "alter function trimtab.x() owner to trimtab_owner",
    ),
    Rule(
        "a definer function that people may call asks who they are",
        "select f.name from functions f where f.prosecdef and f.prorettype <> 'trigger'::regtype"
        " and has_function_privilege('trimtab_user', f.oid, 'execute')"
        " and f.body !~ '\\m(require_org|lock_for_members|session_context)\\(' and f.proname <> 'session_context'",
        function(
            "begin end",
            options="volatile security definer",
            more="grant execute on function trimtab.x() to trimtab_user",
        ),
    ),
    Rule(
        "every function has a search_path, but procedures and expressions",
        "select f.name from functions f where not (f.prokind = 'p' or f.prosqlbody is not null)"
        " and not coalesce(f.proconfig && array['search_path=trimtab, pg_catalog, pg_temp',"
        " 'search_path=pg_catalog, pg_temp'], false)",
        "create function trimtab.x() returns integer language sql immutable as 'select 1'",
    ),
    Rule(
        "what has no search_path names everything in full",
        "select f.name from functions f where f.proconfig is null and f.prosqlbody is null"
        " and f.body ~* '\\m(from|join|into|update|call|perform)\\s+(?!trimtab\\.|pg_catalog\\.|cron\\.|v_|\\()[a-z]'"
        " and f.prokind = 'p'",
        "create procedure trimtab.x() language plpgsql as $$ begin perform 1 from organizations; end $$",
    ),
    Rule(
        "a function that writes is volatile, and a volatile one is not run by parallel workers",
        "select f.name from functions f where f.provolatile <> 'v'"
        " and f.body ~* '\\m(insert\\s+into|delete\\s+from|update\\s+trimtab)\\M'"
        " union all select f.name from functions f where f.provolatile = 'v' and f.proparallel = 's' and f.prokind ="
        " 'f'",
        function("begin delete from trimtab.campaigns; end", options="stable"),
    ),
    Rule(
        "every table, view and function has a comment",
        "select t.name from tables t where not t.relispartition and t.comment = ''"
        " union all select c.oid::regclass::text from pg_class c where c.relnamespace = 'trimtab'::regnamespace"
        " and c.relkind = 'v' and obj_description(c.oid, 'pg_class') is null"
        " union all select f.name from functions f where obj_description(f.oid, 'pg_proc') is null",
        function("begin end"),
    ),
    Rule(
        "every code of ours that a function raises is listed, and every listed one is raised",
        "with used as (select distinct m[1] as code from functions f,"
        " regexp_matches(f.prosrc, 'errcode\\s*=\\s*''(TT[0-9A-Z]{3})''', 'g') m)"
        " select coalesce(u.code || ' is not listed', e.code || ' is never raised')"
        " from used u full join trimtab.error_codes e on e.code = u.code where u.code is null or e.code is null",
        "insert into trimtab.error_codes values ('TT999', 'x', 'x')",
    ),
]


@pytest.fixture(scope="module")
def database(cluster: TestCluster) -> Iterator[Database]:
    found = cluster.create(cluster.template("migrated"))
    yield found
    cluster.drop(found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule(database: Database, rule: Rule) -> None:
    assert [row[0] for row in database.rows(HEAD + _after_head(rule.query))] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_finds_a_breach(database: Database, rule: Rule) -> None:
    connection = database.connect()
    with connection.transaction(force_rollback=True):
        connection.execute(rule.breach.encode())
        assert connection.execute((HEAD + _after_head(rule.query)).encode()).fetchall() != []


def _after_head(query: str) -> str:
    """A rule may have WITH queries of its own."""
    return "," + query.removeprefix("with") if query.startswith("with ") else query


def test_the_reference_tables_are_these(database: Database) -> None:
    """A table is not the same for everybody by an oversight."""
    found = database.rows(HEAD + "select replace(name, 'trimtab.', '') from tables where is_reference order by 1")
    assert [row[0] for row in found] == [
        "calendar_months", "currencies", "database_logins", "error_codes", "event_types", "exchange_rates", "handlers",
        "library", "metric_windows", "metrics", "over_delivery", "platforms", "rule_gates", "rule_vocabulary",
        "rule_vocabulary_parameters", "sealing_keys", "settings", "stray_webhooks", "tick_parts", "users",
    ]  # fmt: skip


# --- rooms


def rooms_of_objects() -> dict[str, str]:
    """The room of each table, view and function of the schema, by the folder or the migration that makes it."""
    found = {}
    for path in TREE.manifest:
        kind, room, *_ = path.split("/")
        if kind in ("functions", "views", "policies"):
            found[path.rsplit("/", 1)[1].removesuffix(".sql")] = room
    for migration in TREE.migrations:
        room = migration.migration_id.split("_")[1]
        for name in re.findall(r"create (?:table|domain|type|view) trimtab\.(\w+)", migration.text):
            found[name] = room
    return found


def uses_of_lower_rooms(room: str, text: str, rooms: dict[str, str]) -> set[str]:
    """Objects of lower rooms that a text names; comments do not count."""
    code = re.sub(r"--[^\n]*", "", text)
    return {
        name
        for name in re.findall(r"\btrimtab\.(\w+)", code)
        if name in rooms and ROOMS.index(rooms[name]) > ROOMS.index(room)
    }


def test_functions_use_only_rooms_above_their_own(database: Database) -> None:
    rooms = rooms_of_objects()
    faults = {
        f"{name} ({rooms[name]})": used
        for name, body in database.rows(HEAD + "select proname::text, pg_get_functiondef(oid) from functions")
        if (used := uses_of_lower_rooms(rooms[name], body, rooms))
    }
    assert faults == {}


def test_views_use_only_rooms_above_their_own(database: Database) -> None:
    rooms = rooms_of_objects()
    faults = {
        f"{name} ({rooms[name]})": used
        for name, definition in database.rows(
            "select c.relname::text, (select string_agg('trimtab.' || coalesce(u.relname, p.proname), ' ')"
            " from pg_rewrite w join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid"
            " left join pg_class u on d.refclassid = 'pg_class'::regclass and u.oid = d.refobjid"
            " left join pg_proc p on d.refclassid = 'pg_proc'::regclass and p.oid = d.refobjid"
            " where w.ev_class = c.oid)"
            " from pg_class c where c.relnamespace = 'trimtab'::regnamespace and c.relkind = 'v'"
        )
        if (used := uses_of_lower_rooms(rooms[name], definition or "", rooms))
    }
    assert faults == {}


def test_foreign_keys_and_policies_use_only_rooms_above_their_own(database: Database) -> None:
    rooms = rooms_of_objects()
    for table, other in database.rows(
        "select distinct replace(k.conrelid::regclass::text, 'trimtab.', ''), replace(k.confrelid::regclass::text,"
        " 'trimtab.', '')"
        " from pg_constraint k join pg_class c on c.oid = k.conrelid"
        " where k.contype = 'f' and k.connamespace = 'trimtab'::regnamespace and not c.relispartition and"
        " k.conparentid = 0"
    ):
        assert ROOMS.index(rooms[other]) <= ROOMS.index(rooms[table]), f"{table} → {other}"
    for path in TREE.manifest:
        if path.startswith("policies/"):
            assert uses_of_lower_rooms(path.split("/")[1], TREE.text(path), rooms) == set(), path


def test_the_search_for_lower_rooms_finds_them() -> None:
    rooms = {"campaigns": "campaigns", "decide": "rules", "users": "tenancy"}
    text = "select from trimtab.users, trimtab.campaigns; -- trimtab.decide()\nselect trimtab.decide()"
    assert uses_of_lower_rooms("tenancy", text, rooms) == {"campaigns", "decide"}
    assert uses_of_lower_rooms("campaigns", text, rooms) == {"decide"}
    assert uses_of_lower_rooms("rules", text, rooms) == set()
