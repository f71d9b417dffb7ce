"""What compile_rule() makes, against a plain reading of the tree in three-valued logic."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from psycopg.types.multirange import Multirange
from support.database import Connection, TestCluster

METRICS = ("spend", "cpa", "roi", "clicks")
WINDOWS = ("lifetime", "last_7_days", "last_5_days")
LIVE = {-1: "hours_running", -2: "facts_age", -3: "budget_utilization", -7: "budget", -8: "daily_budget", -9: "bid"}
STATUSES = ("draft", "active", "paused", "completed", "archived")
MINIMA = {
    "min_spend": "spend",
    "min_conversions": "conversions",
    "min_clicks": "clicks",
    "min_impressions": "impressions",
}

SMALL = st.integers(0, 4)
VALUES = st.none() | SMALL
OPERATORS = st.sampled_from([">", ">=", "<", "<=", "=", "!="])
EVIDENCE = {"min_spend": SMALL, "min_clicks": SMALL, "min_duration_hours": SMALL}
LEAVES = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("metric_threshold"),
            "metric": st.sampled_from([*METRICS, "budget", "hours_running"]),
            "operator": OPERATORS,
            "threshold": SMALL,
            "window": st.sampled_from(WINDOWS),
        },
        optional=EVIDENCE,
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("metric_threshold"),
            "metric": st.sampled_from(METRICS),
            "window": st.sampled_from(WINDOWS),
            "operator": st.just("between"),
            "threshold": st.tuples(SMALL, SMALL).map(lambda t: sorted(t)),
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("metric_threshold"),
            "metric": st.sampled_from(METRICS),
            "window": st.sampled_from(WINDOWS),
            "operator": st.just("in"),
            "threshold": st.lists(SMALL, min_size=1, max_size=3),
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("metric_threshold"),
            "metric": st.sampled_from(METRICS),
            "window": st.sampled_from(WINDOWS),
            "operator": OPERATORS,
            "compare_to": st.fixed_dictionaries(
                {"metric": st.sampled_from(["budget", *METRICS]), "window": st.sampled_from(WINDOWS), "factor": SMALL}
            ),
        },
        optional=EVIDENCE,
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("performance_change"),
            "metric": st.sampled_from(METRICS),
            "window": st.just("last_7_days"),
            "operator": OPERATORS,
            "threshold": SMALL,
        },
        optional={"min_conversions": SMALL},
    ),
    st.fixed_dictionaries(
        {"type": st.just("campaign_status"), "statuses": st.lists(st.sampled_from(STATUSES), min_size=1, max_size=2)}
    ),
    st.fixed_dictionaries(
        {"type": st.just("day_of_week"), "days": st.lists(st.integers(0, 6), min_size=1, max_size=3)}
    ),
    st.sampled_from(
        [{"type": "time_based", "from": "09:00", "to": "17:00"}, {"type": "time_based", "from": "22:00", "to": "06:30"}]
    ),
    st.fixed_dictionaries(
        {"type": st.just("metric_rank"), "metric": st.sampled_from(METRICS), "count": st.integers(1, 3)}
    ),
    st.fixed_dictionaries({"type": st.just("anomaly_detected"), "severity": st.sampled_from(["low", "high"])}),
    st.fixed_dictionaries(
        {
            "type": st.just("event_payload"),
            "field": st.sampled_from(["a", "b.c"]),
            "operator": OPERATORS,
            "value": SMALL,
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("event_payload"),
            "field": st.sampled_from(["a", "b.c"]),
            "operator": st.just("contains"),
            "value": st.just("x"),
        }
    ),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)).map(lambda t: {t[0]: t[1]})
        | inner.map(lambda node: {"not": node})
    ),
    max_leaves=8,
)
RULE_EVIDENCE = st.none() | st.fixed_dictionaries({}, optional={**EVIDENCE, "window": st.sampled_from(WINDOWS)})


@dataclass
class World:
    """What is known of one campaign at one moment; a feature's value is drawn when it is asked for."""

    figures: dict[str, int | None]
    minute: int
    day: int
    status: str
    draw: Any

    def figure(self, key: str) -> int | None:
        if key not in self.figures:
            self.figures[key] = self.draw(VALUES)
        return self.figures[key]

    def metric(self, metric: str, window: str | None) -> int | None:
        metric = "roas" if metric == "roi" else metric
        return self.figure(metric if metric in LIVE.values() else f"{metric} {window or 'lifetime'}")

    def other(self, condition: Mapping[str, Any], *without: str) -> int | None:
        """A value that is neither a metric nor live: by what is asked."""
        asked = {key: value for key, value in condition.items() if key not in {*without, *MINIMA, "min_duration_hours"}}
        return self.figure(json.dumps(asked, sort_keys=True))


