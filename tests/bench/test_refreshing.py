"""(c): bringing the memo of signals up to date after few of the campaigns got new facts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bench import measure
from bench.conftest import World
from support.database import ENGINE

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]

ONE_IN_A_HUNDRED = "where hashtext(campaign_id::text || %s::text) %% 100 = 0"
ONE_ORGANIZATION_IN_A_HUNDRED = (
    "where org_id in (select o.org_id from bench.organizations o where o.number %% 100 = %s %% 100)"
)


def test_refreshing_what_changed(world: World) -> None:
    rounds = iter(range(1000))
    counts: dict[str, list[int]] = {"spread": [], "together": []}
    with world.database.connect(ENGINE) as connection:

        def refresh(kind: str, condition: str) -> Callable[[], float]:
            def way() -> float:
                # What publishing facts does to the memo of their campaigns.
                world.database.rows(
                    f"update trimtab.campaign_signals set valid_until = '-infinity' {condition}",
                    [next(rounds)] if "%s" in condition else [],
                )
                if kind in counts:
                    stale = "select count(*) from trimtab.campaign_signals where valid_until = '-infinity'"
                    counts[kind].append(int(world.database.value(stale)))
                measure.vacuum(world.database, "trimtab.campaign_signals")
                return measure.timed(lambda: connection.execute("call bench.refresh_all(1, %s)", [world.organizations]))

            return way

        seconds = measure.alternate(
            world.runs,
            {
                "full": refresh("full", "where true"),
                "spread": refresh("spread", ONE_IN_A_HUNDRED),
                "together": refresh("together", ONE_ORGANIZATION_IN_A_HUNDRED),
                "none": refresh("none", "where false"),
            },
        )
    measure.vacuum(world.database, "trimtab.campaign_signals")
    total = world.organizations * world.campaigns
    measure.say_figure(
        f"(c) refresh_signals(), {world.organizations:,} calls and transactions",
        {
            f"all {total:,} campaigns": seconds["full"],
            f"one campaign in 100, spread over all ({counts['spread'][-1]:,})": seconds["spread"],
            f"all campaigns of one organization in 100 ({counts['together'][-1]:,})": seconds["together"],
            "nothing to refresh": seconds["none"],
        },
    )
    measure.say_ratio("1 % spread / all", measure.ratios(seconds["spread"], seconds["full"]), most=0.10)
    measure.say_ratio("1 % together / all", measure.ratios(seconds["together"], seconds["full"]))
