"""The catalogue of events and the functions that write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.database import Database

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"
CALL = re.compile(r"trimtab\.emit_event\(\s*(?:p_org_id =>\s*)?[\w.]+(?:\(\w+\))?,\s*(?:p_type =>\s*)?([^,;]*?),")
TYPE = re.compile(r"'([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)'")
# They write what somebody else names: a person, a rule's document, a message from outside.
OF_OTHERS = {
    "events/emit_event.sql",
    "events/emit_submitted.sql",
    "rules/act_emit_event.sql",
    "triggers/target_emit_event.sql",
    "triggers/take_webhook.sql",
}


def emitted() -> Iterator[tuple[str, str, str]]:
    """File, room, and type of each call of emit_event(): a type, or its beginning with a star."""
    for path in sorted(FUNCTIONS.glob("*/*.sql")):
        file, room = str(path.relative_to(FUNCTIONS)), path.parent.name
        text = re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8")).split("\ncomment on")[0]
        if file in OF_OTHERS:
            continue
        for argument in CALL.findall(text):
            if whole := re.fullmatch(r"'([^']+)'", argument.strip()):
                yield file, room, whole[1]
            elif begun := re.fullmatch(r"'([a-z_]+\.)' \|\| .*", argument.strip(), re.DOTALL):
                yield file, room, begun[1] + "*"
            else:
                for name in TYPE.findall(text):
                    yield file, room, name
        if "insert into trimtab.events" in text and room != "events":
            for name in TYPE.findall(text):
                yield file, room, name


def matches(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


@pytest.fixture
def catalogue(db: Database) -> dict[str, str]:
    """The system's types, each with its room."""
    return dict(db.rows("select t.type, t.room from trimtab.event_types t where t.source = 'system'"))


def test_every_call_is_understood() -> None:
    calls = sum(
        len(re.findall(r"trimtab\.emit_event\(", path.read_text(encoding="utf-8").split("\ncomment on")[0]))
        for path in FUNCTIONS.glob("*/*.sql")
        if str(path.relative_to(FUNCTIONS)) not in OF_OTHERS and "function trimtab.emit_event(" not in path.read_text()
    )
    understood = sum(
        len(CALL.findall(re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8")).split("\ncomment on")[0]))
        for path in FUNCTIONS.glob("*/*.sql")
        if str(path.relative_to(FUNCTIONS)) not in OF_OTHERS
    )
    assert calls == understood > 10


def test_what_functions_write_is_in_the_catalogue(catalogue: dict[str, str]) -> None:
    found = list(emitted())
    assert len(found) > 15
    missing = {
        f"{file}: {pattern}" for file, _, pattern in found if not any(matches(pattern, name) for name in catalogue)
    }
    assert missing == set(), "sql/reference/event_types.sql lists every type"


def test_what_is_in_the_catalogue_is_written_in_its_room(catalogue: dict[str, str]) -> None:
    found = list(emitted())
    unwritten = {
        f"{name} ({room})"
        for name, room in catalogue.items()
        if not any(room == where and matches(pattern, name) for _, where, pattern in found)
    }
    assert unwritten == set(), "the catalogue promises nothing that no function writes"


def test_the_tests_notice_an_event_that_is_not_as_the_catalogue_says(tap_db: Database) -> None:
    org = tap_db.value("select test.organization('Acme')")
    write = "select trimtab.emit_event(%s::uuid, %s, %s::jsonb, %s)"
    sound = '{"change_id": "x", "action_type": "x", "error_code": "x", "error_message": "x"}'
    tap_db.rows(write, [org, "action.failed", sound, "campaign"])
    for kind, payload, subject in (
        ("action.failed", "{}", "campaign"),
        ("action.failed", sound[:-1] + ', "more": 1}', "campaign"),
        ("action.failed", sound, "alert"),
        ("action.unheard_of", sound, "campaign"),
    ):
        with pytest.raises(Exception, match="an event is not as"):
            tap_db.rows(write, [org, kind, payload, subject])