def compare(value: Any, operator: str, threshold: Any) -> bool:
    match operator:
        case ">":
            return bool(value > threshold)
        case ">=":
            return bool(value >= threshold)
        case "<":
            return bool(value < threshold)
        case "<=":
            return bool(value <= threshold)
        case "=":
            return bool(value == threshold)
        case "!=":
            return bool(value != threshold)
        case "between":
            return bool(threshold[0] <= value <= threshold[1])
        case "in":
            return value in threshold
    raise AssertionError(operator)


def enough(world: World, minima: Mapping[str, Any], window: str | None) -> bool:
    """Whether the minimum evidence is there."""
    for name, least in minima.items():
        if name in MINIMA:
            value = world.metric(MINIMA[name], window)
        elif name == "min_duration_hours":
            value = world.metric("hours_running", None)
        else:
            continue
        if value is None or value < least:
            return False
    return True


def leaf(world: World, condition: Mapping[str, Any]) -> bool | None:
    """True, false, or None where a value or the evidence is missing."""
    if not enough(world, condition, condition.get("window")):
        return None
    match condition["type"]:
        case "campaign_status":
            return world.status in condition["statuses"]
        case "day_of_week":
            return world.day in condition["days"]
        case "time_based":
            since, until = (int(text[:2]) * 60 + int(text[3:]) for text in (condition["from"], condition["to"]))
            return since <= world.minute < until if since < until else world.minute >= since or world.minute < until
        case "metric_threshold" if "compare_to" in condition:
            other = condition["compare_to"]
            left = world.metric(condition["metric"], condition["window"])
            right = world.metric(other["metric"], other["window"])
            if left is None or right is None:
                return None
            return compare(left, condition["operator"], right * other["factor"])
        case "metric_threshold":
            value = world.metric(condition["metric"], condition["window"])
            return None if value is None else compare(value, condition["operator"], condition["threshold"])
        case "performance_change":
            value = world.other(condition, "operator", "threshold")
            return None if value is None else compare(value, condition["operator"], condition["threshold"])
        case "event_payload" if condition["operator"] != "contains":
            value = world.other(condition, "operator", "value")
            return None if value is None else compare(value, condition["operator"], condition["value"])
    value = world.other(condition)
    return None if value is None else value >= 1


def tree(world: World, node: Mapping[str, Any]) -> bool | None:
    """Kleene's logic."""
    if "not" in node:
        inner = tree(world, node["not"])
        return None if inner is None else not inner
    if "all" in node or "any" in node:
        wins = "any" in node
        found = [tree(world, member) for member in node["any" if wins else "all"]]
        if wins in found:
            return wins
        return None if None in found else not wins
    return leaf(world, node)


@pytest.fixture(scope="module")
def compiler(cluster: TestCluster) -> Iterator[Connection]:
    database = cluster.create(cluster.template("migrated"))
    yield database.connect()
    cluster.drop(database)


@pytest.fixture(scope="module")
def signals(compiler: Connection) -> dict[int, str]:
    """What stands at each place of the signals."""
    return {
        place: f"{metric} {window}"
        for metric, window, place in compiler.execute(
            "select m.code, w.code, trimtab.signal_position(m.code, w.code)"
            " from trimtab.metrics m, trimtab.metric_windows w where m.position is not null"
        )
    }


def at(world: World, position: int, features: list[Any], signals: Mapping[int, str]) -> int | None:
    """The value at a compiled position."""
    if position > 0:
        return world.figure(signals[position])
    if position == -4:
        return STATUSES.index(world.status) + 1
    if position == -5:
        return world.minute
    if position == -6:
        return world.day
    if position > -100:
        return world.figure(LIVE[position])
    feature = features[-100 - position]
    if feature["type"] == "metric_threshold" and "compare_to" in feature:
        other = feature["compare_to"]
        left = world.metric(feature["metric"], feature.get("window"))
        right = world.metric(other["metric"], other.get("window"))
        return None if left is None or right is None else left - right * other["factor"]
    if feature["type"] == "metric_threshold":
        return world.metric(feature["metric"], feature["window"])
    return world.other(feature)


def holds(values: Multirange[Decimal], value: int | None) -> bool:
    return value is not None and any(Decimal(value) in part for part in values)


