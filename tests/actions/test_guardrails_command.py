"""`trimtab guardrails`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from support.database import ADMIN, ENGINE, Database

from trimtab.cli.main import main

Run = Callable[..., Result]


@pytest.fixture
def run(tap_db: Database) -> Run:
    """Call the command line as somebody, by default as the engine."""
    tap_db.rows(
        "insert into trimtab.campaigns (org_id, title, platform, status, daily_budget)"
        " select test.organization('Acme'), 'Spring', 'meta', 'active', 100"
    )

    def call(*arguments: str, user: str = ENGINE, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--database-url", tap_db.dsn(user), "guardrails", *arguments])
        assert result.exit_code == code, result.output
        return result

    return call


def test_figures_are_shown_and_set(run: Run) -> None:
    shown = json.loads(run("show", "--json").stdout)
    assert (shown["max_pause_share_percent"], shown["stopped"], shown["caps"]) == ("25", None, [])
    assert "max pause share percent       10" in run("set", "max_pause_share_percent=10", "cool-off-hours=1.5").stdout
    refused = run("set", "max_pause_share_percent=101", "nonsense=1", "autopilot_enabled=1", code=1)
    for text in ("from 0 to 100", "no guardrail nonsense", "true and false", "[TT015]"):
        assert text in refused.stderr
    assert json.loads(run("show", "--json").stdout)["cool_off_hours"] == "1.5"
    assert run("set", "max_pause_share_percent", code=2)
    assert run("set", "max_pause_share_percent=NaN", code=2)


def test_profiles_are_listed_and_applied(run: Run) -> None:
    listed = json.loads(run("profile", "--json").stdout)
    assert list(dict.fromkeys(row["profile"] for row in listed)) == ["conservative", "standard", "aggressive"]
    assert all(row["why"] for row in listed)
    assert json.loads(run("profile", "conservative", "--json").stdout)["profile"] == "conservative@1"
    assert "reckless is none of" in run("profile", "reckless", code=1).stderr


def test_caps_are_set_changed_and_removed(run: Run) -> None:
    assert "no spend caps" in run("show").stderr
    [cap] = json.loads(run("cap", "day", "200", "--json", "--reason", "test").stdout)
    assert (cap["level"], cap["amount"], cap["exposure"], cap["free"]) == ("organization", "200", "175.00", "25.00")
    assert "exceeded" in run("cap", "day", "1,00.50", "--campaign", "Spring").stdout
    assert len(json.loads(run("cap", "month", "9000", "--platform", "meta", "--json").stdout)) == 3
    assert len(json.loads(run("cap", "--remove", cap["cap_id"], "--json").stdout)) == 2
    assert "no such spend cap" in run("cap", "--remove", cap["cap_id"], code=1).stderr
    assert "no platform galaxy" in run("cap", "day", "1", "--platform", "galaxy", code=1).stderr
    for wrong in (
        ["day"],
        ["day", "1", "--remove", cap["cap_id"]],
        ["day", "x"],
        ["day", "1", "--group", "a", "--campaign", "b"],
    ):
        run("cap", *wrong, code=2)


def test_the_stop_switches(run: Run) -> None:
    assert "switched off" in run("stop").stdout
    assert "switched off" in json.loads(run("show", "--json").stdout)["stopped"]
    assert "automation goes on" in run("start").stdout
    run("stop", "--system", user=ADMIN, code=2)
    assert "nonsense" in run("stop", "--system", "--reason", "A platform reports nonsense.", user=ADMIN).stdout
    assert "nonsense" in run("start").stdout
    assert "permission denied" in run("start", "--system", code=1).stderr
    run("start", "--system", user=ADMIN)
    assert json.loads(run("show", "--json").stdout)["stopped"] is None
