"""The exports of the platforms, with all that is awkward about them."""

# ruff: noqa: E501 - headings are as long as the platforms make them
from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from importers.books import Books, mapping

from trimtab.importers.faults import UnusableFileError
from trimtab.importers.reading import Source
from trimtab.importers.recognising import recognise

Write = Callable[..., Path]

META = """\ufeffDay,"Campaign name","Campaign ID",Reach,Frequency,Impressions,Currency,"Amount spent (EUR)","Clicks (all)","Link clicks",Purchases,"Purchases conversion value","Reporting starts","Reporting ends"
2026-06-25,Sale,11,2100,1.95238095,4100,EUR,75.5,118,90,,,2026-06-25,2026-06-25
2026-06-25,"Post: \U0001f38a party

read on",12,3500,1.94,6800,EUR,130,140,,3,880.5,2026-06-25,2026-06-25
2026-06-26,Sale renamed,11,100,1,100,EUR,1,0,0,0,120.4,2026-06-26,2026-06-26
"""

GOOGLE = """Campaign performance
1 June 2026 - 25 June 2026
Campaign type,Campaign,Day,Currency code,Cost,Clicks,Impr.,CTR,Conversions,Conv. value,Campaign status,Budget
Search,Brand,2026-06-01,AUD,27.60,12,50,24.00%,0.00,0.00,Enabled,30.00
Shopping,Total care,2026-06-25,AUD,"1,104.17",21,"1,415",1.48%,0.98,460.20,Paused, --
Total: Campaigns, --, --,AUD,"1,131.77",33,"1,465",2.25%,0.98,460.20, --, --
Total: Account, --, --,AUD,"9,131.77",93,"9,465",2.25%,0.98,460.20, --, --
"""

TIKTOK = """\ufeffCampaign name,Ad group name,Ad name,Website URL (Ad level\uff09,By Day,Currency,Cost,CPC (destination),Impressions,Clicks (destination),CTR (destination),Conversions,Reach
One,G,A,https://example.com/,2025-06-01,IDR,5779,0.50,"2,000",20,1.00%,2,"1,800"
One,G,B,https://example.com/,2025-06-01,IDR,13041,0.50,632,3,1.00%,-,500
Total of 2 results,-,-,-,-,-,18820,0.50,"2,632",23,1.00%,2,-
"""


def test_meta(books: Books, write: Write) -> None:
    report = books.load(write(META))
    assert report.batch["format"] == "Meta Ads Manager"
    assert report.batch["rows_inserted"] == report.batch["rows_read"] == 3
    assert books.days(
        "m.impressions, m.clicks, m.spend, m.conversions, m.revenue, m.reach, m.frequency, m.currency"
    ) == [
        (
            "Post: \U0001f38a party read on",
            "2026-06-25",
            6800,
            0,
            130,
            3,
            Decimal("880.5"),
            3500,
            Decimal("1.94"),
            "EUR",
        ),
        ("Sale", "2026-06-25", 4100, 90, Decimal("75.5"), 0, 0, 2100, Decimal("1.95238095"), "EUR"),
        ("Sale", "2026-06-26", 100, 0, 1, 0, Decimal("120.4"), 100, 1, "EUR"),
    ]
    assert books.rows("select source_key, external_id, platform from trimtab.campaigns order by 1") == [
        ("id:11", "11", "meta"),
        ("id:12", "12", "meta"),
    ]


def test_google_with_preamble_totals_and_placeholders(books: Books, write: Write) -> None:
    report = books.load(write(GOOGLE))
    assert report.batch["format"] == "Google Ads"
    assert (report.batch["rows_read"], report.batch["rows_inserted"], report.batch["rows_skipped"]) == (4, 2, 2)
    assert books.days("m.impressions, m.clicks, m.spend, m.conversions, m.revenue") == [
        ("Brand", "2026-06-01", 50, 12, Decimal("27.60"), 0, 0),
        ("Total care", "2026-06-25", 1415, 21, Decimal("1104.17"), Decimal("0.98"), Decimal("460.20")),
    ]
    assert books.rows("select title, status, daily_budget, observed_status from trimtab.campaigns order by 1") == [
        ("Brand", "active", 30, "active"),
        ("Total care", "paused", None, "paused"),
    ]


