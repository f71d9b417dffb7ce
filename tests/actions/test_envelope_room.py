"""The room that is told before a change is the room that the door leaves, to the smallest unit."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest
from actions.test_envelope_storm import make_world
from psycopg import sql
from support.database import Connection, Database


def attempt(person: Connection, campaign_id: str, column: str, amount: Decimal) -> str | None:
    """The SQLSTATE with which an active campaign is refused this budget; it is left as it was."""
    try:
        with person.transaction(force_rollback=True):
            person.execute("set constraints all immediate")
            person.execute(
                sql.SQL("update trimtab.campaigns set status = 'active', {} = %s where id = %s").format(
                    sql.Identifier(column)
                ),
                [amount, campaign_id],
            )
    except psycopg.Error as error:
        return error.sqlstate
    return None


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_the_door_takes_the_room_and_not_a_unit_more(tap_db: Database, seed: int) -> None:
    world = make_world(tap_db, seed, months=True)
    person = tap_db.connect(world.manager)
    rooms = person.execute(
        "select c.id::text, c.currency, c.budget, c.daily_budget, r.max_budget, r.max_daily_budget, r.code"
        " from trimtab.campaigns c"
        " join trimtab.envelope_room(c.org_id, array(select id from trimtab.campaigns)) r on r.campaign_id = c.id"
    ).fetchall()
    assert len(rooms) == 16
    taken = refused = 0
    for campaign_id, currency, budget, daily, max_budget, max_daily, code in rooms:
        assert code is None
        unit = Decimal(1) if currency == "JPY" else Decimal("0.01")
        for column, present, most in (("budget", budget, max_budget), ("daily_budget", daily, max_daily)):
            if present is None or most is None or most <= 0:
                continue
            assert most % unit == 0
            assert attempt(person, campaign_id, column, most) is None, (column, most)
            taken += 1
            if budget is None or daily is None:
                # Of two budgets the other one may keep the campaign under the cap.
                assert attempt(person, campaign_id, column, most + unit) == "TT018", (column, most)
                refused += 1
    assert taken > 8
    assert refused > 4
