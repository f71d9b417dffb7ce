"""normalize_rule() and compile_rule() against documents of any shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from support.database import Connection, Database, TestCluster

TOP = Path(__file__).resolve().parents[2]

# Words that mean something somewhere in a document, so that random documents get past the first key.
KEY_WORDS = """
    name rule_name description rule_type category status enabled is_active priority trigger trigger_type
    trigger_config scope entity_type entity_id conditions condition trigger_conditions condition_logic evidence
    min_confidence actions action execution execute_sequentially stop_on_error delay_between_actions_seconds
    cooldown_minutes campaign_cooldown_minutes max_executions_per_day orchestration_id type metric field operator
    threshold value unit window compare_to compare measure factor min_spend min_duration_hours all any not and or
    logic severity hours from to days statuses count percent order params config notify_admin multiplier max_budget
    change target floor ceiling recipients message url method payload tags assignee event on campaigns related
"""
VALUE_WORDS = """
    metric_threshold performance_change budget_pacing metric_rank time_based day_of_week campaign_status
    campaign_attribute event_payload anomaly_detected pause_campaign adjust_budget auto_scale_up notify
    decrease_budget send_notification webhook emit_event assign cpa ctr roi budget metrics.cpa campaign.status
    payload.x.y last_7_days last_5_days days_9_to_2_ago lifetime > <= == between in contains active draft and or any
    custom high run event manual schedule mention.received ratio fraction percent 08:00 24:00 friday
    https://example.com/ a@example.com role:admin in_order 7a0d1c9e-0000-4000-8000-000000000001
