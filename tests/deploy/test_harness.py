"""The harness itself: a pgTAP report that should fail does, and databases are independent of each other."""

from __future__ import annotations

import pytest
from support.database import Database, TestCluster
from support.tap import judge, leaves_nothing


@pytest.mark.parametrize(
    ("report", "problem"),
    [
        ("1..2\nok 1 - a\nok 2 - b", None),
        ("1..1\nok 1", None),
        ("1..1\nnot ok 1 - later # TODO not yet", None),
        ("1..2\nok 1 - a\nnot ok 2 - b\n# Failed test 2", "not ok 2 - b"),
        ("1..2\nok 1 - a", "planned 2 assertions, ran 1"),
        ("1..1\nok 1 - a\nok 2 - b", "planned 1 assertions, ran 2"),
        ("ok 1 - a", "no plan"),
        ("", "no plan"),
        ("1..2\nok 1 - a\nok 1 - b", "came as number 2"),
    ],
)
def test_judge(report: str, problem: str | None) -> None:
    found = "\n".join(judge(report))
    assert (found == "") if problem is None else (problem in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("begin;\nselect plan(1);\nrollback;\n", True),
        ("-- what\nbegin;\nselect 1;\n\nrollback;", True),
        ("begin;\nselect 1;\ncommit;\n", False),
        ("begin;\nselect 1;\nrollback;\nselect 2;", False),
        ("begin;\nselect 1;\ncommit;\nbegin;\nrollback;", False),
        ("select 1;\nrollback;", False),
        ("", False),
    ],
)
def test_leaves_nothing(text: str, expected: bool) -> None:
    assert leaves_nothing(text) is expected


def test_databases_are_copies(cluster: TestCluster, db: Database) -> None:
    db.rows("insert into trimtab.settings (name, value, description) values ('only here', '1', 'of one copy')")
    other = cluster.create(cluster.template("migrated"))
    try:
        assert other.value("select count(*) from trimtab.settings where name = 'only here'") == 0
    finally:
        cluster.drop(other)


def test_roles_reach_their_database(db: Database) -> None:
    for role in ("postgres", "trimtab_admin", "trimtab_engine"):
        assert db.value("select session_user::text", user=role) == role
