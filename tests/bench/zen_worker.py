"""What a worker outside the database does: reads signals, evaluates every rule with GoRules ZEN, writes the matches."""

from __future__ import annotations

from typing import Any

import zen
from support.database import Connection

# The same signals that the database judges by, and only those that a rule asks for, picked out by the database.
WHOLE = "s.signals"
PICKED = "array(select s.signals[p]::float8 from unnest(%(places)s::integer[]) with ordinality u (p, n) order by n)"
READ = (
    "select c.id, {signals} from trimtab.campaigns c"
    " join trimtab.campaign_signals s on s.org_id = c.org_id and s.campaign_id = c.id"
    " where c.org_id = %(org_id)s and s.org_id = %(org_id)s and c.status = 'active'"
    " and (c.ends_at is null or c.ends_at > trimtab.clock())"
)


def compile_rules(connection: Connection) -> list[tuple[int, int, int, Any]]:
    """The rules of bench.rules: number, places of the two signals, and the compiled expression."""
    rows = connection.execute(
        "select r.number, trimtab.signal_position(r.condition ->> 'metric', r.condition ->> 'window'),"
        " trimtab.signal_position('spend', r.condition ->> 'window'), r.condition from bench.rules r order by 1"
    ).fetchall()
    compiled = []
    for number, value, spend, condition in rows:
        text = f"value {condition['operator']} {condition['threshold']} and spend >= {condition['min_spend']}"
        compiled.append((number, value, spend, zen.compile_expression(text)))
    return compiled


def work(connection: Connection, first: int, last: int, picked: bool = False) -> int:
    """Judge organizations `first` to `last`, one read and one write each; how many matches there are."""
    rules = compile_rules(connection)
    places = sorted({place for _, value, spend, _ in rules for place in (value, spend)})
    at = {place: number if picked else place - 1 for number, place in enumerate(places)}
    query = READ.format(signals=PICKED if picked else WHOLE).encode()
    connection.execute("create temp table if not exists found (rule integer, campaign_id uuid)")
    connection.execute("truncate found")
    matches = 0
    organizations = connection.execute(
        "select org_id from bench.organizations where number between %s and %s order by number", [first, last]
    ).fetchall()
    for (org_id,) in organizations:
        campaigns = connection.execute(query, {"org_id": org_id, "places": places}).fetchall()
        found = []
        for campaign_id, signals in campaigns:
            for number, value, spend, expression in rules:
                # ZEN raises on null; what is not known fulfils nothing. It knows no decimals.
                one, other = signals[at[value]], signals[at[spend]]
                if None not in (one, other) and expression.evaluate({"value": float(one), "spend": float(other)}):
                    found.append((number, campaign_id))
        with connection.cursor().copy("copy found from stdin") as copy:
            for row in found:
                copy.write_row(row)
        matches += len(found)
    return matches
