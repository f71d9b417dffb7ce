"""The rules for SQL files that a reader would otherwise have to watch for, held over PostgreSQL's own parse tree."""

from __future__ import annotations

import ast as python_ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pglast import ast, enums, parse_sql

from trimtab.database.tree import Tree, check_texts

TREE = Tree()
ROOMS = (
    "tenancy", "events", "campaigns", "delivery", "actions", "detection", "rules", "scheduling", "workflows",
    "triggers", "orchestration", "audiences", "messaging", "analytics", "clockwork",
)  # fmt: skip
LONGEST_NAME = 63  # what PostgreSQL keeps of a name

# They keep the parameter names of the documents they come from.
SEED_NAMED = {
    "auto_pause_campaign",
    "auto_scale_campaign",
    "detect_optimization_opportunities",
    "identify_scaling_candidates",
    "identify_underperforming_campaigns",
    "init_transaction_context",
    "run_autonomous_operations",
    "store_optimization_opportunity",
}
# The one source of time, the measure of durations, and the two that tell one transaction from another by its start.
READS_THE_CLOCK = {
    "functions/tenancy/clock.sql",
    "functions/tenancy/stopwatch.sql",
    "functions/tenancy/init_transaction_context.sql",
    "functions/tenancy/session_context.sql",
}
PRESENT = re.compile(
    r"\b(now|transaction_timestamp|statement_timestamp|clock_timestamp|timeofday)\s*\(|\bcurrent_(date|time|timestamp)\b"
    r"|\blocaltime(stamp)?\b",
    re.IGNORECASE,
)
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
ERROR_CODE = re.compile(r"'(TT[0-9A-Z]{3})'")
ALLOWED = {
    "functions": {"CreateFunctionStmt", "CommentStmt", "GrantStmt", "AlterOwnerStmt", "CreateTrigStmt", "DropStmt"},
    "views": {"ViewStmt", "CommentStmt", "GrantStmt", "CreateTrigStmt", "DropStmt"},
    "policies": {"CreatePolicyStmt", "AlterTableStmt", "CommentStmt", "GrantStmt", "DropStmt"},
    "sql": {"InsertStmt", "UpdateStmt", "DeleteStmt", "SelectStmt", "CallStmt", "LockStmt"},
}


def statements(text: str) -> list[Any]:
    return [raw.stmt for raw in parse_sql(text)]


def is_a(stmt: Any, kind: Any) -> bool:
    """isinstance, without the types of pglast, for which every part of a node may be missing."""
    return isinstance(stmt, kind)


def kind_of(path: str) -> str:
    return path.split("/", 1)[0]


def names(nodes: Any) -> list[str]:
    return [node.sval for node in nodes or ()]


