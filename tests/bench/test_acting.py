"""Acting: milliseconds an action, pause and scale. Last of all, for it changes the world."""

from __future__ import annotations

import statistics

import pytest
from bench import measure
from bench.conftest import NOBODY, SOME, World
from support.database import ENGINE

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200), pytest.mark.late]


def test_acting(world: World) -> None:
    """A quarter of the organizations has only rules that pause, one only rules that scale; in two, a caller acts."""
    database, count, quarter = world.database, world.organizations, world.organizations // 4
    with database.connect(ENGINE) as connection:

        def run(first: int, last: int) -> float:
            return measure.timed(lambda: connection.execute("call bench.run_all(%s, %s)", [first, last]))

        def act(first: int, last: int, remainder: int) -> float:
            return measure.timed(lambda: connection.execute("call bench.act_all(%s, %s, %s)", [first, last, remainder]))

        def done(action_type: str) -> int:
            query = "select count(*) from trimtab.campaign_changes where action_type = %s and status = 'executed'"
            return int(database.value(query, [action_type]))

        # Everything once: then the memo is fresh, and detection has seen the facts.
        world.make_rules(*NOBODY)
        detecting = run(1, count)
        found = database.value("select count(*) from trimtab.optimization_opportunities")
        idle = [run(1, count) for _ in range(world.runs)]

        world.make_rules(*SOME)
        database.rows(
            "delete from trimtab.automation_rules r using bench.organizations o"
            " where o.org_id = r.org_id and r.rule_type = case when o.number <= %s then 'scale' else 'pause' end",
            [quarter],
        )
        pausing, paused = run(1, quarter), done("auto_pause")
        scaling, scaled = run(quarter + 1, 2 * quarter), done("auto_scale_up")
        pause_calls, called = act(2 * quarter + 1, 3 * quarter, 7), done("auto_pause") - paused
        scale_calls, risen = act(3 * quarter + 1, 4 * quarter, 13), done("auto_scale_up") - scaled
    assert paused
    assert scaled
    assert called == risen == 5 * quarter * world.campaigns // 100
    assert not database.value("select count(*) from trimtab.campaign_changes where status = 'failed'")
    measure.say_figure(
        f"    acting: run_organization() for {count:,} organizations, a transaction each",
        {
            f"facts are new: detects {found:,} opportunities": [detecting],
            "nothing is new, nothing to do": idle,
            f"{quarter:,} organizations, {paused:,} campaigns paused": [pausing],
            f"{quarter:,} organizations, {scaled:,} budgets raised": [scaling],
            f"{called:,} calls of auto_pause_campaign()": [pause_calls],
            f"{risen:,} calls of auto_scale_campaign()": [scale_calls],
        },
    )
    nothing = quarter * statistics.median(idle) / count
    measure.say(f"  = {1000 * (pausing - nothing) / paused:.2f} ms a pause in a run, decision and detection included")
    measure.say(f"  = {1000 * (scaling - nothing) / scaled:.2f} ms a raised budget in a run")
    measure.say(f"  = {1000 * pause_calls / called:.2f} ms a call of auto_pause_campaign()")
    measure.say(f"  = {1000 * scale_calls / risen:.2f} ms a call of auto_scale_campaign()")