"""
KEYS = KEY_WORDS.split()
WORDS = [*VALUE_WORDS.split(), "", " ", "ß\u2028", "x" * 300]
SCALARS = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, -1, 2, 3.5, 50, 100, 1e15, 1e16, 1e300, -1e300, 1e-300, 123456789012345678901234567890])
    | st.sampled_from(WORDS)
    | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=5)
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)

METRICS = st.sampled_from(["cpa", "roi", "ctr", "spend", "hours_running", "budget", "conversions"])
FIGURES = st.sampled_from([0, 1, 2.5, 50, 1000, -3])
LEAVES = st.one_of(
    st.fixed_dictionaries(
        {"metric": METRICS, "operator": st.sampled_from(["<", ">", "==", "≠", "gte"]), "threshold": FIGURES},
        optional={"window": st.sampled_from(["last_7_days", "last_45_days", "today"]), "min_spend": st.just(10)},
    ),
    st.fixed_dictionaries(
        {
            "field": METRICS.map("metrics.{}".format),
            "operator": st.just("between"),
            "value": st.just({"min": 1, "max": 2}),
        }
    ),
    st.fixed_dictionaries(
        {"type": st.just("day_of_week"), "days": st.lists(st.sampled_from(["mon", "Friday", 0, 6]), min_size=1)}
    ),
    st.just({"type": "campaign_status", "operator": "!=", "value": "paused"}),
    st.just({"type": "time_based", "from": "22:00", "to": "6:00"}),
    st.just({"type": "metric_rank", "metric": "roas", "percent": 10}),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.tuples(st.sampled_from(["all", "any", "and", "or"]), st.lists(inner, min_size=1, max_size=3)).map(
            lambda t: {t[0]: t[1]}
        )
        | inner.map(lambda node: {"not": node})
    ),
    max_leaves=6,
)
CHANGES = {
    "pause_campaign": "status",
    "auto_pause": "status",
    "auto_scale_up": "budget",
    "adjust_budget": "budget",
    "decrease_budget": "budget",
    "adjust_bid": "bid",
}


def agree(actions: list[Any]) -> bool:
    """Whether each action can follow those before it: nothing is changed twice, and nothing after a pause."""
    changed = [CHANGES[action["type"]] for action in actions if action["type"] in CHANGES]
    return len(changed) == len(set(changed)) and "status" not in changed[:-1]


ACTIONS: st.SearchStrategy[list[Any]] = st.lists(
    st.sampled_from(
        [
            {"type": "pause_campaign"},
            {"type": "auto_pause", "notify_admin": True},
            {"type": "auto_scale_up", "multiplier": 1.3, "max_budget": 500},
            {"type": "adjust_bid", "params": {"value": -10, "floor": 0.5}},
            {"type": "adjust_budget", "change": "ratio", "metric": "cpa", "target": 20},
            {"type": "webhook", "url": "https://example.com/hook", "payload": {"a": None}},
            {"type": "decrease_budget", "value": 30},
        ]
    ),
    min_size=1,
    max_size=3,
).filter(agree)
RULES = st.fixed_dictionaries(
    {"name": st.just("x"), "conditions": TREES, "actions": ACTIONS},
    optional={
        "priority": st.sampled_from(["low", "HIGH", 7, 1000]),
        "status": st.sampled_from(["Active", "draft", "archived"]),
        "enabled": st.booleans(),
        "condition_logic": st.sampled_from(["and", "custom"]),
        "trigger": st.sampled_from(
            ["run", "manual", "mention.received", {"type": "event", "config": {"event": "a.b"}}]
        ),
        "evidence": st.just({"min_clicks": 10}),
        "cooldown_minutes": st.just(15),
        "execute_sequentially": st.booleans(),
        "max_executions_per_day": st.sampled_from([0, 3]),
    },
)


@pytest.fixture(scope="module")
def reader(cluster: TestCluster) -> Iterator[Connection]:
    database = cluster.create(cluster.template("migrated"))
    yield database.connect()
    cluster.drop(database)


def normalize(reader: Connection, document: Any) -> tuple[Any, list[str] | None]:
    [(canonical, faults)] = reader.execute("select document, faults from trimtab.normalize_rule(%s)", [Jsonb(document)])
    return canonical, faults


def compiles(reader: Connection, document: Any) -> bool:
    """Whether it compiles; the one error that is allowed is TT030."""
    try:
        reader.execute("select rule, terms from trimtab.compile_rule(%s)", [Jsonb(document)])
    except psycopg.Error as error:
        assert error.sqlstate == "TT030", error
        return False
    return True


def check_anything(reader: Connection, document: Any) -> None:
    canonical, faults = normalize(reader, document)
    assert (canonical is None) != (faults is None)
    if faults is not None:
        assert all(re.match(r"[a-z_]+(\.|\[|:).*found .*", fault, re.DOTALL) for fault in faults)
        assert not compiles(reader, document)
    else:
        assert normalize(reader, canonical) == (canonical, None)
        compiles(reader, canonical)


@given(document=ANYTHING)
def test_any_json_is_read_or_refused(reader: Connection, document: Any) -> None:
    check_anything(reader, document)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(max_examples=50_000)
@given(document=ANYTHING)
def test_much_json_is_read_or_refused(reader: Connection, document: Any) -> None:
    check_anything(reader, document)


@given(document=RULES, key=st.sampled_from(KEYS), value=ANYTHING)
def test_a_rule_with_anything_in_it_is_read_or_refused(reader: Connection, document: Any, key: str, value: Any) -> None:
    spoilt = dict(document)
    spoilt[key] = value
    canonical, faults = normalize(reader, spoilt)
    assert (canonical is None) != (faults is None)
    if canonical is not None:
        assert normalize(reader, canonical) == (canonical, None)
    compiles(reader, spoilt)


@given(document=RULES, key=st.sampled_from(KEYS), value=ANYTHING, where=st.sampled_from(["conditions", "actions"]))
def test_a_part_with_anything_in_it_is_read_or_refused(
    reader: Connection, document: Any, key: str, value: Any, where: str
) -> None:
    part = document[where]
    part = part[0] if isinstance(part, list) else part
    if isinstance(part, dict):
        canonical, faults = normalize(reader, document | {where: [part | {key: value}]})
        assert (canonical is None) != (faults is None)
        compiles(reader, document | {where: [part | {key: value}]})


@given(document=RULES)
def test_the_canonical_form_is_its_own(reader: Connection, document: Any) -> None:
    canonical, faults = normalize(reader, document)
    assert faults is None
    assert normalize(reader, canonical) == (canonical, None)
    assert compiles(reader, canonical)


def test_the_deploy_compiles_again_what_an_older_compiler_made(db: Database) -> None:
    version = db.value("select trimtab.rule_compiler()")
    text = (TOP / "sql/reference/compiled_rules.sql").read_text(encoding="utf-8")
    assert text.startswith(f"-- Compiler {version}.")


# The positions to which each compiler lays out its rules. Whoever moves a metric or a window raises rule_compiler(), so
# that rules which are there already do not read another figure.
LAID_OUT = {2: "89e28ea96d2f79c8078846cbc4640337"}


def test_rules_are_compiled_again_when_metrics_move(db: Database) -> None:
    places = db.value(
        "select md5(string_agg(format('%s %s', t.code, t.position), ',' order by t.kind, t.position)) from ("
        " select 1, code, position from trimtab.metrics union all"
        " select 2, code, position from trimtab.metric_windows) t (kind, code, position)"
    )
    assert {db.value("select trimtab.rule_compiler()"): places} == LAID_OUT


def test_platforms_of_a_scope_are_those_there_are(db: Database) -> None:
    [(allowed, known)] = db.rows(
        "select (select allowed from trimtab.rule_vocabulary_parameters where code = 'scope' and name = 'platforms'),"
        " array(select code from trimtab.platforms order by code)"
    )
    assert allowed == known


def test_every_parameter_has_words_for_what_is_allowed(db: Database) -> None:
    assert (
        db.rows(
            "select kind, code, name from trimtab.rule_vocabulary_parameters p"
            " where trimtab.rule_value_allowed(p.value_type, p.minimum, p.maximum, coalesce(p.allowed, '{}')) is null"
        )
        == []
    )


def test_defaults_are_canonical(db: Database) -> None:
    assert (
        db.rows(
            "select kind, code, name from trimtab.rule_vocabulary_parameters p"
            " where p.default_value is not null and p.value_type <> 'any' and trimtab.rule_value(p.default_value,"
            "   p.value_type, p.minimum, p.maximum, case p.value_type when 'window' then p.allowed"
            "   || array(select code from trimtab.metric_windows) else p.allowed end) is distinct from p.default_value"
        )
        == []
    )
