"""Acting: milliseconds an action, pause and scale. Last of all, for it changes the world."""

from __future__ import annotations

import pytest
from bench import measure
from bench.conftest import NOBODY, SOME, World
from support.database import ENGINE

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200), pytest.mark.late]


def test_acting(world: World) -> None:
    """Half of the organizations have only rules that pause, the other half only rules that scale."""
    database, half = world.database, world.organizations // 2
    world.make_rules(*SOME)
    database.rows(
        "delete from trimtab.automation_rules r using bench.organizations o"
        " where o.org_id = r.org_id and r.rule_type = case when o.number <= %s then 'scale' else 'pause' end",
        [half],
    )
    database.rows("call bench.refresh_all(1, %s)", [world.organizations], ENGINE)
    measure.vacuum(database, "trimtab.campaign_signals")

    with database.connect(ENGINE) as connection:

        def run(first: int, last: int) -> float:
            return measure.timed(lambda: connection.execute("call bench.run_all(%s, %s)", [first, last]))

        def done(action_type: str) -> int:
            count = database.value(
                "select count(*) from trimtab.campaign_changes where action_type = %s and status = 'executed'",
                [action_type],
            )
            return int(count)

        pausing, paused = run(1, half), done("auto_pause")
        scaling, scaled = run(half + 1, world.organizations), done("auto_scale_up")
        world.make_rules(*NOBODY)
        idle_first = run(1, world.organizations)
        idle = [run(1, world.organizations) for _ in range(world.runs)]
    assert paused and scaled
    assert not database.value("select count(*) from trimtab.campaign_changes where status = 'failed'")
    nothing = sorted(idle)[len(idle) // 2] / world.organizations
    measure.say_figure(
        f"    run_organization() for {world.organizations:,} organizations, a transaction each",
        {
            f"{half:,} organizations, {paused:,} campaigns paused": [pausing],
            f"{world.organizations - half:,} organizations, {scaled:,} budgets raised": [scaling],
            "all, rules new, nothing to do": [idle_first],
            "all, nothing to do": idle,
        },
    )
    measure.say(f"  = {1000 * (pausing - half * nothing) / paused:.2f} ms a pause")
    measure.say(f"  = {1000 * (scaling - (world.organizations - half) * nothing) / scaled:.2f} ms a scaled budget")