def check(compiler: Connection, signals: dict[int, str], conditions: Any, evidence: Any, data: st.DataObject) -> None:
    document = {
        "name": "x",
        "trigger": "a.b",
        "conditions": conditions,
        "actions": [{"type": "create_alert"}],
        "evidence": evidence,
    }
    [(canonical, features, statuses)] = compiler.execute(
        "select (c.rule).document, (c.rule).features, (c.rule).statuses"
        " from (select * from trimtab.compile_rule(%s) offset 0) c",
        [Jsonb(document)],
    ).fetchall()
    terms = compiler.execute(
        "select t.leaves, t.signal_positions, t.bounds from trimtab.compile_rule(%s) c, unnest(c.terms) t"
        " order by t.term",
        [Jsonb(document)],
    ).fetchall()
    for _ in range(3):
        world = World(
            {},
            data.draw(st.sampled_from([0, 389, 390, 539, 540, 1019, 1020, 1319, 1320, 1439])),
            data.draw(st.integers(0, 6)),
            data.draw(st.sampled_from(STATUSES)),
            data.draw,
        )
        least = canonical.get("evidence", {})
        wanted = tree(world, canonical["conditions"]) is True and enough(world, least, least.get("window"))
        found = any(
            all(
                holds(bound, at(world, position, features, signals))
                for position, bound in zip(positions, bounds, strict=True)
            )
            for _leaves, positions, bounds in terms
        )
        if any(-4 in positions for _leaves, positions, _bounds in terms):
            assert not wanted or statuses is None or world.status in statuses
        assert found == wanted


@given(conditions=TREES, evidence=RULE_EVIDENCE, data=st.data())
def test_a_rule_holds_where_its_tree_does(
    compiler: Connection, signals: dict[int, str], conditions: Any, evidence: Any, data: st.DataObject
) -> None:
    check(compiler, signals, conditions, evidence, data)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(max_examples=20_000)
@given(conditions=TREES, evidence=RULE_EVIDENCE, data=st.data())
def test_many_rules_hold_where_their_trees_do(
    compiler: Connection, signals: dict[int, str], conditions: Any, evidence: Any, data: st.DataObject
) -> None:
    check(compiler, signals, conditions, evidence, data)


def test_the_order_of_leaves_and_terms(compiler: Connection) -> None:
    [(leaves, positions, bounds, features)] = compiler.execute(
        "select (c.rule).leaves, (c.rule).signal_positions, (c.rule).bounds::text[], (c.rule).features"
        " from (select * from trimtab.compile_rule(%s) offset 0) c",
        [
            Jsonb(
                {
                    "name": "x",
                    "conditions": [
                        {
                            "metric": "roas",
                            "window": "last_5_days",
                            "operator": ">",
                            "threshold": 2,
                            "min_duration_hours": 24,
                            "min_spend": 50,
                        },
                        {
                            "any": [
                                {"type": "day_of_week", "days": ["mon"]},
                                {"not": {"metric": "cpa", "operator": "<=", "threshold": 3}},
                            ]
                        },
                    ],
                    "evidence": {"min_clicks": 9},
                    "actions": [{"type": "pause_campaign"}, {"type": "notify"}],
                }
            )
        ],
    ).fetchall()
    assert [(one["path"], one.get("evidence_of")) for one in leaves] == [
        ("conditions.all[0]", None),
        ("conditions.all[0].min_spend", 1),
        ("conditions.all[0].min_duration_hours", 1),
        ("conditions.all[1].any[0]", None),
        ("conditions.all[1].any[1].not", None),
        ("evidence.min_clicks", 0),
    ]
    [(clicks, cpa)] = compiler.execute(
        "select trimtab.signal_position('clicks', 'lifetime'), trimtab.signal_position('cpa', 'lifetime')"
    ).fetchall()
    assert positions == [-100, -101, -1, -6, cpa, clicks]
    assert bounds == ["{(2,)}", "{[50,)}", "{[24,)}", "{[1,1]}", "{(,3]}", "{[9,)}"]
    assert features == [
        {"type": "metric_threshold", "metric": "roas", "window": "last_5_days"},
        {"type": "metric_threshold", "metric": "spend", "window": "last_5_days"},
    ]


def parts(compiler: Connection, columns: str, **document: Any) -> tuple[Any, ...]:
    rule = {
        "name": "x",
        "conditions": [{"metric": "cpa", "operator": ">", "threshold": 1}],
        "actions": [{"type": "notify"}],
    }
    [row] = compiler.execute(
        f"select {columns} from (select * from trimtab.compile_rule(%s) offset 0) c".encode(), [Jsonb(rule | document)]
    ).fetchall()
    return row


