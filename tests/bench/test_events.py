"""The journal: 100,000 events through emit_events(), with a thousand triggers listening, against a bare COPY."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bench import measure
from psycopg.types.json import Jsonb
from support.database import Connection, Database, TestCluster

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

LOGIN = "bench_teller"
EVENTS = 100_000
TRIGGERS = 1000
RECORDED = "2026-06-15 12:00:00+00"
COLUMNS = "(org_id, recorded_at, occurred_at, type, payload, source, dedupe_key)"
INTO_EVENTS = f"copy bench.events {COLUMNS} from stdin"
INTO_KEYS = "copy bench.event_keys (org_id, dedupe_key, recorded_at) from stdin"

Document = dict[str, Any]


def event(number: int) -> Document:
    """One of four types, three of them with a schema."""
    kind = number % 4
    at = f"2026-05-{1 + number % 31:02}T{number // 7 % 24:02}:{number // 3 % 60:02}:00Z"
    payload: Document
    if kind == 0:
        payload = {
            "sentiment": (number * 7919 % 2001 - 1000) / 1000,
            "engagement_rate": number * 31 % 900 / 100,
            "author": {"name": f"Author {number}", "followers": number * 104729 % 1_000_000},
            "platform": "twitter",
            "text": "A few words about a brand, as people write them. " * 2,
        }
    elif kind == 1:
        payload = {"amount": number * 6151 % 20000 / 100, "currency": "EUR", "order_id": f"order {number}"}
    elif kind == 2:
        payload = {"customer_id": f"c{number}", "plan": f"plan {number * 17 % 997}", "source": "landing page"}
    else:
        payload = {"page": f"/products/{number * 13 % 1009}", "seconds": number * 37 % 300}
    return {
        "type": ("mention.received", "purchase.completed", "signup.completed", "page.visited")[kind],
        "payload": payload,
        "occurred_at": at,
    }


def trigger(number: int) -> Document:
    """A fourth of them for each type: by two figures, by one, by a word, by another word."""
    kind = number % 4
    conditions = (
        f"$.author.followers > {990_000 + number * 9} && $.sentiment < {-number / 1100:.3f}",
        f"$.amount > {199.5 + number / 2500:.3f}",
        f'$.plan == "plan {number % 997}"',
        f'$.page == "/products/{number}"',
    )
    return {
        "name": f"Trigger {number}",
        "event": {"type": event(kind)["type"], "condition": conditions[kind]},
        "target": {"type": "alert", "title": "Look"},
    }


@pytest.fixture
def database(bench_cluster: TestCluster) -> Iterator[Database]:
    """A database with one organization, an analyst of it, and a table like the journal."""
    made = bench_cluster.create(bench_cluster.template("migrated"))
    made.rows((Path(__file__).parent / "world.sql").read_text())
    made.rows("call bench.make_organizations(1)")
    made.rows("call bench.make_analyst(%s, 1)", [LOGIN])
    made.rows("create table bench.events (like trimtab.events including all) partition by range (recorded_at)")
    made.rows("create table bench.events_now partition of bench.events default")
    made.rows("create table bench.event_keys (like trimtab.event_keys including all)")
    yield made
    bench_cluster.drop(made)
    with bench_cluster.maintenance() as connection:
        connection.execute(f"drop role {LOGIN}".encode())


def save_triggers(database: Database) -> None:
    org = database.value("select org_id from bench.organizations")
    with database.connect("trimtab_engine", autocommit=False) as engine:
        engine.execute("select trimtab.init_transaction_context(null, %s)", [org])
        for number in range(TRIGGERS):
            engine.execute("select trimtab.save_trigger(%s)", [Jsonb(trigger(number))])
        engine.commit()
    measure.vacuum(database, "trimtab.triggers")


def copy_text(org: str, events: list[Document], *, keys: bool) -> tuple[bytes, bytes]:
    """What COPY takes: the rows of the journal, and those of its keys."""
    lines, key_lines = [], []
    for number, given in enumerate(events):
        payload = json.dumps(given["payload"]).replace("\\", "\\\\")
        key = f"submitted:{number}" if keys else "\\N"
        lines.append(f"{org}\t{RECORDED}\t{given['occurred_at']}\t{given['type']}\t{payload}\tsubmitted\t{key}\n")
        key_lines.append(f"{org}\t{key}\t{RECORDED}\n")
    return "".join(lines).encode(), "".join(key_lines).encode() if keys else b""


def copy(connection: Connection, command: str, text: bytes) -> None:
    with connection.cursor().copy(command.encode()) as into:
        for start in range(0, len(text), 65536):
            into.write(text[start : start + 65536])


def test_ingest(request: pytest.FixtureRequest, database: Database) -> None:
    events = [event(number) for number in range(EVENTS)]
    org = str(database.value("select org_id from bench.organizations"))
    bare = {keys: copy_text(org, events, keys=keys) for keys in (False, True)}
    keyed = [given | {"dedupe_key": str(number)} for number, given in enumerate(events)]
    documents = {False: json.dumps(events), True: json.dumps(keyed)}
    pieces = [json.dumps(keyed[start : start + 5000]) for start in range(0, EVENTS, 5000)]
    owner, teller = database.connect(), database.connect(LOGIN)

    def emptied() -> None:
        owner.execute("truncate bench.events, bench.event_keys, trimtab.events, trimtab.event_keys")
        owner.execute("truncate trimtab.trigger_matches, trimtab.waiting_events")

    def copied(keys: bool) -> float:
        emptied()

        def work() -> None:
            with owner.transaction():
                copy(owner, INTO_EVENTS, bare[keys][0])
                if keys:
                    copy(owner, INTO_KEYS, bare[keys][1])

        return measure.timed(work)

    def emitted(batches: list[str]) -> float:
        emptied()
        taken = 0

        def work() -> None:
            nonlocal taken
            for batch in batches:
                outcome: Any = measure.scalar(teller, "select trimtab.emit_events(%s::jsonb)", [batch])
                taken += outcome["inserted"]

        seconds = measure.timed(work)
        assert taken == EVENTS
        return seconds

    runs = request.config.getoption("--runs")
    measure.say_figure(
        f"    the journal: {EVENTS:,} events of four types, one organization",
        alone := measure.alternate(
            runs,
            {
                "COPY into an equal table with equal indexes": lambda: copied(keys=False),
                "emit_events(), nothing listens": lambda: emitted([documents[False]]),
            },
        ),
    )
    measure.say_ratio("emit_events() / COPY", measure.ratios(*list(alone.values())[::-1]))

    save_triggers(database)
    listened = measure.alternate(
        runs,
        {
            "COPY into an equal table with equal indexes": lambda: copied(keys=False),
            f"emit_events(), {TRIGGERS:,} triggers": lambda: emitted([documents[False]]),
            "COPY of events, and of their keys": lambda: copied(keys=True),
            f"emit_events() with dedupe_key, {TRIGGERS:,} triggers": lambda: emitted([documents[True]]),
            f"the same in {len(pieces)} calls": lambda: emitted(pieces),
        },
    )
    matched = database.value("select count(*) from trimtab.trigger_matches")
    measure.say_figure(f"    with {TRIGGERS:,} triggers, {matched:,} matches", listened)
    bare_seconds, seconds, bare_keyed, keyed_seconds, split = listened.values()
    measure.say_ratio("emit_events() with matching / COPY", measure.ratios(seconds, bare_seconds), most=3)
    measure.say_ratio("the same with keys / COPY of both", measure.ratios(keyed_seconds, bare_keyed), most=3)
    measure.say_ratio(f"the same in {len(pieces)} calls / COPY of both", measure.ratios(split, bare_keyed), most=3)
    assert matched > 1000
