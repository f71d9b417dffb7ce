"""`trimtab verify`: a sound installation passes, and each damage is found by its check, with the next command."""

from __future__ import annotations

import pytest
from support.database import ADMIN, ENGINE, Database

from trimtab.database.checks import Check
from trimtab.database.deploy import migrate
from trimtab.database.verify import verify


def failures(database: Database) -> dict[str, Check]:
    return {check.name: check for check in verify(database.dsn(ENGINE)) if check.verdict == "fail"}


def test_sound_installation_passes(db: Database) -> None:
    checks = verify(db.dsn(ENGINE))
    assert [check for check in checks if check.verdict == "fail"] == []
    assert {"server", "pgcrypto", "deploy", "rights", "row security", "views", "search_path", "grants"} <= {
        check.name for check in checks
    }


def test_empty_database_says_migrate(empty_db: Database) -> None:
    found = failures(empty_db)
    assert found["deploy"].next_step == "trimtab migrate"


@pytest.mark.parametrize(
    ("damage", "name", "found", "next_step"),
    [
        (
            "alter table trimtab.campaigns no force row level security",
            "row security",
            "trimtab.campaigns: row security is not forced",
            "--again",
        ),
        ("alter table trimtab.audit_log disable row level security", "row security", "is off", "--again"),
        ("create view trimtab.leak as select * from trimtab.campaigns", "views", "leak", "migrate"),
        ("create view trimtab.leak as select 1", "owners", "trimtab.leak belongs to postgres", "migrate"),
        ("create materialized view trimtab.pile as select 1", "views", "materialized", "migrate"),
        ("alter function trimtab.require_org(text) reset search_path", "search_path", "require_org", "--again"),
        (
            "alter function trimtab.require_org(text) set search_path to pg_temp, trimtab",
            "search_path",
            "search_path is pg_temp, trimtab",
            "--again",
        ),
        ("grant execute on function trimtab.clock() to public", "public", "everybody may call", "migrate --again"),
        ("grant select on trimtab.campaigns to public", "public", "everybody may select", "revoke"),
        ("grant update on trimtab.campaigns to trimtab_user", "grants", "trimtab_user has update", "from trimtab_user"),
        ("grant truncate on trimtab.audit_log to trimtab_user", "grants", "trimtab_user has truncate", "revoke all on"),
        (
            "grant select (title) on trimtab.campaigns to public",
            "public",
            "may select trimtab.campaigns.title",
            "revoke",
        ),
        (
            "create policy everybody on trimtab.campaigns for select to trimtab_user using (true)",
            "policies",
            "campaigns: everybody shows every organization's rows; campaigns: no file makes everybody",
            "drop",
        ),
        (
            "alter policy tenant_select on trimtab.audit_log using (true)",
            "policies",
            "audit_log: tenant_select shows every organization's rows",
            "--again",
        ),
        (
            "drop policy tenant_select on trimtab.audit_log",
            "policies",
            "audit_log: tenant_select is missing",
            "--again",
        ),
        (
            "alter table trimtab.campaigns disable trigger record_change",
            "triggers",
            "campaigns: record_change is disabled",
            "enable",
        ),
        ("drop trigger record_change on trimtab.campaigns", "triggers", "record_change is missing", "--again"),
        (
            "create trigger late before insert on trimtab.campaigns execute function trimtab.write_audit()",
            "triggers",
            "campaigns: no file makes late",
            "drop",
        ),
        (
            "create or replace function trimtab.round_down_money(p_amount numeric, p_currency text) returns numeric"
            " language sql stable set search_path to trimtab, pg_catalog, pg_temp as 'select 1.0'",
            "bodies",
            "round_down_money() is not as in its file",
            "--again",
        ),
        (
            "alter function trimtab.clock() owner to postgres",
            "owners",
            "trimtab.clock() belongs to postgres",
            "migrate",
        ),
        (
            "alter function trimtab.write_audit() owner to trimtab_owner",
            "owners",
            "is security definer and belongs to trimtab_owner",
            "migrate",
        ),
        ("delete from trimtab_deploy.repeatables where path like '%/clock.sql'", "deploy", "1 things to do", "migrate"),
        (
            "update trimtab_deploy.migrations set sha256 = '' where migration_id like '0001%'",
            "deploy",
            "edited after it was applied",
            "new migration",
        ),
    ],
)
def test_damage_is_found(db: Database, damage: str, name: str, found: str, next_step: str) -> None:
    with db.connect() as connection:
        connection.execute(damage.encode())
    check = failures(db)[name]
    assert found in check.found
    assert next_step in (check.next_step or "")


def test_grant_on_a_partition_is_found(db: Database) -> None:
    partition = db.value("select oid::regclass::text from pg_class where relispartition and relkind = 'r' limit 1")
    with db.connect() as connection:
        connection.execute(f"grant select on {partition} to trimtab_user".encode())
    assert f"trimtab_user has a grant on the partition {partition}" in failures(db)["grants"].found


@pytest.mark.parametrize(
    ("damage", "repair", "found"),
    [
        ("alter role trimtab_engine bypassrls", "alter role trimtab_engine nobypassrls", "bypasses row security"),
        ("alter role trimtab_owner login", "alter role trimtab_owner nologin", "trimtab_owner may log in"),
        ("grant trimtab_definer to trimtab_engine", "revoke trimtab_definer from trimtab_engine", "is a member of"),
    ],
)
def test_rights_of_roles(db: Database, damage: str, repair: str, found: str) -> None:
    with db.connect() as connection:
        connection.execute(damage.encode())
        try:
            check = failures(db)["rights"]
        finally:
            connection.execute(repair.encode())
    assert found in check.found
    assert (check.next_step or "").startswith("as an administrator: ")
    assert "rights" not in failures(db)


def test_loading_again_mends(db: Database) -> None:
    with db.connect() as connection:
        connection.execute("alter table trimtab.campaigns no force row level security")
        connection.execute("alter function trimtab.write_audit() owner to trimtab_owner")
        connection.execute("alter function trimtab.require_org(text) reset search_path")
        connection.execute("grant execute on function trimtab.clock() to public")
    assert len(failures(db)) == 4
    migrate(db.dsn(ADMIN), again=True)
    assert failures(db) == {}
