"""`trimtab org`, `member`, `login`, `audit`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from support.database import ENGINE, SUPERUSER, Database

from trimtab.cli.main import main

Run = Callable[..., Result]


@pytest.fixture
def run(db: Database) -> Run:
    """Call the command line as somebody, by default as the engine."""

    def call(*arguments: str, user: str = ENGINE, text: str | None = None, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--database-url", db.dsn(user), *arguments], input=text)
        assert result.exit_code == code, result.output
        return result

    return call


def rows(result: Result) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def test_an_organization_its_people_and_their_roles(run: Run) -> None:
    org = run(
        "org", "create", "Acme", "--time-zone", "Europe/Berlin", "--currency", "eur", "--owner", "olga@example.com"
    )
    assert [(o["org_id"], o["name"], o["currency"], o["members"]) for o in rows(run("org", "list", "--json"))] == [
        (org.stdout.strip(), "Acme", "EUR", 1)
    ]
    jane = run("member", "add", "jane@example.com", "--role", "viewer", "--name", "Jane").stdout.strip()
    run("member", "role", "jane@example.com", "analyst")
    people = rows(run("member", "list", "--json"))
    assert [(p["email"], p["name"], p["role"]) for p in people] == [
        ("olga@example.com", None, "owner"),
        ("jane@example.com", "Jane", "analyst"),
    ]
    assert people[1]["user_id"] == jane
    refused = run("member", "remove", "olga@example.com", code=1)
    assert "the last owner stays" in refused.stderr
    assert "[TT050]" in refused.stderr
    run("member", "remove", jane)
    assert len(rows(run("member", "list", "--json"))) == 1
    assert "there is no member" in run("member", "remove", jane, code=1).stderr
    trail = [entry["action"] for entry in rows(run("audit", "--json", "--action", "membership."))]
    assert trail == ["membership.deleted", "membership.updated", "membership.created", "membership.created"]
    assert "membership.deleted" in run("audit", "--limit", "1").stdout


def test_the_organization_may_be_left_out_when_there_is_one(run: Run) -> None:
    assert "there is no organization yet" in run("member", "list", code=1).stderr
    first = run("org", "create", "Acme").stdout.strip()
    run("member", "list")
    second = run("org", "create", "Acme").stdout.strip()
    third = run("org", "create", "Bolt").stdout.strip()
    assert "say which organization" in run("member", "list", code=1).stderr
    twice = run("member", "list", "--org", "Acme", code=1)
    assert "2 organizations are called 'Acme'" in twice.stderr
    assert first in twice.stderr
    assert second in twice.stderr
    run("member", "list", "--org", "Bolt")
    run("member", "list", "--org", third.upper())
    assert "there is no organization 'Cord'" in run("member", "list", "--org", "Cord", code=1).stderr


def test_settings_archive_restore(run: Run) -> None:
    org = run("org", "create", "Acme").stdout.strip()
    shown = rows(run("org", "settings", "--time-zone", "Asia/Tokyo", "--currency", "JPY", "--json"))
    assert shown == [{"name": "Acme", "time_zone": "Asia/Tokyo", "currency": "JPY"}]
    wrong = run("org", "settings", "--time-zone", "Mars/Base", "--currency", "¥", code=1).stderr
    assert "Time zone 'Mars/Base' is not known. Currency '¥' is not a code of three letters." in wrong
    run("org", "archive", "Acme", code=2)
    run("org", "archive", "Acme", "--yes")
    assert rows(run("org", "list", "--json")) == []
    assert [o["org_id"] for o in rows(run("org", "list", "--archived", "--json"))] == [org]
    run("org", "restore", org)
    assert len(rows(run("org", "list", "--json"))) == 1


def test_a_login_is_made_bound_used_unbound_and_removed(run: Run, db: Database) -> None:
    org = run("org", "create", "Acme").stdout.strip()
    run("org", "create", "Bolt")
    jane = run("member", "add", "jane@example.com", "--role", "analyst", "--org", "Acme").stdout.strip()
    name = f"jane {db.name}"
    create = ("login", "create", name, "--member", "jane@example.com", "--org", "Acme")
    told = run(*create, code=1).stderr
    assert "trimtab_engine may not make roles" in told
    assert f'create role "{name}" login in role trimtab_user;' in told
    run(*create, "--password", user=SUPERUSER, text="pa'ss\npa'ss\n")
    run(*create, user=SUPERUSER)  # twice is the same as once
    stored = db.value("select rolpassword from pg_authid where rolname = %s", [name])
    assert stored.startswith("SCRAM-SHA-256$")
    logins = {row["login"]: row for row in rows(run("login", "list", "--json"))}
    assert logins[name] == {
        "login": name, "kind": "analyst", "person": "jane@example.com", "organizations": "Acme", "role_exists": True,
    }  # fmt: skip
    assert logins[ENGINE]["kind"] == "engine"

    assert db.rows("select org_id::text from trimtab.my_organizations()", user=name) == [(org,)]
    assert [p["email"] for p in rows(run("member", "list", "--json", user=name))] == ["jane@example.com"]
    assert "there is no organization 'Bolt'" in run("member", "list", "--org", "Bolt", user=name, code=1).stderr
    assert "[TT003]" in run("member", "add", "x@example.com", "--role", "viewer", user=name, code=1).stderr

    assert "[TT009]" in run("login", "bind", name, "--org", "Bolt", code=1).stderr
    run("member", "add", "--user", jane, "--role", "viewer", "--org", "Bolt")
    run("login", "bind", name, "--org", "Bolt")
    assert "say which organization" in run("member", "list", user=name, code=1).stderr
    assert len(rows(run("member", "list", "--org", "Bolt", "--json", user=name))) == 1
    run("login", "unbind", name, "--org", "Bolt")
    assert run("login", "remove", name).stdout == f'drop role "{name}";\n'
    assert "there is no organization" in run("org", "settings", "--org", org, user=name, code=1).stderr
    db.rows(f'drop role "{name}"')


def test_erasing_a_person_names_the_roles_that_are_left(run: Run, db: Database) -> None:
    run("org", "create", "Acme")
    jane = run("member", "add", "jane@example.com", "--role", "analyst").stdout.strip()
    name = f"jane_{db.name}"
    run("login", "create", name, "--member", jane, user=SUPERUSER)
    run("member", "erase", jane, code=2)
    assert run("member", "erase", jane, "--yes").stdout == f'drop role "{name}";\n'
    assert db.value("select count(*) from trimtab.users where email is not null") == 0
    db.rows(f'drop role "{name}"')


def test_an_analyst_needs_a_person_and_others_have_none(run: Run) -> None:
    run("org", "create", "Acme")
    assert "needs --member" in run("login", "create", "x", code=2).stderr
    assert "needs --member" in run("login", "create", "x", "--kind", "application", "--member", "y", code=2).stderr
