"""(a) and (b): deciding for all campaigns, against SQL written by hand and against a row at a time; and acting."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from bench import measure
from bench.conftest import NOBODY, SOME, World
from support.database import ENGINE, Connection

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]


def loop(connection: Connection, call: str, *parameters: int | Decimal) -> Callable[[], float]:
    """A server-side loop over organizations, as a way to be timed; it returns how many matches there are."""
    query = f"select {call}"
    return lambda: measure.timed(lambda: measure.scalar(connection, query, parameters))


def same_matches(world: World, connection: Connection, low: Decimal, high: Decimal) -> int:
    """How many matches there are; fails when the two ways do not find the same."""
    ours = set(
        connection.execute(
            "select b.number, m.campaign_id"
            " from bench.organizations o"
            " cross join lateral trimtab.evaluate_rules(o.org_id) m"
            " join trimtab.automation_rules r on r.org_id = o.org_id and r.id = m.rule_id"
            " join bench.rules b using (name)"
        ).fetchall()
    )
    by_hand = set(
        connection.execute(
            "select h.rule, h.campaign_id from bench.organizations o"
            " cross join lateral bench.match_by_hand(o.org_id, %s, %s) h",
            [low, high],
        ).fetchall()
    )
    assert ours == by_hand
    sample = set(
        connection.execute(
            "select i.rule, i.campaign_id from bench.organizations o cross join lateral bench.interpret(o.org_id) i"
            " where o.number <= 3"
        ).fetchall()
    )
    first = set(
        connection.execute(
            "select h.rule, h.campaign_id from bench.organizations o"
            " cross join lateral bench.match_by_hand(o.org_id, %s, %s) h where o.number <= 3",
            [low, high],
        ).fetchall()
    )
    assert sample == first
    return len(ours)


@pytest.mark.parametrize(("low", "high", "title"), [(*NOBODY, "nothing to do"), (*SOME, "a tenth to act on")])
def test_deciding_for_all(world: World, low: Decimal, high: Decimal, title: str) -> None:
    world.make_rules(low, high)
    count = world.organizations
    with world.database.connect(ENGINE) as connection:
        matches = same_matches(world, connection, low, high)
        assert (matches > 0) == (low == SOME[0])
        seconds = measure.alternate(
            world.runs,
            {
                "hand": loop(connection, "bench.match_all_by_hand(1, %s, %s, %s)", count, low, high),
                "match": loop(connection, "bench.match_all(1, %s)", count),
                "decide": loop(connection, "bench.decide_all(1, %s)", count),
            },
        )
    measure.say_figure(
        f"(a) deciding for {count * world.campaigns:,} campaigns x 10 rules, {count:,} calls, memo fresh:"
        f" {title} ({matches:,} matches)",
        {
            "SQL by hand, rules as literals": seconds["hand"],
            "evaluate_rules()": seconds["match"],
            "decide(): matches, confidence, gates, reasons": seconds["decide"],
        },
    )
    measure.say_ratio("evaluate_rules() / by hand", measure.ratios(seconds["match"], seconds["hand"]))
    measure.say_ratio(
        "decide() / by hand", measure.ratios(seconds["decide"], seconds["hand"]), most=3 if low == NOBODY[0] else None
    )


def test_against_a_row_at_a_time(world: World) -> None:
    world.make_rules(*NOBODY)
    count = max(1, world.organizations // 20)
    with world.database.connect(ENGINE) as connection:
        stale = "update trimtab.campaign_signals s set valid_until = '-infinity' from bench.organizations o"

        def afresh() -> float:
            world.database.rows(f"{stale} where o.org_id = s.org_id and o.number <= %s", [count])
            return measure.timed(
                lambda: (
                    connection.execute("call bench.refresh_all(1, %s)", [count]),
                    measure.scalar(connection, "select bench.decide_all(1, %s)", [count]),
                )
            )

        seconds = measure.alternate(
            world.runs,
            {
                "row": loop(connection, "bench.interpret_all(1, %s)", count),
                "decide": loop(connection, "bench.decide_all(1, %s)", count),
                "afresh": afresh,
            },
        )
    measure.vacuum(world.database, "trimtab.campaign_signals")
    measure.say_figure(
        f"(b) {count * world.campaigns:,} campaigns x 10 rules of {count:,} organizations, nothing to do",
        {
            "PL/pgSQL, a row at a time": seconds["row"],
            "decide()": seconds["decide"],
            "refresh_signals() of all, then decide()": seconds["afresh"],
        },
    )
    measure.say_ratio("a row at a time / decide()", measure.ratios(seconds["row"], seconds["decide"]), least=30)
    measure.say_ratio("a row at a time / refresh and decide()", measure.ratios(seconds["row"], seconds["afresh"]))
