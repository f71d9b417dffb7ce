"""`trimtab rules`, from a file with faults to an archived rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.database import ENGINE, Database

from trimtab.cli.main import main

RULE: dict[str, Any] = {
    "name": "Dear",
    "conditions": [{"type": "metric_threshold", "metric": "cpa", "operator": ">", "threshold": 5}],
    "actions": [{"type": "pause_campaign"}],
}


@pytest.fixture
def org(tap_db: Database) -> str:
    """An organization with one campaign, whose conversions cost 10, and without active rules of its own."""
    org_id = str(tap_db.value("select test.organization('Acme')"))
    with tap_db.connect() as connection:
        connection.execute("update trimtab.automation_rules set status = 'paused' where org_id = %s", [org_id])
    campaign = tap_db.value("select test.running_campaign(%s, 'Summer')", [org_id])
    tap_db.value(
        "select test.facts(%s, %s, (trimtab.clock() at time zone 'UTC')::date - 1, 50000, 500, 400, 40, 200)",
        [org_id, campaign],
    )
    return org_id


def run(db: Database, *arguments: str, given: object = None) -> Result:
    return CliRunner().invoke(
        main,
        ["--database-url", db.dsn(ENGINE), "rules", *arguments],
        input=None if given is None else given if isinstance(given, str) else json.dumps(given),
        env={"COLUMNS": "200"},
    )


def done(db: Database, *arguments: str, given: object = None) -> Any:
    result = run(db, *arguments, "--json", given=given)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_lint_names_every_fault_and_exits_with_1(tap_db: Database, tmp_path: Path) -> None:
    assert run(tap_db, "lint", "-", given=RULE).stdout == "Dear: well-formed\n"
    wrong = RULE | {"prioritty": 1, "conditions": [{"metric": "cpa", "operator": "above", "threshold": "x"}]}
    file = tmp_path / "rules.json"
    file.write_text(json.dumps([RULE, wrong]), encoding="utf-8")
    result = run(tap_db, "lint", str(file))
    assert result.exit_code == 1
    assert "[0] Dear: well-formed" in result.stdout
    assert "[1] Dear: not valid" in result.stdout
    for fault in ("prioritty: found 1", "conditions[0].operator: found", "conditions[0].threshold: found"):
        assert fault in result.stdout
    found = json.loads(run(tap_db, "lint", str(file), "--json").stdout)
    assert [(one["valid"], len(one["faults"])) for one in found] == [(True, 0), (False, 3)]
    assert found[0]["rule"]["status"] == "shadow"
    assert run(tap_db, "lint", "-", given="{").exit_code == 1
    assert "is not JSON" in run(tap_db, "lint", "-", given="{").stderr
    # Well-formed is not all: what is too large to be compiled is a fault as well.
    many = [{"any": [RULE["conditions"][0] | {"threshold": n} for n in (x, x + 0.5)]} for x in range(10)]
    assert run(tap_db, "lint", "-", given=RULE | {"conditions": {"all": many}}).exit_code == 1


def test_lint_asks_after_what_a_rule_names_where_it_is_told_for_whom(tap_db: Database, org: str) -> None:
    named = RULE | {
        "scope": {"campaigns": ["00000000-0000-4000-8000-000000000000"]},
        "actions": [{"type": "webhook", "url": "https://127.0.0.1/hook"}],
    }
    result = run(tap_db, "lint", "-", "--org", org, given=named)
    assert result.exit_code == 1
    assert "scope.campaigns[0]: found 00000000-0000-4000-8000-000000000000" in result.stdout
    assert "actions[0].url: found" in result.stdout


def test_the_life_of_a_rule(tap_db: Database, org: str) -> None:
    (added,) = done(tap_db, "add", "-", "--reason", "costs too much", given=RULE)
    assert (added["name"], added["status"], added["version"]) == ("Dear", "shadow", 1)
    assert [rule["name"] for rule in done(tap_db, "list", "--status", "shadow")] == ["Dear"]
    assert "cpa lifetime > 5" in run(tap_db).stdout
    (replaced,) = done(tap_db, "add", "-", "--replace", "Dear", given=RULE | {"priority": "high"})
    assert (replaced["id"], replaced["version"]) == (added["id"], 2)
    assert done(tap_db, "enable", "Dear", "--reason", "proved itself")[0]["status"] == "active"
    assert done(tap_db, "shadow", added["id"])[0]["status"] == "shadow"
    assert done(tap_db, "disable", "Dear")[0]["status"] == "paused"
    assert done(tap_db, "archive", "Dear")[0]["status"] == "archived"
    versions = done(tap_db, "history", "Dear")
    assert [(v["version"], v["status"], v["reason"]) for v in versions] == [
        (6, "archived", None),
        (5, "paused", None),
        (4, "shadow", None),
        (3, "active", "proved itself"),
        (2, "shadow", None),
        (1, "shadow", "costs too much"),
    ]
    assert versions[4]["changed_keys"] == ["priority"]
    assert "Dear" not in run(tap_db, "list").stdout
    assert run(tap_db, "enable", "Dear").exit_code == 1
    assert done(tap_db, "enable", added["id"])[0]["version"] == 7


def test_all_rules_of_a_file_or_none(tap_db: Database, org: str) -> None:
    result = run(tap_db, "add", "-", given=[RULE, RULE | {"name": "Second", "actions": [{"type": "fly"}]}])
    assert result.exit_code == 1
    assert "actions[0].type" in result.stderr
    assert "TT030" in result.stderr
    assert result.stderr.startswith("[1] Second:\n")
    assert run(tap_db, "preview", "-", given=[RULE, {}]).stderr.startswith("[1] a rule without a name:\n")
    assert done(tap_db, "list", "--status", "shadow") == []
    assert len(done(tap_db, "add", "-", "--status", "active", given=[RULE, RULE | {"name": "Second"}])) == 2
    assert {rule["status"] for rule in done(tap_db, "list") if rule["copied_from"] is None} == {"active"}


def test_preview_and_explain(tap_db: Database, org: str) -> None:
    seen = done(tap_db, "preview", "-", given=RULE)
    assert [match["campaign_title"] for match in seen["matches"]] == ["Summer"]
    assert seen["rule"]["name"] == "Dear"
    both = done(tap_db, "preview", "-", given=[RULE, RULE | {"name": "Second"}])
    assert [one["rule"]["name"] for one in both] == ["Dear", "Second"]
    assert (
        "[1] Second: would act on 1 of 1" in run(tap_db, "preview", "-", given=[RULE, RULE | {"name": "Second"}]).stderr
    )
    assert "would act on nothing" not in run(tap_db, "preview", "-", given=RULE).stderr
    text = run(tap_db, "preview", "-", given=RULE)
    assert "would act on 1 of 1 campaigns" in text.stderr
    assert "Summer" in text.stdout
    assert done(tap_db, "list", "--status", "shadow") == []
    nothing = run(tap_db, "preview", "-", given=RULE | {"conditions": [RULE["conditions"][0] | {"threshold": 50}]})
    assert "it would act on nothing" in nothing.stderr

    done(tap_db, "add", "-", given=RULE)
    told = done(tap_db, "explain", "Dear", "Summer")
    assert (told["outcome"], told["flips"][0]["flips_at"]) == ("would act (shadow)", 5)
    text = run(tap_db, "explain", "Dear", "Summer")
    assert text.exit_code == 0, text.stderr
    assert "would act (shadow)" in text.stdout
    assert "✓" in text.stdout
    assert "would turn round with cpa lifetime" in text.stdout
    assert run(tap_db, "explain", "Dear", "Winter").exit_code == 1
    past = run(tap_db, "explain", "Dear", "Summer", "--as-of", "2020-01-01T00:00+02:00")
    assert (past.exit_code, "not known" in past.stdout) == (0, True)
    for wrong in ("yesterday", "2020-01-01"):
        refused = run(tap_db, "preview", "-", "--as-of", wrong, given=RULE)
        assert (refused.exit_code, "write 2026-07-01T00:00+02:00" in refused.stderr) == (2, True)


def test_an_explanation_names_its_figures_and_what_is_not_known(tap_db: Database, org: str) -> None:
    conditions = [
        {"metric": "spend", "operator": ">", "compare_to": {"metric": "revenue", "factor": 3}},
        {"type": "performance_change", "metric": "cpa", "window": "last_7_days", "operator": ">", "threshold": 100},
        {"type": "budget_pacing", "period": "month", "operator": ">", "threshold": 120},
        {"metric": "cpa", "operator": ">", "threshold": 5, "min_conversions": 41},
    ]
    for place, condition in enumerate(conditions):
        done(tap_db, "add", "-", given=RULE | {"name": f"Rule {place}", "conditions": [condition]})
    compared, change, pacing, unproved = (run(tap_db, "explain", f"Rule {n}", "Summer").stdout for n in range(4))
    assert "✗ spend of lifetime less 3 \N{MULTIPLICATION SIGN} revenue of lifetime is -200 (> 0)" in compared
    assert (
        "would turn round with spend lifetime less 3 \N{MULTIPLICATION SIGN} revenue lifetime above 0 (now -200"
        in compared
    )
    assert "? change of cpa of last_7_days against period before (> 100 %): not known" in change
    assert "change in percent of cpa last_7_days above 100 (now not known)" in change
    assert "pacing in percent of the month above 120" in pacing
    assert (
        "? cpa of lifetime is 10 (> 5): too little evidence\n      ✗ conversions of lifetime is 40 (>= 41)" in unproved
    )


def test_a_list_says_what_conditions_look_at(tap_db: Database, org: str) -> None:
    conditions = [
        {"metric": "spend", "window": "today", "operator": ">", "compare_to": {"metric": "daily_budget", "factor": 2}},
        {"not": {"type": "day_of_week", "days": ["saturday", "sunday"]}},
        {"type": "time_based", "from": "22:00", "to": "06:00"},
        {"type": "anomaly_detected", "metric": "revenue", "direction": "down", "severity": "high"},
    ]
    for place, condition in enumerate(conditions):
        done(tap_db, "add", "-", given=RULE | {"name": f"Rule {place}", "conditions": [condition]})
    table = run(tap_db, "list", "--status", "shadow").stdout
    for part in (
        "spend today > 2 \N{MULTIPLICATION SIGN} daily_budget",
        "not (day_of_week Sunday, Saturday)",
        "time_based 22:00 06:00",
        "anomaly_detected revenue down high",
    ):
        assert part in table, table


def test_what_was_held_back_is_told_with_its_gate(tap_db: Database, org: str) -> None:
    assert "no gate held anything back" in run(tap_db, "held").stderr
    done(tap_db, "add", "-", "--status", "active", given=[RULE, RULE | {"name": "Later", "priority": 1}])
    with tap_db.connect(ENGINE) as engine:
        engine.execute("call trimtab.tick('slow')")
    table = run(tap_db, "held").stdout
    head, row = (line.split() for line in table.splitlines() if "campaign" in line or "Later" in line)
    assert [word for word in head if word in ("campaign", "rule", "version", "gate", "times")] == [
        "campaign", "rule", "version", "gate", "times",
    ]  # fmt: skip
    assert [word for word in row if word != "│"][:5] == ["Summer", "Later", "1", "lower_priority", "1"]
    assert done(tap_db, "held")[0]["code"] == "lower_priority"


@pytest.mark.parametrize(
    "words",
    [
        ["rules", "library"],
        ["rules"],
        ["alerts", "list"],
        ["anomalies", "list"],
        ["opportunities", "list"],
        ["automation", "report"],
    ],
)
def test_the_environment_names_the_organization(tap_db: Database, org: str, words: list[str]) -> None:
    tap_db.value("select test.organization('Other')")
    result = CliRunner().invoke(
        main, ["--database-url", tap_db.dsn(ENGINE), *words], env={"TRIMTAB_ORG": org, "COLUMNS": "200"}
    )
    assert result.exit_code == 0, result.stderr


def test_the_library(tap_db: Database, org: str) -> None:
    codes = [ready["code"] for ready in done(tap_db, "library")]
    assert {"pause_high_cpa", "dayparting", "spend_guard", "creative_fatigue", "pacing"} <= set(codes)
    assert "dayparting" in run(tap_db, "library").stdout
    assert done(tap_db, "library", "spend_guard")["rule_count"] == 2
    assert run(tap_db, "library", "nothing").exit_code == 1
    adopted = done(
        tap_db, "adopt", "pause_high_cpa", "--set", "conditions.all[0].threshold=30", "--set", "name=Too dear"
    )
    assert [(rule["name"], rule["status"]) for rule in adopted] == [("Too dear", "shadow")]
    (rule,) = done(tap_db, "list", "--status", "shadow")
    assert rule["document"]["conditions"]["all"][0]["threshold"] == 30
    assert rule["copied_from"] == "pause_high_cpa@1"
    assert done(tap_db, "library", "pause_high_cpa")["adopted"] == 1
    assert run(tap_db, "adopt", "pause_high_cpa", "--set", "nonsense").exit_code == 2
    assert len(done(tap_db, "adopt", "dayparting", "--status", "active")) == 5


def test_refusals(tap_db: Database, org: str) -> None:
    for command in ("enable", "shadow", "disable", "archive", "history"):
        result = run(tap_db, command, "Nothing")
        assert result.exit_code == 1
        assert "there is no rule 'Nothing'" in result.stderr
    assert run(tap_db, "--json", "list").exit_code == 2
    for text in ('{"name": NaN}', "[" * 100_000):
        result = run(tap_db, "lint", "-", given=text)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "is not JSON" in result.stderr


def test_a_rule_that_is_called_like_the_id_of_another_is_not_taken_for_it(tap_db: Database, org: str) -> None:
    [meant] = done(tap_db, "add", "-", given=RULE)
    [other] = done(tap_db, "add", "-", given=RULE | {"name": meant["id"]})
    assert done(tap_db, "disable", meant["id"])[0]["id"] == meant["id"]
    assert done(tap_db, "list", "--status", "shadow")[0]["id"] == other["id"]
    assert run(tap_db, "add", "-", "--replace", "x", given=[RULE, RULE]).exit_code == 2
