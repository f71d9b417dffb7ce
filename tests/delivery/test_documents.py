"""docs/alerts.md says what the database does."""

from __future__ import annotations

import re

from support.database import Database

from trimtab.database.tree import checkout

PAGE = (checkout() / "docs" / "alerts.md").read_text(encoding="utf-8")


def test_codes_settings_functions_and_views_exist(tap_db: Database) -> None:
    codes = set(re.findall(r"\bTT\d{3}\b", PAGE))
    assert codes
    assert codes <= {code for (code,) in tap_db.rows("select code from trimtab.error_codes")}
    settings = set(re.findall(r"setting `(\w+)`", PAGE))
    assert settings == {name for (name,) in tap_db.rows("select name from trimtab.settings where name like 'webhook%'")}
    names = set(re.findall(r"trimtab\.(\w+)", PAGE)) | set(re.findall(r"`(check_\w+)`", PAGE))
    known = {
        name
        for (name,) in tap_db.rows(
            "select proname from pg_proc where pronamespace = 'trimtab'::regnamespace union"
            " select relname from pg_class where relnamespace = 'trimtab'::regnamespace"
        )
    }
    assert names <= known


def test_the_events_of_an_alert_are_those_of_the_trigger(tap_db: Database) -> None:
    stated = set(re.findall(r"`alert\.(\w+)`", PAGE))
    body = tap_db.value("select prosrc from pg_proc where proname = 'announce_alert'")
    assert stated == set(re.findall(r"\('(\w+)',", body))


def test_the_statements_run_as_printed(tap_db: Database) -> None:
    org = tap_db.value("select test.organization('Acme')")
    admin = tap_db.value("select test.member(%s, 'admin')", [org])
    tap_db.rows("select test.member(%s, 'manager')", [org])
    for block in re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL):
        for statement in re.sub(r"--[^\n]*", "", block).split(";"):
            if statement.strip():
                with tap_db.connect(admin) as connection:
                    shown = statement.replace("6f0e…", str(alert_id(tap_db, org)))
                    connection.execute(shown.encode())


def alert_id(db: Database, org: object) -> object:
    """A new alert's id."""
    with db.connect() as connection:
        connection.execute("set role trimtab_definer")
        row = connection.execute("select trimtab.create_alert(%s, gen_random_uuid()::text)", [org]).fetchone()
        connection.execute("reset role")
    assert row is not None
    return row[0]
