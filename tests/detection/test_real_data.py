"""What is found in real exports, where the truth can be read off the figures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from detection.facts import load_display, load_tiktok
from support.database import Connection, Database

Loaded = tuple[Connection, str, dict[str, str]]


@pytest.fixture
def tiktok(db: Database) -> Iterator[Loaded]:
    with db.connect(autocommit=False) as connection:
        yield connection, *load_tiktok(connection)


@pytest.fixture
def display(db: Database) -> Iterator[Loaded]:
    with db.connect(autocommit=False) as connection:
        yield connection, *load_display(connection)


def found(loaded: Loaded, as_of: str, kind: str | None = None) -> set[tuple[str, str, str]]:
    """Title of the campaign, type and subject of what is found."""
    connection, org, titles = loaded
    rows = connection.execute(
        "select campaign_id, opportunity_type, subject from trimtab.find_opportunities(%(org)s, %(as_of)s)"
        " where %(kind)s::text is null or opportunity_type = %(kind)s",
        {"org": org, "as_of": as_of, "kind": kind},
    ).fetchall()
    return {(titles[str(campaign)], kind, subject) for campaign, kind, subject in rows}


def test_worn_out_tiktok_ads(tiktok: Loaded) -> None:
    """Ads 5, 6, 8 and 10 lost about a third of their click-through rate or more; 1, 2, 3, 4, 7 did not."""
    tired = {title for title, _, _ in found(tiktok, "2024-04-25 00:00+07", "creative_fatigue")}
    assert tired - {"Ad Name 9"} == {"Ad Name 5", "Ad Name 6", "Ad Name 8", "Ad Name 10"}
    severities = (
        tiktok[0]
        .execute("select distinct severity from trimtab.find_opportunities(%s, '2024-04-25 00:00+07')", [tiktok[1]])
        .fetchall()
    )
    assert severities == [("low",)], "none of them is shown any more: nothing is at stake"


def test_worn_out_while_still_shown(tiktok: Loaded) -> None:
    """On the last day on which ads 5, 6 and 8 were shown they are found as well, and money is at stake."""
    connection, org, titles = tiktok
    rows = connection.execute(
        "select campaign_id, severity, (estimated_impact ->> 'wasted_spend')::numeric > 0"
        " from trimtab.find_opportunities(%s, '2023-11-23 00:00+07')"
        " where opportunity_type = 'creative_fatigue' and (evidence ->> 'is_delivering')::boolean",
        [org],
    ).fetchall()
    assert {titles[str(campaign)] for campaign, _, _ in rows} == {"Ad Name 5", "Ad Name 6", "Ad Name 8"}
    assert all(severity != "low" and wasted for _, severity, wasted in rows)


def test_nothing_known_nothing_found(tiktok: Loaded) -> None:
    connection, org, _ = tiktok
    row = connection.execute(
        "select count(*) from trimtab.find_opportunities(%s, '2024-04-25 00:00+07', 0)", [org]
    ).fetchone()
    assert row == (0,)


@pytest.mark.parametrize(
    ("as_of", "camp_1", "camp_2", "camp_3"),
    [
        ("2020-05-01", 1.88, 2.05, 1.43),
        ("2020-06-01", 1.43, None, 1.56),
        ("2020-07-01", 0.89, None, 1.38),
    ],
)  # fmt: skip
def test_return_of_the_last_30_days_and_its_confidence(
    display: Loaded, as_of: str, camp_1: float, camp_2: float | None, camp_3: float
) -> None:
    """A rule 'return below 1 over 30 days' fires on camp 1 in June only; of camp 2, which ended, nothing is known."""
    connection, org, titles = display
    ids = sorted(titles, key=lambda campaign: titles[campaign])
    signals: dict[str, Decimal] = dict(
        connection.execute(
            "select campaign_id::text, signals[trimtab.signal_position('roi', 'last_30_days')]"
            " from trimtab.compute_signals(%s, null, %s)",
            [org, as_of],
        ).fetchall()
    )
    for campaign, expected in zip(ids, (camp_1, camp_2, camp_3), strict=True):
        value = signals[campaign]
        if expected is None:
            assert value is None
        else:
            # The months have 30, 31 and 30 days: in May the window leaves out the first of them.
            assert float(value) == pytest.approx(expected, abs=0.01 if as_of != "2020-06-01" else 0.03)
    confidence = [
        row[0]
        for row in connection.execute(
            "select confidence from trimtab.confidence_of(%s, %s::uuid[], array['roi', 'roi', 'roi'],"
            " array['last_30_days', 'last_30_days', 'last_30_days'], array[null, null, null]::numeric[],"
            " array[1, 1, 1], %s) order by ordinality",
            [org, ids, as_of],
        )
    ]
    assert (confidence[0] > 0.9) == (as_of == "2020-07-01")
    assert (confidence[1] is None) == (camp_2 is None)
    assert confidence[2] < 0.2


@pytest.mark.parametrize("as_of", ["2020-05-01", "2020-05-04", "2020-05-09", "2020-06-01", "2020-07-01"])
def test_an_ended_campaign_is_not_broken(display: Loaded, as_of: str) -> None:
    """Camp 2 stops after 30 April: absence, not zeros."""
    assert not {entry for entry in found(display, as_of) if entry[0] == "camp 2"}


def test_the_decay_of_camp_1(display: Loaded) -> None:
    at_end = found(display, "2020-07-01")
    assert ("camp 1", "budget_inefficiency", "") in at_end
    assert {subject for title, kind, subject in at_end if title == "camp 1" and kind == "creative_fatigue"} >= {
        "creative:240 x 400", "creative:300 x 250", "creative:580 x 400", "creative:670 x 90", "creative:728 x 90",
    }  # fmt: skip
    assert ("camp 1", "budget_inefficiency", "") not in found(display, "2020-06-01") | found(display, "2020-05-01")
