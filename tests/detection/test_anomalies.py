"""The detector of anomalies, judged where the truth is known: simulated organizations with disturbances put in."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from detection.anomaly_worlds import (
    AS_OF,
    AS_OF_HOURS,
    CAMPAIGNS,
    DISTURBED,
    HOURLY_KINDS,
    KINDS,
    Disturbance,
    World,
    draw,
    plain_z_scores,
    store,
)
from detection.facts import load_display, load_tiktok
from scipy import stats
from support.database import Connection, Database

STRONG = ("spend x 4, a day", "all volume x 4, a day", "all volume x 0.2, a day", "delivery stops, a day")


def detect(connection: Connection, world: World, as_of: datetime = AS_OF) -> tuple[list[set[str]], list[Any]]:
    """The metrics found of each campaign, in order, and what many share: (kind, metric, direction)."""
    places = {campaign: i for i, campaign in enumerate(world.campaigns)}
    found: list[set[str]] = [set() for _ in places]
    shared = []
    for campaign, kind, metric, direction in connection.execute(
        "select campaign_id, kind, metric, direction from trimtab.detect_anomalies(%s, %s)", [world.org, as_of]
    ):
        if campaign is None:
            shared.append((kind, metric, direction))
        else:
            found[places[str(campaign)]].add(metric)
    return found, shared


class Tally:
    """Found and missed disturbances by kind, and alarms about campaigns that nothing happened to."""

    def __init__(self) -> None:
        self.ours: dict[str, list[bool]] = defaultdict(list)
        self.plain: dict[str, list[float]] = defaultdict(list)
        self.false_alarms: list[bool] = []
        self.plain_of_clean: list[float] = []

    def count(self, kind: Disturbance, found: list[set[str]], scores: dict[str, Any] | None) -> None:
        self.ours[kind.name] += [bool(metrics & kind.metrics) for metrics in found[:DISTURBED]]
        self.false_alarms += [bool(metrics) for metrics in found[DISTURBED:]]
        if scores is not None:
            self.plain[kind.name] += list(np.max([scores[name] for name in kind.metrics], axis=0)[:DISTURBED])
            self.plain_of_clean += list(np.max(list(scores.values()), axis=0)[DISTURBED:])

    def recall(self, kinds: Iterable[str] | None = None) -> float:
        return float(np.mean([hit for kind in kinds or self.ours for hit in self.ours[kind]]))

    def precision(self) -> float:
        """With one campaign in ten disturbed, as here."""
        hits = sum(sum(hits) for hits in self.ours.values())
        return hits / (hits + sum(self.false_alarms))

    def at_equal_alarms(self) -> float:
        """The plain score above which as many campaigns raise a false alarm as with our detector."""
        return float(np.quantile(self.plain_of_clean, 1 - np.mean(self.false_alarms)))

    def show(self) -> None:
        least = self.at_equal_alarms()
        print("| disturbance | found | z-score > 3 | z-score, equal alarms |\n|---|---|---|---|")
        for kind, hits in self.ours.items():
            plain = np.array(self.plain[kind])
            print(f"| {kind} | {np.mean(hits):.0%} | {np.mean(plain > 3):.0%} | {np.mean(plain > least):.0%} |")
        plain = np.concatenate(list(self.plain.values()))
        clean = np.array(self.plain_of_clean)
        right = int((plain > 3).sum())
        print(f"| all | {self.recall():.0%} | {np.mean(plain > 3):.0%} | {np.mean(plain > least):.0%} |")
        alarms = (100 * float(np.mean(rate)) for rate in (self.false_alarms, clean > 3, clean > least))
        print("| false alarms of 100 campaigns | " + " | ".join(f"{rate:.1f}" for rate in alarms) + " |")
        print(f"| precision | {self.precision():.0%} | {right / (right + (clean > 3).sum()):.0%} |"
              f" {(plain > least).sum() / ((plain > least).sum() + (clean > least).sum()):.0%} |")  # fmt: skip


def judge(db: Database, seeds: Iterable[int]) -> Tally:
    tally = Tally()
    with db.connect(autocommit=False) as connection:
        for seed in seeds:
            for place, kind in enumerate(KINDS):
                figures = draw(np.random.default_rng([seed, place]))
                for campaign in range(DISTURBED):
                    kind.happen(figures, campaign)
                found, _ = detect(connection, store(connection, figures))
                tally.count(kind, found, plain_z_scores(figures))
                connection.rollback()
    tally.show()
    return tally


def test_disturbances_are_found(db: Database) -> None:
    tally = judge(db, seeds=[1])
    assert tally.recall(STRONG) >= 0.9
    assert tally.recall() >= 0.5
    assert tally.precision() >= 0.65
    assert np.mean(tally.false_alarms) <= 0.05
    least = tally.at_equal_alarms()
    assert tally.recall() > np.mean([score > least for scores in tally.plain.values() for score in scores])


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_disturbances_are_found_in_many_worlds(db: Database) -> None:
    tally = judge(db, seeds=range(10, 20))
    assert tally.recall(STRONG) >= 0.95
    assert tally.recall() >= 0.55
    assert tally.precision() >= 0.7
    assert np.mean(tally.false_alarms) <= 0.03


def test_hours(db: Database) -> None:
    """Three hours are judged at their time of day, long before the day is over."""
    tally = Tally()
    with db.connect(autocommit=False) as connection:
        for place, kind in enumerate(HOURLY_KINDS):
            figures = draw(np.random.default_rng([7, place]), days=37, hourly=True)
            for campaign in range(DISTURBED):
                kind.happen(figures, campaign)
            found, _ = detect(connection, store(connection, figures, hourly=True), AS_OF_HOURS)
            tally.count(kind, found, None)
            connection.rollback()
    print({kind: np.mean(hits) for kind, hits in tally.ours.items()}, "false", np.mean(tally.false_alarms))
    assert tally.recall() >= 0.75
    assert np.mean(tally.false_alarms) <= 0.03


@pytest.mark.parametrize(
    ("measures", "factor", "expected"),
    [
        (("conversions", "revenue"), 0, ("tracking_break", "conversions", "down")),
        (("clicks", "conversions", "revenue"), 0, ("tracking_break", "clicks", "down")),
        (("impressions", "clicks", "spend", "conversions", "revenue"), 1.8, ("shared_shift", "impressions", "up")),
    ],
)
def test_what_happens_to_all_is_told_once(
    db: Database, measures: tuple[str, ...], factor: float, expected: tuple[str, str, str]
) -> None:
    with db.connect(autocommit=False) as connection:
        figures = draw(np.random.default_rng(11))
        for campaign in range(CAMPAIGNS):
            Disturbance("", factor, 1, measures, frozenset()).happen(figures, campaign)
        found, shared = detect(connection, store(connection, figures))
        assert expected in shared
        assert sum(bool(metrics) for metrics in found) <= 4


def test_few_clicks_are_no_evidence(db: Database) -> None:
    """Campaigns with three clicks a day: on some of them the rate doubles or is nothing, by chance."""
    with db.connect(autocommit=False) as connection:
        rng = np.random.default_rng(3)
        clicks = rng.poisson(3, (CAMPAIGNS, 60)).astype(float)
        conversions = rng.binomial(clicks.astype(int), 0.2).astype(float)
        figures = {"impressions": np.full(clicks.shape, 300.0), "clicks": clicks, "spend": clicks * 0.5,
                   "conversions": conversions, "revenue": conversions * 30}  # fmt: skip
        found, shared = detect(connection, store(connection, figures))
        assert shared == []
        assert sum(bool(metrics) for metrics in found) <= 1


def test_the_score_is_a_normal_quantile(db: Database) -> None:
    """Against the exact tails of the negative binomial distribution, as scipy computes them."""
    compared = 0
    with db.connect() as connection:
        for mean, variance in itertools.product((0.5, 3.0, 12.0, 200.0), (0.0025, 0.04, 0.3)):
            scores = connection.execute(
                "select n, trimtab.noise_score(n, %s, %s) from generate_series(0, %s) n",
                [mean, variance, int(mean * 4) + 8],
            ).fetchall()
            size = 1 / variance
            exact = stats.nbinom(size, size / (size + mean))
            for found, score in scores:
                # What is as far or farther on its side.
                quantile = stats.norm.ppf(exact.cdf(found)) if found < mean else stats.norm.isf(exact.sf(found - 1))
                if 1.5 <= abs(quantile) <= 6:
                    compared += 1
                    assert score == pytest.approx(quantile, abs=0.2 + 0.05 * abs(quantile)), (mean, variance, found)
    assert compared > 500


def test_real_ads_that_stopped(db: Database) -> None:
    """In the TikTok export: whoever was shown daily for two weeks and then not at all is told of on that day."""
    with db.connect(autocommit=False) as connection:
        org, titles = load_tiktok(connection)
        stops = connection.execute(
            "select campaign_id::text, day from (select campaign_id, day, impressions, count(*) over w as days,"
            " min(impressions) over w as least from trimtab.campaign_metrics where org_id = %s and grain = 'day'"
            " window w as (partition by campaign_id order by day range between '42 days' preceding"
            " and '1 day' preceding)) d where impressions = 0 and least > 2000 and days >= 20",
            [org],
        ).fetchall()
        assert len(stops) >= 2
        for campaign, day in stops:
            row = connection.execute(
                "select kind from trimtab.detect_anomalies(%s, %s) where campaign_id = %s and metric = 'impressions'",
                [org, f"{day + timedelta(days=1)} 06:00+07", campaign],
            ).fetchone()
            assert row == ("delivery_stop",), (titles[campaign], day)


def test_an_ended_campaign_has_no_anomaly(db: Database) -> None:
    """Camp 2 of the display file is absent after 30 April: absent is not zero."""
    with db.connect(autocommit=False) as connection:
        org, titles = load_display(connection)
        found = set()
        for days in range(14):
            day = date(2020, 5, 2) + timedelta(days=days)
            found |= {
                titles[str(row[0])]
                for row in connection.execute(
                    "select campaign_id from trimtab.detect_anomalies(%s, %s)"
                    " where kind = 'delivery_stop' or starts_at >= '2020-05-01' and metric = 'impressions'",
                    [org, f"{day} 06:00+00"],
                )
            }
        assert "camp 2" not in found
