"""What an import does to the database: once, again, corrected, killed, two at once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from importers.books import PRESENT, Books
from psycopg import sql
from support.database import Database

from trimtab.importers.faults import UnusableFileError
from trimtab.importers.loading import COPY, Wishes, import_file, retry
from trimtab.importers.mapping import load_mapping, read_mapping

Write = Callable[..., Path]

SIMPLE = read_mapping(
    {
        "name": "simple",
        "platform": "meta",
        "constants": {"currency": "USD"},
        "columns": {
            "title": "campaign",
            "day": "day",
            "spend": "spend",
            "clicks": {"heading": "clicks", "optional": True},
            "revenue": {"heading": "revenue", "optional": True},
            "creative": {"heading": "ad", "optional": True},
            "hour": {"heading": "hour", "optional": True},
        },
    },
    "simple",
)


def table(head: str, *rows: str) -> str:
    return "\n".join([head, *rows, ""])


def load(books: Books, path: Path, **wishes: Any) -> dict[str, Any]:
    return books.load(path, mapping=wishes.pop("mapping", SIMPLE), **wishes).batch


def counts(batch: dict[str, Any]) -> tuple[int, int, int, int, int, int]:
    """inserted, updated, unchanged, quarantined, held, skipped; which are all rows."""
    found = tuple(
        batch[f"rows_{name}"] for name in ("inserted", "updated", "unchanged", "quarantined", "held", "skipped")
    )
    assert sum(found) == batch["rows_read"]
    return found


# --- again ------------------------------------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(books: Books, write: Write) -> None:
    path = write(
        table(
            "campaign,day,spend,ad", "A,2026-06-01,5,x", "A,2026-06-01,6,y", "B,2026-06-02,oops,x", "B,2026-06-03,1,x"
        )
    )
    assert counts(load(books, path)) == (3, 0, 0, 1, 0, 0)
    before = books.fingerprint()
    again = load(books, path)
    assert counts(again) == (0, 0, 3, 1, 0, 0)
    assert (again["status"], again["revision"]) == ("unchanged", None)
    assert books.fingerprint() == before


def test_of_overlapping_exports_the_later_one_wins_and_history_shows_both(books: Books, write: Write) -> None:
    load(books, write(table("campaign,day,spend,revenue", "A,2026-06-01,5,50", "A,2026-06-02,6,60")))
    later = load(books, write(table("campaign,day,spend,revenue", "A,2026-06-02,6.5,60", "A,2026-06-03,7,70")))
    assert counts(later) == (1, 1, 0, 0, 0, 0)
    assert books.days() == [("A", "2026-06-01", 5), ("A", "2026-06-02", Decimal("6.5")), ("A", "2026-06-03", 7)]
    known = (
        "select day::text, spend from trimtab.campaign_metrics"
        " where known_from <= %s and (known_to is null or known_to > %s) order by 1"
    )
    assert books.rows(known, 1, 1) == [("2026-06-01", 5), ("2026-06-02", 6)]
    assert books.rows(known, 2, 2) == [("2026-06-01", 5), ("2026-06-02", Decimal("6.5")), ("2026-06-03", 7)]


def test_a_column_that_a_later_file_lacks_stays_known(books: Books, write: Write) -> None:
    load(books, write(table("campaign,day,spend,revenue", "A,2026-06-01,5,50")))
    assert counts(load(books, write(table("campaign,day,spend", "A,2026-06-01,5")))) == (0, 0, 1, 0, 0, 0)
    load(books, write(table("campaign,day,spend", "A,2026-06-01,6")))
    assert books.days("m.spend, m.revenue") == [("A", "2026-06-01", 6, 50)]
    # A column that is there and empty says that it is unknown.
    load(books, write(table("campaign,day,spend,revenue", "A,2026-06-01,6,")))
    assert books.days("m.spend, m.revenue") == [("A", "2026-06-01", 6, None)]


def test_random_files_in_any_order_end_as_the_last_said(books: Books, write: Write) -> None:
    """An oracle that knows only dictionaries: per file the sums by campaign and day, later files over earlier ones."""
    chance = random.Random(7)  # noqa: S311
    expected: dict[tuple[str, str], Decimal] = {}
    for number in range(12):
        rows: list[str] = []
        sums: dict[tuple[str, str], Decimal] = {}
        for _ in range(chance.randrange(1, 30)):
            key = (chance.choice("ABC"), f"2026-06-{chance.randrange(1, 8):02}")
            spend = Decimal(chance.randrange(0, 500)) / 100
            rows.append(f"{key[0]},{key[1]},{spend},{chance.choice('xyz')}")
            sums[key] = sums.get(key, Decimal()) + spend
        expected |= sums
        batch = load(books, write(table("campaign,day,spend,ad", *rows), name=f"{number}.csv"))
        assert counts(batch)[3:] == (0, 0, 0)
    assert {(title, day): spend for title, day, spend in books.days()} == expected
    twice = (
        "select count(*) from (select from trimtab.campaign_metrics where known_to is null"
        " group by org_id, campaign_id, grain, dimension, subject, day, hour having count(*) > 1) d"
    )
    assert books.value(twice) == 0


# --- hours and days ---------------------------------------------------------------------------------------------------


def test_hours_and_days_count_once(books: Books, write: Write) -> None:
    hours = [f"A,2026-06-01,1,{hour}" for hour in range(24)]
    load(books, write(table("campaign,day,spend,hour", *hours)))
    assert books.days("m.spend, m.is_derived") == [("A", "2026-06-01", 24, True)]
    load(books, write(table("campaign,day,spend", "A,2026-06-01,24.5")))
    assert books.days("m.spend, m.is_derived") == [("A", "2026-06-01", Decimal("24.5"), False)]
    load(books, write(table("campaign,day,spend,hour", "A,2026-06-01,9,3")))
    assert books.days("m.spend, m.is_derived") == [("A", "2026-06-01", Decimal("24.5"), False)]
    assert (
        books.value("select sum(spend) from trimtab.campaign_metrics where grain = 'hour' and known_to is null") == 32
    )


def test_later_hours_join_the_earlier_ones(books: Books, write: Write) -> None:
    load(books, write(table("campaign,day,spend,hour", "A,2026-06-01,1,0", "A,2026-06-01,2,1")))
    load(books, write(table("campaign,day,spend,hour", "A,2026-06-01,3,1", "A,2026-06-01,4,2")))
    assert books.days("m.spend, m.is_derived") == [("A", "2026-06-01", 8, True)]


def test_hours_stand_in_the_time_zone_of_the_organization(more_books: Callable[..., Books], write: Write) -> None:
    books = more_books(time_zone="Asia/Kolkata")
    load(books, write(table("campaign,day,spend,hour", "A,2026-06-01,1,0")))
    assert (
        books.value("select hour at time zone 'UTC' from trimtab.campaign_metrics where grain = 'hour'").isoformat()
        == "2026-05-31T18:30:00"
    )
    assert books.days() == [("A", "2026-06-01", 1)]


# --- quarantine -------------------------------------------------------------------------------------------------------


def test_a_faulty_row_is_listed_corrected_and_tried_again(books: Books, write: Write) -> None:
    path = write(table("campaign,day,spend,ad", "A,2026-06-01,5,x", "A,2026-06-01,6..5,y", "B,2026-06-01,7,x"))
    first = load(books, path)
    assert counts(first) == (1, 0, 0, 1, 1, 0)
    # The sum of a part would pass for the whole, so the good row of that campaign and day waits.
    assert books.days() == [("B", "2026-06-01", 7)]
    [(row, line, faults, raw)] = books.rows(
        "select id, line_number, faults, raw from trimtab.quarantined_rows where not is_held"
    )
    assert line == 3
    assert faults == [{"column": "spend", "field": "spend", "value": "6..5", "reason": "no number"}]
    assert raw == {"campaign": "A", "day": "2026-06-01", "spend": "6..5", "ad": "y"}

    with books.connection() as connection:
        [unchanged] = retry(connection, [row])
    assert counts(unchanged.batch) == (0, 0, 0, 1, 1, 0)
    books.rows('select trimtab.correct_quarantined_row(%s, \'{"spend": "6.5"}\')', row)
    with books.connection() as connection:
        [done] = retry(connection, [row])
    assert counts(done.batch) == (2, 0, 0, 0, 0, 0)
    assert books.days() == [("A", "2026-06-01", Decimal("11.5")), ("B", "2026-06-01", 7)]
    assert books.rows("select distinct status, resolved_batch_id from trimtab.quarantined_rows") == [
        ("resolved", done.batch["id"])
    ]
    assert books.value("select raw ->> 'spend' from trimtab.quarantined_rows where id = %s", row) == "6..5"


def test_a_row_that_lost_its_id_holds_those_of_its_title(books: Books, write: Write) -> None:
    columns = {**SIMPLE.document["columns"], "external_id": {"heading": "id", "pattern": r"\d+"}}
    mapping = read_mapping({**SIMPLE.document, "columns": columns}, "ids")
    rows = ("7,A,2026-06-01,1,x", "?,A,2026-06-01,2,y", "7,A,2026-06-02,3,x", "8,B,2026-06-01,4,x")
    batch = load(books, write(table("id,campaign,day,spend,ad", *rows)), mapping=mapping)
    assert counts(batch) == (2, 0, 0, 1, 1, 0)
    assert books.days() == [("A", "2026-06-02", 3), ("B", "2026-06-01", 4)]


def test_a_discarded_row_lets_its_neighbours_go(books: Books, write: Write) -> None:
    load(books, write(table("campaign,day,spend,ad", "A,2026-06-01,5,x", "A,2026-06-01,?,y")))
    row = books.value("select id from trimtab.quarantined_rows where not is_held")
    books.rows("select trimtab.discard_quarantined_rows(array[%s]::bigint[], 'a typing error')", row)
    with books.connection() as connection:
        retry(connection)
    assert books.days() == [("A", "2026-06-01", 5)]
    assert books.value("select count(*) from trimtab.quarantined_rows where status = 'open'") == 0
    audited = (
        "select new_values ->> 'reason' from trimtab.audit_log where action = 'quarantine.discarded' and org_id = %s"
    )
    assert books.db.value(audited, [books.org]) == "a typing error"
    with pytest.raises(psycopg.Error) as refused:
        books.rows("select trimtab.discard_quarantined_rows(array[%s]::bigint[])", row)
    assert refused.value.sqlstate == "TT021"


def test_what_a_later_import_said_is_not_undone_by_a_retry(books: Books, write: Write) -> None:
    load(books, write(table("campaign,day,spend", "A,2026-06-01,bad", "A,2026-06-02,bad")))
    load(books, write(table("campaign,day,spend", "A,2026-06-01,9"), name="later.csv"))
    for row, spend in books.rows("select id, line_number from trimtab.quarantined_rows order by id"):
        books.rows("select trimtab.correct_quarantined_row(%s, jsonb_build_object('spend', %s::text))", row, str(spend))
    with books.connection() as connection:
        [report] = retry(connection)
    assert counts(report.batch) == (1, 0, 0, 0, 0, 1)
    assert books.days() == [("A", "2026-06-01", 9), ("A", "2026-06-02", 3)]


def test_a_row_that_could_be_read_but_not_believed_is_corrected_by_field(books: Books, write: Write) -> None:
    load(books, write(table("campaign,day,spend", "A,2027-06-01,5")))
    [(row, faults, is_typed)] = books.rows("select id, faults, is_typed from trimtab.quarantined_rows")
    assert is_typed
    assert faults[0]["reason"] == "in the future: today is 2026-12-15"
    books.rows('select trimtab.correct_quarantined_row(%s, \'{"day": "2026-06-01"}\')', row)
    with books.connection() as connection:
        retry(connection)
    assert books.days() == [("A", "2026-06-01", 5)]


def test_cells_that_do_not_match_the_headings_are_not_guessed(books: Books, write: Write) -> None:
    batch = load(books, write(table("campaign,day,spend", "A,2026-06-01", "A,2026-06-01,1,2", "A,2026-06-01,3,,")))
    assert counts(batch) == (1, 0, 0, 2, 0, 0)
    with books.connection() as connection:
        [report] = retry(connection)
    assert counts(report.batch) == (0, 0, 0, 2, 0, 0)


@pytest.mark.parametrize(
    ("values", "code"),
    [('{"spent": "1"}', "TT020"), ("{}", "TT020"), ("[]", "TT020"), ('{"line_number": "1"}', "TT020")],
)
def test_a_correction_names_a_column(books: Books, write: Write, values: str, code: str) -> None:
    load(books, write(table("campaign,day,spend", "A,2026-06-01,x")))
    with pytest.raises(psycopg.Error) as refused:
        books.rows("select trimtab.correct_quarantined_row((select min(id) from trimtab.quarantined_rows), %s)", values)
    assert refused.value.sqlstate == code


def test_ten_thousand_faulty_rows(books: Books, write: Write) -> None:
    rows = [f"campaign {number},2026-06-01,x{number}" for number in range(10_000)]
    batch = load(books, write(table("campaign,day,spend", *rows, "fine,2026-06-01,1")))
    assert counts(batch) == (1, 0, 0, 10_000, 0, 0)
    listed = books.rows(
        "select id, line_number, faults #>> '{0,value}' from trimtab.quarantined_rows where status = 'open' order by id"
    )
    assert [(line, value) for _, line, value in listed] == [(number + 2, f"x{number}") for number in range(10_000)]


# --- campaigns --------------------------------------------------------------------------------------------------------


def test_earlier_facts_move_the_start_of_a_campaign_back(books: Books, write: Write) -> None:
    state = "select starts_at::date::text, activated_at::date::text from trimtab.campaigns"
    load(books, write(table("campaign,day,spend", "A,2026-06-05,1")))
    assert books.rows(state) == [("2026-06-05", "2026-06-05")]
    load(books, write(table("campaign,day,spend", "A,2026-06-01,1")))
    assert books.rows(state) == [("2026-06-01", "2026-06-01")]
    load(books, write(table("campaign,day,spend", "A,2026-06-09,1")))
    assert books.rows(state) == [("2026-06-01", "2026-06-01")]


def test_a_campaign_is_known_again_when_a_later_export_has_its_id(books: Books, write: Write) -> None:
    with_id = read_mapping(
        {**SIMPLE.document, "columns": {**SIMPLE.document["columns"], "external_id": "id"}}, "with id"
    )
    load(books, write(table("campaign,day,spend", "A,2026-06-01,1", "B,2026-06-01,1")))
    load(books, write(table("id,campaign,day,spend", "7,A,2026-06-02,2")), mapping=with_id)
    load(books, write(table("id,campaign,day,spend", "7,A renamed,2026-06-03,3")), mapping=with_id)
    load(books, write(table("campaign,day,spend", " A ,2026-06-04,4")))
    assert books.days() == [
        ("A", "2026-06-01", 1),
        ("A", "2026-06-02", 2),
        ("A", "2026-06-03", 3),
        ("A", "2026-06-04", 4),
        ("B", "2026-06-01", 1),
    ]
    # Two ids of one title are two campaigns, and the title alone says no longer which.
    load(books, write(table("id,campaign,day,spend", "8,A,2026-06-05,5")), mapping=with_id)
    batch = load(books, write(table("campaign,day,spend", "A,2026-06-06,6")))
    assert batch["rows_quarantined"] == 1
    assert "2 campaigns" in books.value("select faults #>> '{0,reason}' from trimtab.quarantined_rows")


def test_one_title_on_two_platforms_is_two_campaigns(books: Books, write: Write) -> None:
    path = write(table("campaign,day,spend", "A,2026-06-01,1"))
    load(books, path)
    other = read_mapping({**SIMPLE.document, "platform": "google"}, "google")
    load(books, path, mapping=other)
    load(books, path, mapping=read_mapping({k: v for k, v in SIMPLE.document.items() if k != "platform"}, "none"))
    assert books.rows("select platform from trimtab.campaigns order by 1") == [("google",), ("meta",), (None,)]


def test_titles_are_data_and_nothing_else(books: Books, write: Write) -> None:
    titles = [
        "'; drop table trimtab.campaigns; --",
        "$$; select 1; $$",
        '{"title": 1}',
        "\\N",
        "\\.",
        "%s %(x)s",
        "a\tb",
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "ünïcödé \U0001f38a",
        "\\x41",
        "NULL",
        "Total of one",
    ]
    rows = ['"' + title.replace('"', '""') + '",2026-06-01,1' for title in titles]
    assert counts(load(books, write(table("campaign,day,spend", *rows)))) == (len(titles), 0, 0, 0, 0, 0)
    assert sorted(title for (title,) in books.rows("select title from trimtab.campaigns")) == sorted(
        " ".join(title.split()) for title in titles
    )


def test_a_campaign_has_one_currency(books: Books, write: Write) -> None:
    load(books, write(table("campaign,day,spend", "A,2026-06-01,1")))
    euro = read_mapping({**SIMPLE.document, "constants": {"currency": "EUR"}}, "euro")
    assert load(books, write(table("campaign,day,spend", "A,2026-06-02,1")), mapping=euro)["rows_quarantined"] == 1
    assert books.days() == [("A", "2026-06-01", 1)]


def test_without_a_currency_it_is_the_organizations_and_the_report_says_so(
    more_books: Callable[..., Books], write: Write
) -> None:
    books = more_books(currency="JPY")
    plain = read_mapping({k: v for k, v in SIMPLE.document.items() if k != "constants"}, "plain")
    batch = load(books, write(table("campaign,day,spend", "A,2026-06-01,1200")), mapping=plain)
    assert batch["totals"]["flags"]["currency_assumed"] == 1
    assert books.days("m.currency") == [("A", "2026-06-01", "JPY")]


def test_repeated_rows_are_added_up_or_refused(more_books: Callable[..., Books], write: Write) -> None:
    path = write(table("campaign,day,spend", "A,2026-06-01,1", "A,2026-06-01,2", "A,2026-06-01,2", "B,2026-06-01,3"))
    books = more_books()
    flags = load(books, path)["totals"]["flags"]
    assert (flags["repeated_rows"], flags["identical_rows"]) == (2, 1)
    assert books.days() == [("A", "2026-06-01", 5), ("B", "2026-06-01", 3)]
    strict = more_books()
    mapping = read_mapping({**SIMPLE.document, "rows": {"duplicates": "quarantine"}}, "strict")
    assert counts(load(strict, path, mapping=mapping)) == (1, 0, 0, 3, 0, 0)


def test_breakdowns_that_are_no_parts_of_the_total(books: Books, write: Write) -> None:
    load(books, write(table("campaign,day,spend", "A,2026-06-01,10")))
    mapping = read_mapping({**SIMPLE.document, "rows": {"totals": False}}, "breakdown")
    batch = load(books, write(table("campaign,day,spend,ad", "A,2026-06-01,4,x", "A,2026-06-01,5,y")), mapping=mapping)
    assert counts(batch) == (2, 0, 0, 0, 0, 0)
    assert books.days() == [("A", "2026-06-01", 10)]
    assert books.rows("select subject, spend from trimtab.campaign_metrics where grain = 'breakdown' order by 1") == [
        ("x", 4),
        ("y", 5),
    ]


def test_a_backfill_is_known_as_late_as_it_says(books: Books, write: Write) -> None:
    load(
        books,
        write(table("campaign,day,spend", "A,2026-06-01,1", "A,2026-06-02,2", "A,2026-12-15,3")),
        assumed_lag="6 hours",
    )
    assert books.rows(
        "select revision, (published_at at time zone 'UTC')::text, is_backfill"
        " from trimtab.knowledge_revisions order by 1"
    ) == [
        (1, "2026-06-02 06:00:00", True),
        (2, "2026-06-03 06:00:00", True),
        (3, "2026-12-15 10:00:00", True),
    ]
    assert books.rows("select day::text, known_from from trimtab.campaign_metrics order by 1") == [
        ("2026-06-01", 1),
        ("2026-06-02", 2),
        ("2026-12-15", 3),
    ]


# --- several at once --------------------------------------------------------------------------------------------------


def wait_until(db: Database, condition: str, *parameters: Any) -> None:
    deadline = time.monotonic() + 30
    while not db.value(condition, parameters):
        assert time.monotonic() < deadline, condition
        time.sleep(0.02)


def test_killed_in_the_middle_leaves_nothing(books: Books, write: Write) -> None:
    load(books, write(table("campaign,day,spend", "A,2026-06-01,1")))
    before = books.fingerprint()
    batches = books.value("select count(*) from trimtab.import_batches")
    path = write(table("campaign,day,spend", "A,2026-06-01,2", "B,2026-06-01,bad"), name="second.csv")
    for moment in ("before the lock", "after publishing"):
        holder = books.db.connect(autocommit=False)
        if moment == "before the lock":
            holder.execute("select from trimtab.organizations where org_id = %s for update", [books.org])
        connection = books.db.connect(books.analyst, autocommit=False)
        pid = connection.info.backend_pid
        failed: list[BaseException] = []

        def work(connection: Any = connection, failed: list[BaseException] = failed) -> None:
            try:
                import_file(connection, path, Wishes(mapping=SIMPLE))
            except psycopg.Error as error:
                failed.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        if moment == "before the lock":
            wait_until(books.db, "select wait_event_type = 'Lock' from pg_stat_activity where pid = %s", pid)
        else:
            thread.join()
        books.db.rows("select pg_terminate_backend(%s)", [pid])
        thread.join()
        wait_until(books.db, "select count(*) = 0 from pg_stat_activity where pid = %s", pid)
        holder.rollback()
        holder.close()
        assert bool(failed) == (moment == "before the lock")
        assert books.fingerprint() == before
        assert books.value("select count(*) from trimtab.import_batches") == batches
    assert counts(load(books, path)) == (0, 1, 0, 1, 0, 0)


def test_two_at_once_are_as_two_in_turn(books: Books, write: Write) -> None:
    one = write(table("campaign,day,spend", "A,2026-06-01,1", "A,2026-06-02,1"), name="one.csv")
    two = write(table("campaign,day,spend", "A,2026-06-02,2", "A,2026-06-03,2"), name="two.csv")
    first = books.db.connect(books.analyst, autocommit=False)
    second = books.db.connect(books.analyst, autocommit=False)
    import_file(first, one, Wishes(mapping=SIMPLE))
    done: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: done.append(import_file(second, two, Wishes(mapping=SIMPLE)).batch))
    thread.start()
    wait_until(
        books.db, "select wait_event_type = 'Lock' from pg_stat_activity where pid = %s", second.info.backend_pid
    )
    first.commit()
    thread.join()
    second.commit()
    assert counts(done[0]) == (1, 1, 0, 0, 0, 0)
    assert done[0]["revision"] == 2
    assert books.days() == [("A", "2026-06-01", 1), ("A", "2026-06-02", 2), ("A", "2026-06-03", 2)]
    assert books.value("select count(*) from trimtab.campaigns") == 1


def test_imports_of_two_organizations_do_not_wait_for_each_other(
    more_books: Callable[..., Books], write: Write
) -> None:
    acme, other = more_books("Acme"), more_books("Other")
    path = write(table("campaign,day,spend", "A,2026-06-01,1"))
    with acme.connection() as first:
        import_file(first, path, Wishes(mapping=SIMPLE))
        with other.connection() as second:
            second.execute("set local lock_timeout = '1ms'")
            import_file(second, path, Wishes(mapping=SIMPLE))
    assert acme.days() == other.days() == [("A", "2026-06-01", 1)]
    assert acme.value("select count(*) from trimtab.import_batches") == 1


# --- who may ----------------------------------------------------------------------------------------------------------


def test_another_tenant_sees_and_touches_nothing(more_books: Callable[..., Books], write: Write) -> None:
    acme, other = more_books("Acme"), more_books("Other")
    batch = load(acme, write(table("campaign,day,spend", "A,2026-06-01,bad")))
    row = acme.value("select id from trimtab.quarantined_rows")
    for relation in ("import_batches", "quarantined_rows", "campaign_metrics", "knowledge_revisions"):
        assert other.value(f"select count(*) from trimtab.{relation}") == 0
    for statement in (
        'select trimtab.correct_quarantined_row(%s, \'{"spend": "1"}\')',
        "select trimtab.discard_quarantined_rows(array[%s]::bigint[])",
    ):
        with pytest.raises(psycopg.Error) as refused:
            other.rows(statement, row)
        assert refused.value.sqlstate == "TT021"
    with pytest.raises(psycopg.Error) as refused:
        other.rows("select trimtab.begin_import('x', 'x', jsonb_build_object('retry_of', %s::text))", str(batch["id"]))
    assert refused.value.sqlstate == "TT020"
    with other.connection() as connection, pytest.raises(UnusableFileError, match="no open row"):
        retry(connection, [row])


def test_the_table_of_rows_is_the_one_that_begin_import_made(books: Books) -> None:
    """A caller who puts a table of their own in its place could run code as the definer."""
    with books.connection() as connection:
        connection.execute("create temporary table trimtab_import (line_number bigint)")
        with pytest.raises(psycopg.Error) as refused:
            connection.execute("select trimtab.begin_import('x', 'x')")
        assert refused.value.sqlstate == "TT020"
        connection.rollback()
    for attack in (
        "drop table pg_temp.trimtab_import",
        "alter table pg_temp.trimtab_import rename to other",
        "create trigger t before update on pg_temp.trimtab_import"
        " for each row execute function suppress_redundant_updates_trigger()",
        "create rule r as on insert to pg_temp.trimtab_import do also select 1",
        "alter table pg_temp.trimtab_import enable row level security",
        "update pg_temp.trimtab_import set spend = 1",
        "select * from pg_temp.trimtab_import",
    ):
        with books.connection() as connection:
            connection.execute("select trimtab.begin_import('x', 'x')")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attack.encode())
            connection.rollback()


def test_an_import_is_finished_where_it_was_begun(books: Books) -> None:
    with books.connection() as connection:
        row = connection.execute("select trimtab.begin_import('x', 'x')").fetchone()
    assert row is not None
    assert books.value("select status from trimtab.import_batches") == "loading"
    with books.connection() as connection:
        connection.execute("select trimtab.begin_import('y', 'y')")
        with pytest.raises(psycopg.Error) as refused:
            connection.execute("select trimtab.finish_import(%s)", [row[0]])
        assert refused.value.sqlstate == "TT020"
        connection.rollback()


def test_nobody_calls_what_is_inside(books: Books) -> None:
    for call in (
        "trimtab.open_import(gen_random_uuid(), 'x', 'x')",
        "trimtab.close_import(gen_random_uuid(), gen_random_uuid())",
        "trimtab.judge_import_rows(gen_random_uuid(), '{}')",
        "trimtab.hold_import_rows()",
        "trimtab.find_import_campaigns(gen_random_uuid(), '{}')",
        "trimtab.make_import_campaigns(gen_random_uuid())",
        "trimtab.gather_import_facts(gen_random_uuid(), '{}')",
        "trimtab.count_repeated_rows()",
        "trimtab.publish_import_facts(gen_random_uuid(), gen_random_uuid())",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            books.rows(f"select {call}")


# --- rows that no client of ours would send ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("spend", "NaN", "beyond belief"),
        ("spend", "Infinity", "beyond belief"),
        ("spend", "-0.01", "below zero"),
        ("clicks", "9223372036854775807", "beyond belief"),
        ("day", "-infinity", "no day"),
        ("day", "infinity", "future"),
        ("platform", "myspace", "no known platform"),
        ("currency", "usd", "ISO 4217"),
        ("local_hour", "24", "no hour"),
        ("title", "x" * 2001, "longer"),
        ("creative", "é" * 1001, "longer"),
        ("campaign_status", "running", "none of"),
        ("campaign_id", "00000000-0000-0000-0000-000000000000", "no such campaign"),
        ("revenue", "NaN", "beyond belief"),
        ("campaign_budget", "-1", "below zero"),
    ],
)
def test_values_that_cannot_be_facts(books: Books, column: str, value: str, reason: str) -> None:
    values = {"line_number": "2", "title": "A", "day": "2026-06-01", "spend": "1", column: value}
    with books.connection() as connection:
        batch = connection.execute("select trimtab.begin_import('x', 'x')").fetchone()
        assert batch is not None
        connection.execute(
            sql.SQL("insert into pg_temp.trimtab_import ({}) values ({})").format(
                sql.SQL(", ").join(map(sql.Identifier, values)), sql.SQL(", ").join(map(sql.Literal, values.values()))
            )
        )
        connection.execute("select trimtab.finish_import(%s)", [batch[0]])
    [(faults,)] = books.rows("select faults from trimtab.quarantined_rows")
    assert any(fault["field"] == column and reason in fault["reason"] for fault in faults)
    assert books.value("select count(*) from trimtab.campaigns") == 0


def test_facts_older_than_what_is_kept_are_quarantined(tap_db: Database, write: Write) -> None:
    tap_db.rows("select test.clock_at(%s)", [PRESENT])
    books = Books(tap_db)
    tap_db.rows(
        "insert into trimtab.settings (name, value, description)"
        " values ('facts_dropped_before', '\"2026-06-01\"', 'test')"
        " on conflict (name) do update set value = excluded.value"
    )
    batch = load(books, write(table("campaign,day,spend", "A,2026-05-31,1", "A,2026-06-01,2")))
    assert counts(batch) == (1, 0, 0, 1, 0, 0)


@pytest.mark.parametrize(
    "options",
    [
        "[]",
        '{"measure": []}',
        '{"measures": ["spent"]}',
        '{"duplicates": "drop"}',
        '{"totals": 1}',
        '{"headings": []}',
        '{"retry_of": "x"}',
    ],
)
def test_unknown_options_are_refused(books: Books, options: str) -> None:
    with pytest.raises(psycopg.Error) as refused:
        books.rows("select trimtab.begin_import('x', 'x', %s)", options)
    assert refused.value.sqlstate == "TT020"
    assert refused.value.diag.message_detail


def test_copy_names_columns_that_the_table_has(books: Books) -> None:
    with books.connection() as connection:
        connection.execute("select trimtab.begin_import('x', 'x')")
        with connection.cursor() as cursor, cursor.copy(COPY):
            pass


# --- mappings ---------------------------------------------------------------------------------------------------------


def test_a_mapping_names_all_its_faults_at_once() -> None:
    with pytest.raises(UnusableFileError) as refused:
        read_mapping(
            {
                "colums": {},
                "file": {"decimal": ";", "encodig": "x"},
                "rows": {"duplicates": "first", "totals": "no"},
                "constants": {"day": "1.6.2026", "spend": "1"},
                "columns": {
                    "title": {},
                    "spend": {"heading": "a", "template": "{b}"},
                    "cliks": "c",
                    "day": {"heading": "d", "pattern": "("},
                    "campaign_status": {"heading": "e", "values": {"on": "running"}},
                    "clicks": {"heading": 5},
                },
            },
            "test",
        )
    for path in (
        "colums:",
        "file.encodig:",
        "file.decimal:",
        "rows.duplicates:",
        "rows.totals:",
        "constants.day:",
        "constants.spend:",
        "columns.title:",
        "columns.spend:",
        "columns.cliks:",
        "columns.day.pattern:",
        "columns.campaign_status.values.on:",
        "columns.clicks.heading:",
    ):
        assert path in str(refused.value)


def test_a_mapping_that_is_no_toml(write: Write) -> None:
    with pytest.raises(UnusableFileError, match="no TOML"):
        load_mapping(write("columns = [", name="m.toml"))


def test_numbers_that_prove_no_sign_are_asked_for(books: Books, write: Write) -> None:
    path = write(table("campaign,day,spend", 'A,2026-06-01,"1,234"'))
    with pytest.raises(UnusableFileError, match="decimals or thousands"):
        load(books, path)
    load(books, path, decimal=",")
    assert books.days() == [("A", "2026-06-01", Decimal("1.234"))]
    load(books, path, decimal=".")
    assert books.days() == [("A", "2026-06-01", 1234)]


def test_dates_that_prove_no_order_are_asked_for(books: Books, write: Write) -> None:
    path = write(table("campaign,day,spend", "A,01/06/2026,1"))
    with pytest.raises(UnusableFileError, match="day first or month first"):
        load(books, path)
    load(books, path, dates="day-first")
    assert books.days() == [("A", "2026-06-01", 1)]
    proved = write(table("campaign,day,spend", "B,01/06/2026,1", "B,13/06/2026,1"))
    load(books, proved)
    assert [day for title, day, _ in books.days() if title == "B"] == ["2026-06-01", "2026-06-13"]


def test_a_value_that_contradicts_the_rest_is_quarantined(books: Books, write: Write) -> None:
    batch = load(books, write(table("campaign;day;spend", "A;2026-06-01;1,5", "A;2026-06-02;1.5", "A;2026-06-03;7,25")))
    assert counts(batch) == (2, 0, 0, 1, 0, 0)
    assert "contradicts" in books.value("select faults #>> '{0,reason}' from trimtab.quarantined_rows")


def test_corrected_rows_join_what_their_import_told_of_the_day(books: Books, write: Write) -> None:
    text = (
        "Campaign name,Ad name,Day,Amount spent (USD),Impressions\n"
        "Summer,A,2026-11-17,10,100\nSummer,B,2026-11-17,20,200\nSummer,C,2026-13-17,40,400\n"
        "Summer,A,2026-11-18,10,100\n,D,2026-11-18,7,70\nSummer,A,2026-13-18,5,50\n"
    )
    report = books.load(write(text))
    assert report.batch["rows_quarantined"] == 3
    ids = dict(books.rows("select line_number, id from trimtab.quarantined_rows"))

    def put_right(line: int, column: str, value: str) -> None:
        with books.connection() as connection:
            connection.execute(
                "select trimtab.correct_quarantined_row(%s, jsonb_build_object(%s::text, %s::text))",
                [ids[line], column, value],
            )
            retry(connection, [ids[line]])

    put_right(4, "Day", "2026-11-17")
    books.load(write(text.replace("Summer", "Winter"), "other.csv"))  # others go on importing in between
    put_right(6, "title", "Summer")
    put_right(7, "Day", "2026-11-18")

    days = [row for row in books.days("m.spend::float, m.impressions") if row[0] == "Summer"]
    assert days == [("Summer", "2026-11-17", 70.0, 700), ("Summer", "2026-11-18", 22.0, 220)]
    assert books.rows(
        "select m.subject, m.spend::float from trimtab.campaign_metrics m"
        " join trimtab.campaigns c on c.id = m.campaign_id where c.title = 'Summer'"
        " and m.dimension = 'creative' and m.day = '2026-11-18' and m.known_to is null order by 1"
    ) == [("A", 15.0), ("D", 7.0)]


def test_a_row_that_left_quarantine_does_not_count_again(books: Books, write: Write) -> None:
    books.load(
        write(
            "Campaign name,Ad name,Day,Amount spent (USD),Impressions\n"
            "Summer,A,2026-11-17,10,100\nSummer,B,2026-13-17,20,200\n"
        )
    )
    [(row, batch)] = books.rows("select id, batch_id from trimtab.quarantined_rows")
    with books.connection() as connection:
        for _ in range(2):
            opened: Any = connection.execute(
                "select trimtab.begin_import('again', 'Meta', jsonb_build_object('retry_of', %s::text))", [str(batch)]
            ).fetchone()
            connection.execute(
                "insert into trimtab_import"
                " (line_number, quarantined_id, platform, title, day, spend, impressions, creative) values"
                " (3, %s, 'meta', 'Summer', '2026-11-17', 20, 200, 'B')",
                [row],
            )
            connection.execute("select trimtab.finish_import(%s)", [opened[0]])
    assert books.days("m.spend::float, m.impressions") == [("Summer", "2026-11-17", 30.0, 300)]


def test_a_row_without_a_campaign_does_not_replace_what_another_import_told(books: Books, write: Write) -> None:
    rows = ("Campaign name,Ad name,Day,Amount spent (USD),Impressions", "A,x,2026-06-01,1,10", "A,y,2026-06-01,2,20")
    books.load(write(table(*rows)))
    again = books.load(write(table(*rows, ",z,2026-06-01,4,40"), name="again.csv"))
    assert counts(again.batch) == (0, 0, 2, 1, 0, 0)
    row = books.value("select id from trimtab.quarantined_rows")
    books.rows('select trimtab.correct_quarantined_row(%s, \'{"title": "A"}\')', row)
    with books.connection() as connection:
        [refused] = retry(connection, [row])
    assert counts(refused.batch) == (0, 0, 0, 1, 0, 0)
    assert "import the corrected file" in books.value("select faults #>> '{0,reason}' from trimtab.quarantined_rows")
    assert books.days() == [("A", "2026-06-01", 3)]
    # A campaign of which nobody told anything yet takes it.
    books.rows('select trimtab.correct_quarantined_row(%s, \'{"title": "B"}\')', row)
    with books.connection() as connection:
        retry(connection, [row])
    assert books.days() == [("A", "2026-06-01", 3), ("B", "2026-06-01", 4)]


def test_a_file_without_revenue_says_nothing_of_revenue(books: Books, write: Write) -> None:
    headings = "Campaign name,Day,Amount spent (USD),Impressions"
    books.load(write(f"{headings}\nSummer,2026-11-17,10,100\n", "plain.csv"))
    assert books.days("m.conversions, m.revenue") == [("Summer", "2026-11-17", None, None)]
    more = f"{headings},Purchases,Purchases conversion value\nSummer,2026-11-18,10,100,2,90\n"
    books.load(write(more, "more.csv"))
    books.load(write(f"{headings}\nSummer,2026-11-18,11,110\n", "less.csv"))
    assert books.days("m.spend::float, m.conversions::float, m.revenue::float")[1] == (
        "Summer", "2026-11-18", 11.0, 2.0, 90.0,
    )  # fmt: skip


def test_what_was_given_up_for_one_fault_is_not_given_up_for_another(books: Books, write: Write) -> None:
    text = "Campaign name,Day,Amount spent (USD),Impressions\nSummer,2026-13-17,10,100\n"
    books.load(write(text))
    books.load(write(text))
    assert books.value("select count(*) from trimtab.quarantined_rows") == 1
    books.rows("select trimtab.discard_quarantined_rows(array(select id from trimtab.quarantined_rows))")
    books.load(write(text))
    assert books.value("select count(*) from trimtab.quarantined_rows") == 1
    with books.connection() as connection:  # as the same file read by another mapping
        opened: Any = connection.execute(
            "select trimtab.begin_import('export.csv', b.format, '{}', b.file_sha256)"
            " from trimtab.import_batches b limit 1"
        ).fetchone()
        connection.execute(
            "insert into trimtab_import (line_number, platform, title, day, spend)"
            " values (2, 'meta', 'Summer', '2026-11-17', -1)"
        )
        connection.execute("select trimtab.finish_import(%s)", [opened[0]])
    assert books.value("select count(*) from trimtab.quarantined_rows where status = 'open'") == 1


def test_an_id_that_two_campaigns_have_is_not_guessed(books: Books) -> None:
    for title in ("One", "Two"):
        books.db.rows(
            "insert into trimtab.campaigns (org_id, title, platform, external_id) values (%s, %s, 'meta', '777')",
            [books.org, title],
        )
    with books.connection() as connection:
        opened: Any = connection.execute("select trimtab.begin_import('x', 'x')").fetchone()
        connection.execute(
            "insert into trimtab_import (line_number, platform, external_id, title, day, local_hour, spend) values"
            " (1, 'meta', '777', 'One', '2026-11-17', null, 5), (2, 'meta', '778', 'Three', '300000-01-01', 1, 5)"
        )
        connection.execute("select trimtab.finish_import(%s)", [opened[0]])
    reasons = books.rows("select faults #>> '{0,reason}' from trimtab.quarantined_rows order by line_number")
    assert reasons == [("2 campaigns of the organization have this id",), ("in the future: today is 2026-12-15",)]
    assert books.days() == []