@pytest.mark.parametrize(
    ("conditions", "actions", "statuses"),
    [
        (None, ["pause_campaign"], ["active"]),
        (None, ["resume_campaign"], ["paused"]),
        (None, ["resume_campaign", "adjust_bid"], ["active", "paused"]),
        ([{"type": "campaign_status", "status": "draft"}], ["pause_campaign"], ["draft"]),
        (
            [{"not": {"type": "campaign_status", "status": "draft"}}],
            ["notify"],
            ["active", "paused", "completed", "archived"],
        ),
        (
            {
                "any": [
                    {"type": "campaign_status", "status": "draft"},
                    {"metric": "cpa", "operator": ">", "threshold": 1},
                ]
            },
            ["notify"],
            None,
        ),
    ],
)
def test_which_campaigns_are_judged(compiler: Connection, conditions: Any, actions: list[str], statuses: Any) -> None:
    given_actions = [{"type": kind} | ({"value": 5} if kind == "adjust_bid" else {}) for kind in actions]
    document = {"actions": given_actions} | ({"conditions": conditions} if conditions else {})
    assert parts(compiler, "(c.rule).statuses", **document) == (statuses,)


@pytest.mark.parametrize(
    ("document", "campaigns", "facts", "calendar"),
    [
        ({}, True, True, False),
        ({"conditions": [{"metric": "facts_age", "operator": ">", "threshold": 48}]}, True, False, False),
        ({"conditions": [{"metric": "budget", "operator": "<", "compare_to": {"metric": "spend"}}]}, True, True, False),
        ({"conditions": [{"type": "day_of_week", "days": [0]}]}, True, False, True),
        ({"trigger": "a.b", "conditions": [{"field": "x", "operator": ">", "value": 1}]}, False, False, False),
        ({"trigger": "a.b", "conditions": []}, False, False, False),
        (
            {
                "trigger": "a.b",
                "conditions": [
                    {"field": "x", "operator": ">", "value": 1},
                    {"field": "metrics.cpa", "operator": ">", "value": 1},
                ],
            },
            True,
            True,
            False,
        ),
        ({"trigger": "a.b", "conditions": [{"type": "anomaly_detected"}]}, True, False, False),
        ({"trigger": "a.b", "conditions": [{"type": "time_based", "to": "09:00"}]}, False, False, True),
    ],
)
def test_what_is_looked_at(
    compiler: Connection, document: dict[str, Any], campaigns: bool, facts: bool, calendar: bool
) -> None:
    columns = "(c.rule).judges_campaigns, (c.rule).judges_facts, (c.rule).judges_calendar"
    assert parts(compiler, columns, **document) == (campaigns, facts, calendar)


@pytest.mark.parametrize(
    ("condition", "position", "bounds"),
    [
        ({"type": "time_based", "from": "09:00", "to": "17:30"}, -5, "{[540,1050)}"),
        ({"type": "time_based", "from": "22:00", "to": "06:30"}, -5, "{[0,390),[1320,1440)}"),
        ({"type": "time_based", "from": "22:00"}, -5, "{[1320,1440)}"),
        ({"type": "time_based", "from": "22:00", "to": "00:00"}, -5, "{[1320,1440)}"),
        ({"type": "day_of_week", "days": ["sat", "Sunday"]}, -6, "{[0,0],[6,6]}"),
        ({"type": "campaign_status", "statuses": ["paused", "active"]}, -4, "{[2,2],[3,3]}"),
        ({"metric": "bid", "operator": "!=", "threshold": 2}, -9, "{(,2),(2,)}"),
        ({"metric": "hours_running", "operator": "between", "value": {"min": 2, "max": 3}}, -1, "{[2,3]}"),
        ({"metric": "budget_utilization", "operator": "in", "threshold": [3, 2, 3]}, -3, "{[2,2],[3,3]}"),
        ({"metric": "facts_age", "operator": "gte", "threshold": 2}, -2, "{[2,)}"),
        ({"metric": "cpa", "operator": "<", "compare_to": {"metric": "budget", "factor": 0.1}}, -100, "{(,0)}"),
        ({"type": "metric_rank", "metric": "roas", "count": 3}, -100, "{[1,)}"),
        ({"type": "day_of_month", "days": [1, -1]}, -100, "{[1,)}"),
        ({"type": "budget_pacing", "operator": ">", "threshold": 110}, -100, "{(110,)}"),
    ],
)
def test_where_a_leaf_holds(compiler: Connection, condition: Any, position: int, bounds: str) -> None:
    columns = "(c.rule).signal_positions, (c.rule).bounds::text[]"
    assert parts(compiler, columns, conditions=[condition]) == ([position], [bounds])


