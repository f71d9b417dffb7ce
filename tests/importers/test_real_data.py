"""The check sums of real data, as whoever collected it states them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from importers.books import Books, mapping

from trimtab.importers.decoding import Decoder, recognise_manner
from trimtab.importers.reading import Row, Source
from trimtab.importers.recognising import recognise

Data = Callable[[str], Path]

SUMS = (
    "select sum(impressions), sum(clicks), sum(spend), sum(conversions), sum(revenue) from trimtab.campaign_metrics m"
    " where m.known_to is null and m.grain = %s and m.dimension = %s"
)


def rounded(value: object, digits: int = 2) -> str:
    return f"{Decimal(str(value)):.{digits}f}"


def test_kag(books: Books, data: Data) -> None:
    report = books.load(data("meta_kag/KAG_conversion_data.csv"), mapping=mapping("kag_2017"))
    assert report.batch["rows_read"] == report.batch["rows_inserted"] == 1143
    impressions, clicks, spend, conversions, _ = books.rows(SUMS, "day", "")[0]
    assert (impressions, clicks, rounded(spend), conversions) == (213_434_828, 38_165, "58705.23", 1079)
    assert [
        (title, rounded(spend), clicks, conversions)
        for title, _, spend, clicks, conversions in books.days("m.spend, m.clicks, m.conversions")
    ] == [
        ("campaign 1178", "55662.15", 36_068, 872),
        ("campaign 916", "149.71", 113, 24),
        ("campaign 936", "2893.37", 1_984, 183),
    ]
    assert report.batch["totals"]["flags"]["conversions_above_clicks"] > 0
    # A breakdown is another view of the same total.
    assert books.rows(SUMS, "breakdown", "audience")[0][:2] == (213_434_828, 38_165)


def test_shifted_rows_are_quarantined_and_none_is_guessed(books: Books, data: Data) -> None:
    raw = data("meta_kag/facebook_ad_campaign_2017_raw_shifted.csv")
    report = books.load(raw, mapping=mapping("facebook_2017_by_ad"))
    assert (report.batch["rows_read"], report.batch["rows_quarantined"], report.batch["rows_held"]) == (1143, 382, 0)
    assert report.batch["rows_inserted"] == 761
    with raw.open(newline="") as file:
        good = [row for row in csv.DictReader(file) if row["campaign_id"].isdigit()]
    assert len(good) == 761
    expected = sum(Decimal(row["spent"]) for row in good)
    assert sum(spend for _, _, spend in books.days()) == expected
    assert books.value("select count(distinct line_number) from trimtab.quarantined_rows") == 382
    # All faults of a row at once, each at its column, and the row as it was.
    line = next(
        number for number, text in enumerate(raw.read_text().splitlines(), start=1) if text.startswith("1121594,")
    )
    faults, kept = books.rows("select faults, raw from trimtab.quarantined_rows where line_number = %s", line)[0]
    assert {"campaign_id", "impressions"} <= {fault["column"] for fault in faults}
    assert kept["ad_id"] == "1121594"


def test_the_repaired_file_has_the_totals_of_its_clean_twin(books: Books, data: Data) -> None:
    repaired = mapping("facebook_2017_by_ad")
    report = books.load(data("meta_kag/facebook_ad_campaign_2017_repaired.csv"), mapping=repaired)
    # It leaves the campaign of the same 382 rows open: they are known, but nobody's.
    assert (report.batch["rows_quarantined"], report.batch["rows_inserted"]) == (382, 761)


def test_display_2020(books: Books, data: Data) -> None:
    report = books.load(data("online_advertising_performance_2020.csv"), mapping=mapping("display_2020"))
    assert report.batch["rows_read"] == report.batch["rows_inserted"] == 15_403
    impressions, clicks, spend, conversions, revenue = books.rows(SUMS, "day", "")[0]
    assert (impressions, clicks, conversions) == (239_014_261, 2_492_825, 651_762)
    assert (rounded(spend), rounded(revenue)) == ("175192.22", "276262.62")
    assert [
        (title, rounded(spend), rounded(revenue), impressions, clicks)
        for title, spend, revenue, impressions, clicks in books.rows(
            "select c.title, sum(m.spend), sum(m.revenue), sum(m.impressions), sum(m.clicks)"
            " from trimtab.campaign_metrics m"
            " join trimtab.campaigns c on c.id = m.campaign_id where m.grain = 'day' group by 1 order by 1"
        )
    ] == [
        ("camp 1", "150688.12", "230533.52", 143_309_064, 1_409_126),
        ("camp 2", "17037.35", "34890.42", 45_492_269, 881_158),
        ("camp 3", "7466.75", "10838.68", 50_212_928, 202_541),
    ]
    for dimension in ("creative", "audience"):
        assert books.rows(SUMS, "breakdown", dimension)[0][0] == 239_014_261
    assert (
        books.value(
            "select max(day) from trimtab.campaign_metrics m join trimtab.campaigns c on c.id = m.campaign_id"
            " where c.title = 'camp 2'"
        ).isoformat()
        == "2020-04-30"
    )
    assert (
        books.rows("select starts_at at time zone 'UTC' from trimtab.campaigns where title = 'camp 1'")[0][
            0
        ].isoformat()
        == "2020-04-01T00:00:00"
    )
    flags = report.batch["totals"]["flags"]
    assert (flags["clicks_above_impressions"], flags["conversions_above_clicks"]) == (2, 328)
    # The key of the file is unique; 413 rows without a placement are in the total, and in no placement.
    assert flags["repeated_rows"] == 0


def test_tiktok(books: Books, data: Data) -> None:
    report = books.load(data("tiktok_ads_daily_anonymised.csv"))
    assert report.batch["rows_read"] == report.batch["rows_inserted"] == 835
    _, _, spend, conversions, _ = books.rows(SUMS, "day", "")[0]
    assert (spend, conversions) == (173_466_023, 2_567)
    assert books.rows(SUMS, "breakdown", "creative")[0][2:4] == (173_466_023, 2_567)
    assert report.batch["totals"]["flags"]["conversions_above_clicks"] == 1


def test_tiktok_a_campaign_an_ad(books: Books, data: Data) -> None:
    report = books.load(data("tiktok_ads_daily_anonymised.csv"), mapping=mapping("tiktok_a_campaign_an_ad"))
    assert report.batch["totals"]["campaigns"] == 10
    flags = report.batch["totals"]["flags"]
    assert (flags["repeated_rows"], flags["identical_rows"]) == (65, 3)
    _, _, spend, conversions, _ = books.rows(SUMS, "day", "")[0]
    assert (spend, conversions) == (173_466_023, 2_567)


def test_a_portuguese_file_reads_like_its_english_twin(more_books: Callable[..., Books], data: Data) -> None:
    portuguese = data("messy_imports/global_ads_ptBR_latin1_semicolon.csv")
    english = data("messy_imports/global_ads_iso_expected.csv")
    decoded = []
    for path, name in ((portuguese, "global_ads_pt"), (english, "global_ads_iso")):
        one = mapping(name)
        source = Source(path, one.encoding)
        layout = recognise(source, one)
        rows = [row for row in source.rows(layout.delimiter) if row.line > layout.header_line and not row.is_blank]
        decoder = Decoder(layout.fit, recognise_manner(layout.fit, rows))
        decoded.append([decoder.decode(Row(0, row.cells)) for row in rows])
    assert len(decoded[0]) == 1800
    assert decoded[0] == decoded[1]
    assert not any(row.faults for row in decoded[0])

    facts = []
    for path, name in ((portuguese, "global_ads_pt"), (english, "global_ads_iso")):
        books = more_books()
        report = books.load(path, mapping=mapping(name))
        assert report.batch["rows_inserted"] == 1800
        facts.append(sorted(books.days("c.platform, m.impressions, m.clicks, m.spend, m.conversions, m.revenue")))
    assert facts[0] == facts[1]


def test_semicolons_and_decimal_commas(books: Books, data: Data) -> None:
    path = data("messy_imports/marketing_feb2021_semicolon_decimalcomma.csv")
    report = books.load(path, mapping=mapping("marketing_2021"))
    assert report.batch["rows_read"] == report.batch["rows_inserted"] == 308
    assert report.batch["totals"]["campaigns"] == 11
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert sum(spend for _, _, spend in books.days()) == sum(
        Decimal(row["mark_spent"].replace(",", ".")) for row in rows
    )


def test_missing_figures_stay_unknown(books: Books, data: Data) -> None:
    path = data("messy_imports/synthetic_fb_ads_messy_names.csv")
    report = books.load(path, mapping=mapping("messy_names"))
    assert report.batch["rows_read"] == report.batch["rows_inserted"] == 4500
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    # Facebook and Instagram are one platform.
    lacking = {(" ".join(row["campaign_name"].split()), row["date"]) for row in rows if not row["spend"]}
    unknown = "select count(*) from trimtab.campaign_metrics where grain = 'day' and spend is null"
    assert books.value(unknown) == len(lacking)
    known: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        key = (" ".join(row["campaign_name"].split()), row["date"])
        if key not in lacking:
            known[key] = known.get(key, Decimal()) + Decimal(row["spend"])
    assert books.value("select sum(spend) from trimtab.campaign_metrics where grain = 'day'") == sum(known.values())