def test_tiktok_adds_ads_up_and_keeps_them_apart(books: Books, write: Write) -> None:
    report = books.load(write(TIKTOK))
    assert report.batch["format"] == "TikTok Ads Manager"
    assert report.batch["rows_skipped"] == 1
    assert books.days("m.impressions, m.clicks, m.spend, m.conversions, m.reach") == [
        # One ad's conversions are unknown, so the campaign's are; people reached by both may be the same.
        ("One", "2025-06-01", 2632, 23, 18820, None, None),
    ]
    assert books.rows(
        "select dimension, subject, spend, conversions, reach from trimtab.campaign_metrics where grain = 'breakdown' order by 1, 2"
    ) == [
        ("audience", "G", 18820, None, None),
        ("creative", "A", 5779, 2, 1800),
        ("creative", "B", 13041, None, 500),
    ]


def test_a_blank_name_is_a_total_only_if_it_is_the_sum(books: Books, write: Write) -> None:
    head = '"Reporting starts","Reporting ends","Campaign name","Amount spent (IDR)",Impressions,"Link clicks"\n'
    rows = "2026-08-02,2026-08-02,a,20000,5000,920\n2026-08-02,2026-08-02,b,40000,10000,2084\n"
    total = books.load(write(head + "2026-08-02,2026-08-02,,60000,15000,\n" + rows))
    assert (total.batch["rows_inserted"], total.batch["rows_skipped"], total.batch["rows_quarantined"]) == (2, 1, 0)
    real = books.load(write(head + "2026-08-02,2026-08-02,,500,70,\n" + rows))
    assert (real.batch["rows_skipped"], real.batch["rows_quarantined"]) == (0, 1)
    assert books.value("select faults #>> '{0,reason}' from trimtab.quarantined_rows") == "no campaign is named"
    assert [spend for _, _, spend in books.days()] == [20000, 40000]


def test_a_heading_that_occurs_twice_must_say_one_thing(books: Books, write: Write) -> None:
    head = '"Campaign name","Ad set name",Day,"Amount spent (USD)",Impressions,"Ad set name"\n'
    report = books.load(write(head + "A,x,2026-06-01,1,10,x\nB,x,2026-06-01,1,10,y\n"))
    assert (report.batch["rows_inserted"], report.batch["rows_quarantined"]) == (1, 1)
    assert (
        books.value("select faults #>> '{0,column}' from trimtab.quarantined_rows") == "Ad set name + Ad set name (2)"
    )


def test_a_row_of_several_days_is_no_day(books: Books, write: Write) -> None:
    head = '"Reporting starts","Reporting ends","Campaign name","Amount spent (USD)",Impressions\n'
    report = books.load(write(head + "2026-06-01,2026-06-30,A,100,1000\n"))
    assert report.batch["rows_quarantined"] == 1
    assert "breakdown by day" in books.value("select faults #>> '{0,reason}' from trimtab.quarantined_rows")


def test_a_currency_column_that_contradicts_the_heading_is_refused(books: Books, write: Write) -> None:
    head = 'Day,"Campaign name",Currency,"Amount spent (USD)",Impressions\n'
    report = books.load(write(head + "2026-06-01,A,EUR,100,1000\n"))
    assert report.batch["rows_quarantined"] == 1


def test_thousands_in_a_currency_without_decimals_are_not_guessed(books: Books, write: Write) -> None:
    text = TIKTOK.replace(",5779,", ",5.779,").replace("1.00%", "1.25%")
    report = books.load(write(text))
    assert (report.batch["rows_quarantined"], report.batch["rows_held"], report.batch["rows_inserted"]) == (1, 1, 0)
    assert "no decimals" in str(books.value("select faults from trimtab.quarantined_rows where not is_held"))