def test_columns_of_a_rule(compiler: Connection) -> None:
    campaign = "7a0d1c9e-0000-4000-8000-000000000001"
    assert parts(
        compiler,
        "(c.rule).status, (c.rule).priority, (c.rule).trigger_kind, (c.rule).event_type, (c.rule).cooldown_minutes,"
        " (c.rule).campaign_cooldown_minutes, (c.rule).max_executions_per_day, (c.rule).min_confidence_percent,"
        " (c.rule).changes,"
        " (c.rule).scope_campaigns::text[], (c.rule).scope_platforms, (c.rule).scope_tags, (c.rule).is_scope_related",
        trigger="a.b",
        cooldown_minutes=5,
        max_executions_per_day=0,
        min_confidence=80,
        priority="critical",
        enabled=True,
        scope={"campaigns": [campaign], "platforms": ["Meta"], "tags": ["x"], "related": True},
        actions=[{"type": "adjust_budget", "value": 5}, {"type": "resume_campaign"}, {"type": "notify"}],
    ) == ("active", 100, "event", "a.b", 5, 60, 0, Decimal(80), ["budget", "status"], [campaign], ["meta"], ["x"], True)


TOO_WIDE = "conditions: found groups that make more than 500 alternatives, allowed: at most 500."


def either(count: int) -> dict[str, Any]:
    return {"any": [{"metric": "cpa", "operator": ">", "threshold": i} for i in range(count)]}


@pytest.mark.parametrize(
    ("conditions", "fault"),
    [
        ([either(10), either(5), either(10)], None),
        ([either(10), either(5), either(11)], TOO_WIDE),
        ([either(2)] * 25, TOO_WIDE),
        ([either(51)], "conditions: found 51 conditions, allowed: at most 50; split the rule."),
        (
            [{"metric": "cpa", "operator": ">", "threshold": i, "min_spend": 1} for i in range(26)],
            "conditions: found 52 conditions and minima of evidence, allowed: at most 50.",
        ),
    ],
)
def test_limits(compiler: Connection, conditions: Any, fault: str | None) -> None:
    if fault is None:
        parts(compiler, "1", conditions=conditions)
        return
    with pytest.raises(psycopg.Error) as refusal:
        parts(compiler, "1", conditions=conditions)
    assert refusal.value.sqlstate == "TT030"
    assert refusal.value.diag.message_detail == fault


def test_an_older_compilers_rules_are_compiled_again(tap_db: Any) -> None:
    org_id = tap_db.value("select test.organization('Acme')")
    login = tap_db.value("select test.member(%s, 'manager')", [org_id])
    document = {"name": "x", "conditions": either(2), "actions": [{"type": "notify"}]}
    with tap_db.connect(login) as person:
        person.execute("select trimtab.save_rule(%s)", [Jsonb(document)])
        person.execute("select trimtab.save_rule(%s)", [Jsonb(document | {"name": "y"})])
    kept = (
        "select to_jsonb(r) - 'updated_at',"
        " (select jsonb_agg(t order by t.term) from trimtab.rule_terms t where t.rule_id = r.id)"
        " from trimtab.automation_rules r where r.name = 'x'"
    )
    before = tap_db.rows(kept)
    tap_db.rows("delete from trimtab.rule_terms")
    tap_db.rows(
        "update trimtab.automation_rules set compiler = 0, leaves = '[]', features = '[]', bounds = '{}',"
        " signal_positions = '{}', judges_facts = false,"
        " document = case name when 'y' then document || '{\"conditions\": 1}' else document end"
    )
    versions = tap_db.rows("select * from trimtab.rule_versions order by rule_id")
    assert tap_db.value("select trimtab.recompile_rules()") == tap_db.value(
        "select count(*) - 1 from trimtab.automation_rules"
    )
    assert tap_db.rows(kept) == before
    assert tap_db.rows("select * from trimtab.rule_versions order by rule_id") == versions
    assert tap_db.value("select compiler from trimtab.automation_rules where name = 'y'") == 0
    assert tap_db.value("select trimtab.recompile_rules()") == 0
