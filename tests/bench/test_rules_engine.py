"""The rules engine: evaluation against a packed statement by hand, an interpreter and a worker; growth; explaining."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from bench import measure
from bench.conftest import World
from support.database import ENGINE, Connection

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]


def peak_memory(connection: Connection) -> float:
    """Megabytes that the connection's backend held at its peak, shared buffers included."""
    pid = measure.scalar(connection, "select pg_backend_pid()")
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM")


def make_rules(world: World, each: int) -> None:
    world.database.rows("call bench.make_pairs_of_conditions(%s)", [each])
    measure.vacuum(world.database, "trimtab.automation_rules", "trimtab.rule_terms", "bench.packed")


def test_evaluating_without_acting(world: World) -> None:
    zen_worker = pytest.importorskip("bench.zen_worker", reason="pip install '.[bench]'", exc_type=ImportError)
    make_rules(world, 10)
    count = world.organizations
    few = max(1, count // 50)
    with world.database.connect(ENGINE) as connection, world.database.connect() as worker:
        matches = {
            "ours": measure.scalar(connection, "select bench.match_all(1, %s)", [count]),
            "packed": measure.scalar(connection, "select bench.match_all_packed(1, %s)", [count]),
            "worker": zen_worker.work(worker, 1, count),
        }
        assert len(set(matches.values())) == 1, matches
        some = {
            "ours": measure.scalar(connection, "select bench.match_all(1, %s)", [few]),
            "interpreter": measure.scalar(connection, "select bench.interpret_all(1, %s)", [few]),
        }
        assert len(set(some.values())) == 1, some

        def call(query: str, last: int) -> float:
            return measure.timed(lambda: measure.scalar(connection, query, [last]))

        seconds = measure.alternate(
            world.runs,
            {
                "ours": lambda: call("select bench.match_all(1, %s)", count),
                "packed": lambda: call("select bench.match_all_packed(1, %s)", count),
            },
        )
        against_worker = measure.alternate(
            max(1, world.runs // 2),
            {
                "ours": lambda: call("select bench.match_all(1, %s)", count),
                "worker": lambda: measure.timed(lambda: zen_worker.work(worker, 1, count)),
                "picked": lambda: measure.timed(lambda: zen_worker.work(worker, 1, count, picked=True)),
            },
            warm=False,
        )
        against_row = measure.alternate(
            max(1, world.runs // 2),
            {
                "ours": lambda: call("select bench.match_all(1, %s)", few),
                "row": lambda: call("select bench.interpret_all(1, %s)", few),
            },
        )
    measure.say_figure(
        f"evaluating {count * world.campaigns * 10:,} pairs of rule and campaign, two conditions each, {count:,} calls,"
        f" without acting ({matches['ours']:,} matches)",
        {
            "evaluate_rules()": seconds["ours"],
            "by hand: conditions packed in arrays beside the rule": seconds["packed"],
            "Python worker with ZEN, reading and writing included": against_worker["worker"],
            "the same, the figures it needs picked out by the database": against_worker["picked"],
        },
    )
    measure.say_ratio("evaluate_rules() / packed by hand", measure.ratios(seconds["ours"], seconds["packed"]), most=1.5)
    measure.say_ratio(
        "worker / evaluate_rules()", measure.ratios(against_worker["worker"], against_worker["ours"]), least=10
    )
    measure.say_ratio(
        "worker for whom they are picked / evaluate_rules()",
        measure.ratios(against_worker["picked"], against_worker["ours"]),
    )
    measure.say_figure(
        f"{few * world.campaigns * 10:,} pairs of {few:,} organizations",
        {"evaluate_rules()": against_row["ours"], "PL/pgSQL, a row at a time from facts": against_row["row"]},
    )
    measure.say_ratio(
        "a row at a time / evaluate_rules()", measure.ratios(against_row["row"], against_row["ours"]), least=50
    )


def test_growing(world: World) -> None:
    """Ten times the rules, ten times the pairs: time in proportion, memory not."""
    count = world.organizations
    figures = {}
    for each in (10, 30, 100):
        make_rules(world, each)
        with world.database.connect(ENGINE) as connection:
            measure.scalar(connection, "select bench.match_all(1, %s)", [min(10, count)])
            seconds = [
                measure.timed(lambda: measure.scalar(connection, "select bench.match_all(1, %s)", [count]))
                for _ in range(3)
            ]
            figures[each] = seconds, peak_memory(connection)
    base = min(figures[10][0]) / (count * world.campaigns * 10)
    measure.say_figure(
        f"growth: {count:,} calls",
        {f"{count * world.campaigns * each:,} pairs": seconds for each, (seconds, _) in figures.items()},
    )
    for each, (seconds, memory) in figures.items():
        pairs = count * world.campaigns * each
        measure.say(
            f"    {pairs:>12,} pairs: {1e6 * min(seconds) / pairs:.2f} microseconds a pair"
            f" ({min(seconds) / pairs / base:.2f} of the first), backend at most {memory:.0f} MB"
        )


def test_explaining(world: World) -> None:
    make_rules(world, 10)
    with world.database.connect(ENGINE) as connection:
        total = measure.scalar(connection, "select count(*) from trimtab.campaigns")
        rows = connection.execute(
            "select o.org_id, r.id, c.id, c.title from bench.organizations o"
            " join trimtab.automation_rules r on r.org_id = o.org_id and r.name = '1 0'"
            " join lateral (select c.id, case c.title when 'Campaign 7' then 'matches' else 'does not' end as title"
            "   from trimtab.campaigns c"
            "   where c.org_id = o.org_id and c.title in ('Campaign 7', 'Campaign 8')) c on true"
            " where o.number <= 50 order by o.number"
        ).fetchall()
        seconds: dict[str, list[float]] = {"matches": [], "does not": []}
        for org_id, rule_id, campaign_id, title in rows:
            with connection.transaction():
                connection.execute("select trimtab.init_transaction_context(null, %s)", [org_id])
                begun = time.perf_counter()
                measure.scalar(connection, "select trimtab.explain_rule(%s, %s)", [rule_id, campaign_id])
                seconds[title].append(time.perf_counter() - begun)
    measure.say_figure(
        f"explain_rule() at {total:,} campaigns",
        {
            "a rule that holds for the campaign": seconds["matches"][2:],
            "a rule that does not hold": seconds["does not"][2:],
        },
        "ms",
    )