def test_hourly_rows_become_hours_and_a_day(books: Books, write: Write) -> None:
    head = '"Campaign name",Day,"Time of day (ad account time zone)","Amount spent (USD)",Impressions,Purchases\n'
    body = "".join(f"A,2026-06-01,{hour:02}:00:00 - {hour:02}:59:59,{hour},100,1\n" for hour in range(24))
    assert books.load(write(head + body)).batch["rows_inserted"] == 24
    assert books.days("m.spend, m.conversions, m.is_derived") == [("A", "2026-06-01", sum(range(24)), 24, True)]
    assert books.value("select count(*) from trimtab.campaign_metrics where grain = 'hour'") == 24


def test_an_unknown_format_says_what_was_found_what_is_nearest_and_what_to_do(write: Write) -> None:
    path = write("Campaign name,Day,Impressionen,Amount spent (EUR)\nA,2026-06-01,1,1\n")
    with pytest.raises(UnusableFileError) as refused:
        recognise(Source(path))
    message = str(refused.value)
    assert "found (line 1): Campaign name, Day, Impressionen, Amount spent (EUR)" in message
    assert "nearest: Meta Ads Manager, which lacks 'Impressions' (there is 'Impressionen')" in message
    assert refused.value.hint is not None
    assert "--write-mapping" in refused.value.hint


# --- files whose headings are those of real exports -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "format", "read", "inserted", "skipped", "spend"),
    [
        ("google_ads_ui_campaign_by_day", "Google Ads", 3, 3, 0, "1158.17"),
        ("meta_ads_manager_campaign_by_day", "Meta Ads Manager", 3, 3, 0, "215.25"),
        ("meta_ads_manager_ad_by_day_duplicate_heading", "Meta Ads Manager", 2, 2, 0, "13.0"),
        ("meta_ads_manager_with_blank_name_total_row", "Meta Ads Manager", 3, 2, 1, "60000"),
        ("tiktok_ads_manager_2024_with_total_row", "TikTok Ads Manager", 3, 2, 1, "4501400"),
        ("tiktok_ads_manager_2025_by_day", "TikTok Ads Manager", 1, 1, 0, "10.00"),
    ],
)
def test_real_headings(
    books: Books,
    data: Callable[[str], Path],
    name: str,
    format: str,
    read: int,
    inserted: int,
    skipped: int,
    spend: str,
) -> None:
    report = books.load(data(f"export_formats/{name}.csv"))
    batch = report.batch
    assert batch["format"] == format
    assert (batch["rows_read"], batch["rows_inserted"], batch["rows_skipped"]) == (read, inserted, skipped)
    assert sum(value for _, _, value in books.days()) == Decimal(spend)


@pytest.mark.parametrize(
    "name",
    [
        "spotify_ads_daily",
        "pinterest_ads_header_only",
        "shopify_sales_by_product",
        "google_ads_bulk_upload_campaign_header_only",
    ],
)
def test_what_is_another_format_is_not_mistaken_for_a_known_one(data: Callable[[str], Path], name: str) -> None:
    with pytest.raises(UnusableFileError, match="fit no format"):
        recognise(Source(data(f"export_formats/{name}.csv")))


@pytest.mark.parametrize(("name", "of"), [("spotify", "spotify_ads_daily"), ("pinterest", "pinterest_ads_header_only")])
def test_mappings_for_other_platforms(books: Books, data: Callable[[str], Path], name: str, of: str) -> None:
    report = books.load(data(f"export_formats/{of}.csv"), mapping=mapping(name))
    assert report.batch["rows_read"] == report.batch["rows_inserted"] == (1 if name == "spotify" else 0)
    assert report.batch["rows_quarantined"] == 0
