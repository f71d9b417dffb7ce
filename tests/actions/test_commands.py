"""`trimtab actions` and `trimtab rollback ACTION_ID`."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

from click.testing import CliRunner, Result
from support.database import ENGINE

from trimtab.cli.main import main

from .conftest import Flight


def trimtab(flight: Flight, *arguments: str, user: str = ENGINE) -> Result:
    return CliRunner().invoke(main, ["--database-url", flight.db.dsn(user), *arguments], env={"COLUMNS": "200"})


def scale(flight: Flight, campaign: UUID, budget: int) -> str:
    return str(
        flight.db.value("select trimtab.auto_scale_campaign(%s, %s, 'ROI 4.1')", [campaign, budget], flight.manager)
    )


def test_lists_newest_first_and_one_in_full(flight: Flight) -> None:
    none = trimtab(flight, "actions")
    assert (none.exit_code, none.stdout) == (0, "")
    assert "no action yet" in none.stderr

    first, second = flight.campaign("Spring"), flight.campaign("Summer")
    actions = [scale(flight, first, 150), scale(flight, second, 200)]
    listed = trimtab(flight, "actions", "--org", "Acme")
    assert listed.exit_code == 0
    assert listed.stdout.index(actions[1]) < listed.stdout.index(actions[0])
    assert "budget 100 → 150" in listed.stdout
    found = json.loads(trimtab(flight, "actions", "--campaign", "Spring", "--json").stdout)
    assert [row["id"] for row in found] == actions[:1]
    assert json.loads(trimtab(flight, "actions", "--status", "failed", "--json").stdout) == []
    assert len(json.loads(trimtab(flight, "actions", "--limit", "1", "--json").stdout)) == 1

    one = trimtab(flight, "actions", actions[0])
    assert one.exit_code == 0
    assert "what that will earn is not known" in one.stdout
    overview = json.loads(trimtab(flight, "actions", "--overview", "--json").stdout)
    assert (overview["total_actions"], overview["scaled_campaigns"], float(overview["avg_confidence"])) == (2, 2, 85.0)
    assert trimtab(flight, "actions", str(uuid4())).exit_code == 1
    assert trimtab(flight, "actions", actions[0], "--overview").exit_code == 2


def test_takes_back_what_it_can_and_says_the_rest(flight: Flight) -> None:
    campaign = flight.campaign("Spring", daily_budget=10)
    action = scale(flight, campaign, 150)
    flight.db.rows("update trimtab.campaigns set budget = 175", user=flight.other)
    unknown = str(uuid4())
    result = trimtab(flight, "rollback", unknown, action, "--reason", "Too soon")
    assert result.exit_code == 1
    assert "there is no such action" in result.stderr
    assert "TT013" in result.stderr
    assert "restored  daily_budget = 10" in result.stdout
    assert "left      budget = 175: changed since (the action wrote 150.00, before it was 100)" in result.stdout
    assert flight.db.value("select reason from trimtab.campaign_changes where rollback_of is not null") == "Too soon"

    again = trimtab(flight, "rollback", action, "--json")
    assert again.exit_code == 0
    assert [row["already_rolled_back"] for row in json.loads(again.stdout)] == [True]
    assert trimtab(flight, "rollback", "not-an-id").exit_code == 2


def test_works_as_a_persons_own_login(flight: Flight) -> None:
    action = scale(flight, flight.campaign(), 150)
    result = trimtab(flight, "rollback", action, user=flight.other)
    assert result.exit_code == 0, result.stderr
    by = flight.db.value("select rolled_back_by from trimtab.campaign_changes where id = %s", [action])
    assert by == flight.db.value("select test.user_of(%s)", [flight.other])