def options(function: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option in function.options or ():
        if option.defname == "set":
            found[f"set {option.arg.name}"] = [argument.val.sval for argument in option.arg.args or ()]
        else:
            found[option.defname] = getattr(option.arg, "sval", getattr(option.arg, "boolval", option.arg))
    return found


def faults_of_statement(kind: str, stmt: Any) -> Iterator[str]:
    name = type(stmt).__name__
    if name not in ALLOWED[kind]:
        yield f"{name} does not belong into a repeatable file of {kind}/"
    # PostgreSQL cannot replace a constraint trigger: it is dropped and made again.
    is_constraint = is_a(stmt, ast.CreateTrigStmt) and stmt.isconstraint
    is_made = is_a(stmt, ast.CreateFunctionStmt | ast.ViewStmt | ast.CreateTrigStmt)
    if is_made and not stmt.replace and not is_constraint:
        yield f"{name} without 'or replace'"
    if is_a(stmt, ast.DropStmt) and not stmt.missing_ok:
        yield "drop without 'if exists'"
    if is_a(stmt, ast.DropStmt) and stmt.behavior == enums.DropBehavior.DROP_CASCADE:
        yield "drop … cascade"
    if is_a(stmt, ast.InsertStmt) and stmt.onConflictClause is None:
        yield "insert without 'on conflict' cannot run again"
    if is_a(stmt, ast.GrantStmt) and stmt.is_grant:
        grantees = [grantee.rolename for grantee in stmt.grantees]
        if None in grantees:
            yield "a grant to public"
        if isinstance(stmt.privileges, type(None)):
            yield "grant all"


def faults_of_function(path: str, stmt: Any, comments: set[str]) -> Iterator[str]:
    schema, name = names(stmt.funcname)
    found = options(stmt)
    procedure = stmt.is_procedure
    atomic = stmt.sql_body is not None
    if schema != "trimtab":
        yield f"{name} is not in the schema trimtab"
    if name != Path(path).stem:
        yield f"{name} does not belong into a file of another name"
    if len(name.encode()) > LONGEST_NAME:
        yield f"{name} is longer than {LONGEST_NAME} bytes"
    if not procedure:
        for wanted in ("volatility", "parallel"):
            if wanted not in found:
                yield f"{name} states no {wanted}"
    search_path = found.get("set search_path")
    if search_path is None:
        if not (atomic or procedure) or found.get("security"):
            yield f"{name} sets no search_path"
    elif search_path not in (["trimtab", "pg_catalog", "pg_temp"], ["pg_catalog", "pg_temp"]):
        yield f"{name}: search_path is {', '.join(search_path)}"
    if name not in comments:
        yield f"{name} has no comment"
    modes = enums.FunctionParameterMode
    inputs = {modes.FUNC_PARAM_IN, modes.FUNC_PARAM_INOUT, modes.FUNC_PARAM_VARIADIC, modes.FUNC_PARAM_DEFAULT}
    for parameter in stmt.parameters or ():
        if parameter.mode in inputs and name not in SEED_NAMED and not (parameter.name or "").startswith("p_"):
            yield f"{name}: the parameter {parameter.name} does not begin with p_"


def faults_of_file(path: str, text: str) -> list[str]:
    kind = kind_of(path)
    found: list[str] = []
    stmts = statements(text)
    for stmt in stmts:
        found += faults_of_statement(kind, stmt)
    bare = COMMENT.sub("", text)
    if kind == "functions":
        comments = {
            getattr(c.object.objname[-1], "sval", "")
            for c in stmts
            if is_a(c, ast.CommentStmt) and hasattr(c.object, "objname")
        }
        functions = [stmt for stmt in stmts if is_a(stmt, ast.CreateFunctionStmt)]
        if not functions:
            found.append("no function in it")
        for function in functions:
            found += faults_of_function(path, function, comments)
        given_away = any(is_a(stmt, ast.AlterOwnerStmt) for stmt in stmts)
        for function in functions:
            if options(function).get("security") and not given_away:
                found.append("a definer function that stays with trimtab_owner: alter function … owner to")
            if options(function).get("security") and not re.search(r"--[^\n]*definer", text):
                found.append("no comment says why it is security definer")
        if path not in READS_THE_CLOCK and (present := PRESENT.search(bare)):
            found.append(f"'{present[0]}' in logic: take p_as_of, or trimtab.clock()")
    if kind == "views":
        for line in text.splitlines():
            if re.match(r"create\b.*\bview\b", line) and "with (security_invoker = true) as" not in line:
                found.append("'with (security_invoker = true) as' is not on the line of 'create or replace view'")
        views = [stmt for stmt in stmts if is_a(stmt, ast.ViewStmt)]
        for view in views:
            if not any(option.defname == "security_invoker" for option in view.options or ()):
                found.append(f"{view.view.relname} is not security_invoker")
            if view.view.schemaname != "trimtab":
                found.append(f"{view.view.relname} is not in the schema trimtab")
        if Path(path).stem not in [view.view.relname for view in views]:
            found.append("no view of the file's name in it")
    if kind == "policies":
        dropped: set[tuple[str, ...]] = set()
        for stmt in stmts:
            if is_a(stmt, ast.DropStmt) and stmt.removeType == enums.ObjectType.OBJECT_POLICY:
                dropped |= {tuple(names(item)) for item in stmt.objects}
            if is_a(stmt, ast.CreatePolicyStmt):
                key = (stmt.table.schemaname, stmt.table.relname, stmt.policy_name)
                if key not in dropped:
                    found.append(f"the policy {stmt.policy_name} is not dropped before it is made, so a change fails")
                if stmt.table.relname != Path(path).stem:
                    found.append(f"a policy of {stmt.table.relname} in the file of another table")
    return found


@pytest.mark.parametrize("path", TREE.manifest)
def test_repeatable(path: str) -> None:
    assert faults_of_file(path, TREE.text(path)) == []


@pytest.mark.parametrize("path", TREE.manifest)
def test_room_and_name(path: str) -> None:
    parts = Path(path).parts
    if parts[0] == "sql":
        assert parts[1] == "reference"
    else:
        assert len(parts) == 3
        assert parts[1] in ROOMS
    assert re.fullmatch(r"[a-z][a-z0-9_]*\.sql", parts[-1])


@pytest.mark.parametrize("migration", TREE.migrations, ids=lambda migration: migration.migration_id)
def test_migration(migration: Any) -> None:
    name = re.fullmatch(r"(\d{4})_([a-z]+)_([a-z0-9_]+)", migration.migration_id)
    assert name, "the name is NNNN_<room>_<what>"
    assert name[2] in ROOMS
    assert [m.migration_id for m in TREE.migrations if m.migration_id[:4] == name[1]] == [migration.migration_id]
    for stmt in statements(migration.text):
        assert not is_a(stmt, ast.CreatePolicyStmt), "policies are repeatables"
        assert not is_a(stmt, ast.ViewStmt), "views are repeatables"
        if is_a(stmt, ast.CreateStmt):
            assert stmt.relation.schemaname == "trimtab", f"{stmt.relation.relname} is not in the schema trimtab"
            assert not stmt.if_not_exists
    statements(migration.rollback_text)


def test_tree_has_no_faults() -> None:
    assert TREE.faults() == []
    check_texts(TREE.migrations)


def test_every_error_code_is_listed_and_every_listed_one_is_used() -> None:
    listed = set(ERROR_CODE.findall(TREE.text("sql/reference/error_codes.sql")))
    used: dict[str, str] = {}
    for path in TREE.manifest:
        if kind_of(path) != "sql":
            used |= dict.fromkeys(ERROR_CODE.findall(TREE.text(path)), path)
    assert {code: path for code, path in used.items() if code not in listed} == {}
    assert listed - set(used) == set()


@pytest.mark.parametrize("path", sorted((TREE.root / "ops").rglob("*.py")), ids=lambda path: path.name)
def test_no_sql_in_f_strings(path: Path) -> None:
    sql = re.compile(r"\s*(select|insert into|update|delete from|create|alter|drop|grant|revoke|call|set|with)\s", re.I)
    for node in python_ast.walk(python_ast.parse(path.read_text())):
        if isinstance(node, python_ast.Call) and getattr(node.func, "attr", "") in ("execute", "executemany", "copy"):
            for argument in node.args[:1]:
                for part in python_ast.walk(argument):
                    assert not isinstance(part, python_ast.JoinedStr), f"line {node.lineno}: an f-string is executed"
                    if isinstance(part, python_ast.BinOp) and isinstance(part.op, python_ast.Mod):
                        pytest.fail(f"line {node.lineno}: SQL is put together with %")
        if isinstance(node, python_ast.Call) and getattr(node.func, "attr", "") == "format":
            value = getattr(node.func, "value", None)
            if isinstance(value, python_ast.Constant) and isinstance(value.value, str):
                assert not sql.match(value.value), f"line {node.lineno}: SQL is put together with format()"


# --- the rules themselves can fail ------------------------------------------------------------------------------------

GOOD_FUNCTION = """\
create or replace function trimtab.f(p_a integer) returns integer language sql stable parallel safe
  set search_path to trimtab, pg_catalog, pg_temp as $$ select 1 $$;
comment on function trimtab.f(integer) is 'One.';
"""
DEFINER = GOOD_FUNCTION.replace("stable", "stable security definer")


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("functions/tenancy/f.sql", GOOD_FUNCTION, None),
        ("functions/tenancy/g.sql", GOOD_FUNCTION, "a file of another name"),
        ("functions/tenancy/f.sql", GOOD_FUNCTION.replace("or replace ", ""), "without 'or replace'"),
        ("functions/tenancy/f.sql", GOOD_FUNCTION.replace(" stable", ""), "no volatility"),
        ("functions/tenancy/f.sql", GOOD_FUNCTION.replace(" parallel safe", ""), "no parallel"),
        ("functions/tenancy/f.sql", GOOD_FUNCTION.replace(", pg_temp", ""), "search_path is trimtab, pg_catalog"),
        ("functions/tenancy/f.sql", re.sub(r"set search.*pg_temp", "", GOOD_FUNCTION), "sets no search_path"),
        ("functions/tenancy/f.sql", GOOD_FUNCTION.replace("p_a", "a"), "does not begin with p_"),
        ("functions/tenancy/f.sql", GOOD_FUNCTION.replace("select 1", "select now()"), "in logic"),
        ("functions/tenancy/f.sql", GOOD_FUNCTION.replace("select 1", "select 1 -- now()\n"), None),
        ("functions/tenancy/f.sql", GOOD_FUNCTION.split("comment")[0], "has no comment"),
        ("functions/tenancy/f.sql", DEFINER, "stays with trimtab_owner"),
        ("functions/tenancy/f.sql", DEFINER, "why it is security definer"),
        ("functions/tenancy/f.sql", GOOD_FUNCTION + "create table trimtab.t (a int);", "CreateStmt does not belong"),
        ("functions/tenancy/f.sql", GOOD_FUNCTION + "grant execute on function trimtab.f to public;", "to public"),
        ("views/tenancy/v.sql", "create or replace view trimtab.v with (security_invoker = true) as select 1;", None),
        ("views/tenancy/v.sql", "create or replace view trimtab.v as select 1;", "is not security_invoker"),
        (
            "views/tenancy/v.sql",
            "create or replace view trimtab.v\nwith (security_invoker = true) as select 1;",
            "is not on the line",
        ),
        ("policies/tenancy/t.sql", "create policy p on trimtab.t using (true);", "not dropped before"),
        (
            "policies/tenancy/t.sql",
            "drop policy if exists p on trimtab.t; create policy p on trimtab.t using (true);",
            None,
        ),
        ("policies/tenancy/t.sql", "drop policy p on trimtab.t;", "without 'if exists'"),
        ("policies/tenancy/t.sql", "grant all on trimtab.t to trimtab_user;", "grant all"),
        ("sql/reference/t.sql", "insert into trimtab.t values (1);", "cannot run again"),
        ("sql/reference/t.sql", "insert into trimtab.t values (1) on conflict do nothing;", None),
    ],
)
def test_rules_find_what_they_are_for(path: str, text: str, fault: str | None) -> None:
    found = faults_of_file(path, text)
    assert found == [] if fault is None else any(fault in line for line in found), found
