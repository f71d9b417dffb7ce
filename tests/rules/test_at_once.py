"""What two people do to one rule at the same moment, on connections of their own."""

from __future__ import annotations

import json
from typing import Any

from actions.conftest import Flight

RULE: dict[str, Any] = {
    "name": "Dear",
    "conditions": [{"type": "metric_threshold", "metric": "cpa", "operator": ">", "threshold": 5}],
    "actions": [{"type": "pause_campaign"}],
}
SAVE = "select trimtab.save_rule(%s)"


def test_of_two_changes_of_a_rule_none_is_lost(flight: Flight) -> None:
    with flight.db.connect(flight.manager) as manager:
        [(rule_id,)] = manager.execute(SAVE, [json.dumps(RULE)]).fetchall()
    first, second, third = flight.open(flight.manager), flight.open(flight.other), flight.open(flight.other)
    added = "select trimtab.add_rule_condition(%s, %s)"
    assert flight.start(first, added, rule_id, '{"type": "day_of_week", "days": [1]}').result() == 2
    late = flight.start(second, added, rule_id, '{"type": "day_of_week", "days": [2]}')
    flight.until_it_waits(second)
    switched = flight.start(
        third, "update trimtab.v_automation_rules set priority = 'high' where rule_id = %s returning version", rule_id
    )
    flight.until_it_waits(third)
    first.commit()
    assert late.result() == 3
    second.commit()
    assert switched.result() == 4
    third.commit()
    [(document,)] = flight.db.rows("select document from trimtab.automation_rules where id = %s", [rule_id])
    assert [leaf.get("days") for leaf in document["conditions"]["all"]] == [None, [1], [2]]
    assert document["priority"] == 75
    versions = flight.db.rows("select version from trimtab.rule_versions where rule_id = %s order by 1", [rule_id])
    assert versions == [(1,), (2,), (3,), (4,)]


def test_of_two_rules_with_one_name_one_is_saved(flight: Flight) -> None:
    first, second = flight.open(flight.manager), flight.open(flight.other)
    flight.start(first, SAVE, json.dumps(RULE)).result()
    late = flight.start(second, SAVE, json.dumps(RULE | {"priority": 9}))
    flight.until_it_waits(second)
    first.commit()
    assert late.result() == "23505"
    second.rollback()
    assert flight.db.rows("select priority from trimtab.automation_rules where name = 'Dear'") == [(50,)]


def test_the_watch_of_two_tells_once(flight: Flight) -> None:
    first, second = flight.open(flight.manager), flight.open(flight.other)
    watch = "select trimtab.watch_organization(%s)"
    assert flight.start(first, watch, flight.org_id).result() == 2
    late = flight.start(second, watch, flight.org_id)
    flight.until_it_waits(second)
    first.commit()
    assert late.result() == 0
    second.commit()
    assert flight.db.value("select count(*) from trimtab.alerts") == 2
