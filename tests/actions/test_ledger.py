"""Whatever people and the engine do, in whatever order: the ledger of a campaign is one unbroken chain."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from support.database import Connection

from .conftest import Flight

BROKEN = """
  with chain as (
    select l.campaign_id, l.number, l.previous_state, l.new_state,
           lag(l.new_state) over (partition by l.campaign_id order by l.number) as state_before
    from trimtab.campaign_changes l
    where l.status in ('executed', 'rolled_back')
  )
  select campaign_id, number from chain
  where previous_state <> coalesce(state_before, previous_state) or previous_state = new_state
  union all
  select c.id, null from trimtab.campaigns c
  where trimtab.campaign_state(c) <> (
    select l.new_state from chain l where l.campaign_id = c.id order by l.number desc limit 1)
"""
UNFINISHED = "select count(*) from trimtab.campaign_changes where status = 'pending'"
RECORDED = """
  select l.id from trimtab.campaign_changes l
  where (select count(*) from trimtab.events e
         where e.payload ->> 'change_id' = l.id::text and e.type like 'campaign.%') not between 1 and 3
  union all
  select null from (
    select (select count(*) from trimtab.campaign_changes) as changes,
           (select count(*) from trimtab.audit_log
            where entity_type = 'campaign' and action <> 'campaign.created') as audited) t
  where t.changes <> t.audited
"""
REFUSALS = {"TT011", "TT012", "TT013", "TT014"}


def act(connection: Connection, chance: random.Random, campaigns: list[object]) -> str:
    """One random deed in a transaction of its own; 'done' or the SQLSTATE of its refusal."""
    campaign = chance.choice(campaigns)
    amount = chance.randint(1, 400)
    deeds: list[tuple[str, list[object]]] = [
        ("select trimtab.auto_scale_campaign(%s, %s, 'r')", [campaign, amount]),
        ("select trimtab.auto_pause_campaign(%s, 'r')", [campaign]),
        ("update trimtab.campaigns set status = 'active' where id = %s", [campaign]),
        ("update trimtab.campaigns set budget = %s, daily_budget = %s where id = %s", [amount, amount / 10, campaign]),
        ("update trimtab.campaigns set bid = bid + 1, status = 'paused' where id = %s", [campaign]),
        (
            "select trimtab.rollback_action(id) from trimtab.campaign_changes"
            " where campaign_id = %s order by number desc offset %s limit 1",
            [campaign, chance.randint(0, 3)],
        ),
        (
            "update trimtab.autonomous_actions set status = 'rolled_back' where id = (select id from"
            " trimtab.autonomous_actions where campaign_id = %s order by number desc limit 1)",
            [campaign],
        ),
    ]
    query, parameters = chance.choice(deeds)
    try:
        connection.execute(query.encode(), parameters)
    except psycopg.Error as error:
        assert error.sqlstate in REFUSALS, error
        return str(error.sqlstate)
    return "done"


def proof(flight: Flight) -> None:
    assert flight.db.rows(BROKEN) == []
    assert flight.db.value(UNFINISHED) == 0
    # Each with its event and its row in the audit log, and nothing besides.
    assert flight.db.rows(RECORDED) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_random_deeds_leave_a_chain(flight: Flight, seed: int) -> None:
    campaigns: list[object] = [flight.campaign(name, daily_budget=10, bid=1) for name in ("a", "b")]
    connection = flight.db.connect(flight.manager)
    chance = random.Random(seed)  # noqa: S311
    outcomes = [act(connection, chance, campaigns) for _ in range(150)]
    assert {"done", "TT011", "TT012", "TT014"} <= set(outcomes)
    proof(flight)


@pytest.mark.soak
def test_deeds_at_once_leave_a_chain(flight: Flight) -> None:
    campaigns: list[object] = [flight.campaign(name, daily_budget=10, bid=1) for name in ("a", "b", "c")]

    def person(seed: int) -> list[str]:
        connection = flight.db.connect(flight.manager if seed % 2 else flight.other)
        chance = random.Random(seed)  # noqa: S311
        return [act(connection, chance, campaigns) for _ in range(1000)]

    with ThreadPoolExecutor(6) as threads:
        outcomes = [outcome for done in threads.map(person, range(6)) for outcome in done]
    assert outcomes.count("done") > 1000
    proof(flight)
