"""What explain_rule() says would turn an outcome round does, and nothing nearer does: by an evaluation of our own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from support.database import Database

METRICS = ("roas", "spend", "ctr", "conversions")
WINDOWS = ("lifetime", "last_7_days")
TINY = Decimal("0.0001")

numbers = st.integers(-3, 12).map(Decimal)
leaves = st.builds(
    lambda metric, window, operator, threshold, other, minimum: {
        "type": "metric_threshold",
        "metric": metric,
        "window": window,
        "operator": operator,
        "threshold": sorted([threshold, other])
        if operator == "between"
        else [threshold, other]
        if operator == "in"
        else threshold,
        **({} if minimum is None else {"min_spend": minimum}),
    },
    st.sampled_from(METRICS),
    st.sampled_from(WINDOWS),
    st.sampled_from(("<", "<=", ">", ">=", "=", "!=", "between", "in")),
    numbers,
    numbers,
    st.none() | st.integers(0, 9).map(Decimal),
)
trees = st.recursive(
    leaves,
    lambda nodes: st.one_of(
        st.lists(nodes, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(nodes, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        nodes.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)
values = st.fixed_dictionaries({(metric, window): st.none() | numbers for metric in METRICS for window in WINDOWS})


def compare(operator: str, value: Decimal, threshold: Any) -> bool:
    match operator:
        case "<":
            return bool(value < threshold)
        case "<=":
            return bool(value <= threshold)
        case ">":
            return bool(value > threshold)
        case ">=":
            return bool(value >= threshold)
        case "=":
            return bool(value == threshold)
        case "!=":
            return bool(value != threshold)
        case "between":
            return bool(threshold[0] <= value <= threshold[1])
        case "in":
            return value in threshold
    raise AssertionError(operator)


def holds(node: dict[str, Any], found: dict[tuple[str, str], Decimal | None]) -> bool | None:
    """True, false, or not known. What lacks its evidence is not known, whichever way it is asked."""
    if "all" in node:
        parts = [holds(part, found) for part in node["all"]]
        return False if False in parts else None if None in parts else True
    if "any" in node:
        parts = [holds(part, found) for part in node["any"]]
        return True if True in parts else None if None in parts else False
    if "not" in node:
        part = holds(node["not"], found)
        return None if part is None else not part
    value = found[node["metric"], node["window"]]
    spend = found["spend", node["window"]]
    if value is None or ("min_spend" in node and (spend is None or spend < node["min_spend"])):
        return None
    return compare(node["operator"], value, node["threshold"])


def thresholds(node: dict[str, Any], key: tuple[str, str]) -> set[Decimal]:
    """Where the answer about one figure may change."""
    if "not" in node:
        return thresholds(node["not"], key)
    if "all" in node or "any" in node:
        return {x for part in node.get("all") or node["any"] for x in thresholds(part, key)}
    found = set()
    if (node["metric"], node["window"]) == key:
        found |= set(node["threshold"]) if isinstance(node["threshold"], list) else {node["threshold"]}
    if "min_spend" in node and ("spend", node["window"]) == key:
        found.add(node["min_spend"])
    return found


def plain(node: Any) -> Any:
    """The same with numbers that JSON knows."""
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    return int(node) if isinstance(node, Decimal) else node


def test_the_smallest_change_that_flips_the_outcome(db: Database) -> None:
    with db.connect() as connection:

        @settings(max_examples=settings().max_examples * 2, suppress_health_check=list(HealthCheck))
        @given(trees, values)
        def agree(tree: dict[str, Any], found: dict[tuple[str, str], Decimal | None]) -> None:
            tree = tree if {"all", "any", "not"} & tree.keys() else {"all": [tree]}
            document = {
                "name": "Random",
                "conditions": plain(tree if "all" in tree else {"all": [tree]}),
                "actions": [{"type": "pause_campaign"}],
            }
            row = connection.execute(
                "select (c.rule).leaves, null from trimtab.compile_rule(%s) c", [Jsonb(document)]
            ).fetchone()
            assert row is not None
            place = {"roi": "roas"}
            keys = [
                (place.get(leaf["condition"]["metric"], leaf["condition"]["metric"]), leaf["condition"]["window"])
                for leaf in row[0]
            ]
            row = connection.execute(
                "select trimtab.outcome_flips(c.rule, c.terms, %s::numeric[]) from trimtab.compile_rule(%s) c",
                [[found[key] for key in keys], Jsonb(document)],
            ).fetchone()
            assert row is not None
            said = {(flip["metric"], flip["window"]): flip for flip in row[0]}
            outcome = holds(tree, found) is True
            for key in set(keys):
                present = found[key]
                at = sorted(thresholds(tree, key))
                turning = [
                    x + step
                    for x in at
                    for step in (-TINY, Decimal(0), TINY)
                    if (holds(tree, found | {key: x + step}) is True) != outcome
                ]
                if not turning:
                    assert key not in said, (key, said[key])
                    continue
                flip = said[key]
                if flip["flips_at"] is None:
                    assert flip["reached"] == "any" and present is None
                    assert all((holds(tree, found | {key: x}) is True) != outcome for x in (-TINY, *at, Decimal(99)))
                    continue
                edge = Decimal(str(flip["flips_at"]))
                step = {"at": Decimal(0), "above": TINY, "below": -TINY}[flip["reached"]]
                assert (holds(tree, found | {key: edge + step}) is True) != outcome, (key, flip)
                if present is not None:
                    nearest = min(abs(x - present) for x in turning)
                    assert abs(abs(edge - present) - nearest) <= TINY, (key, flip, turning)
                    assert Decimal(str(flip["change"])) == edge - present

        agree()
