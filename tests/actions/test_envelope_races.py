"""Spend caps when two things happen at once, one interleaving at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import pytest
from support.database import Connection, Database


@pytest.fixture
def acme(tap_db: Database) -> dict[str, str]:
    [(org_id, manager, admin)] = tap_db.rows(
        "with o as (select test.organization('Acme') as id)"
        " select o.id::text, test.member(o.id, 'manager'), test.member(o.id, 'admin') from o"
    )
    ids = {
        name: tap_db.value(
            "insert into trimtab.campaigns (org_id, title, platform, status, daily_budget)"
            " values (%s, %s, 'twitter', 'active', 100) returning id::text",
            [org_id, name],
        )
        for name in ("one", "two")
    }
    return {"org": org_id, "manager": manager, "admin": admin, **ids}


def cap(db: Database, acme: dict[str, str], amount: int) -> None:
    db.rows("select trimtab.set_spend_cap('day', %s)", [amount], acme["admin"])


def raise_to(connection: Connection, campaign: str, amount: int) -> None:
    connection.execute("update trimtab.campaigns set daily_budget = %s where id = %s", [amount, campaign])


def budgets(db: Database) -> list[int]:
    return [int(row[0]) for row in db.rows("select daily_budget from trimtab.campaigns order by title")]


class Waiting:
    """A call in a thread of its own, that is waiting for a lock when the constructor returns."""

    def __init__(self, db: Database, connection: Connection, call: Callable[[], object]) -> None:
        self.error: str | None = None

        def work() -> None:
            try:
                call()
            except psycopg.Error as error:
                self.error = error.sqlstate

        self.thread = threading.Thread(target=work)
        self.thread.start()
        pause = threading.Event()
        for _ in range(2000):
            if (
                db.value("select wait_event_type from pg_stat_activity where pid = %s", [connection.info.backend_pid])
                == "Lock"
            ):
                return
            pause.wait(0.01)
        raise AssertionError("it never waited for a lock")

    def end(self) -> str | None:
        self.thread.join(30)
        return self.error


def test_of_two_rises_that_fit_alone_one_is_refused(tap_db: Database, acme: dict[str, str]) -> None:
    cap(tap_db, acme, 300)
    here, there = tap_db.connect(acme["manager"]), tap_db.connect(acme["manager"])
    with here.transaction():
        raise_to(here, acme["one"], 150)
        second = Waiting(tap_db, there, lambda: raise_to(there, acme["two"], 150))
    assert second.end() == "TT018"
    assert budgets(tap_db) == [150, 100]


def test_whoever_waits_holds_no_campaign(tap_db: Database, acme: dict[str, str]) -> None:
    """The organization comes first: what is locked later by a run is not locked by somebody who waits for it."""
    cap(tap_db, acme, 300)
    here = tap_db.connect()
    there = tap_db.connect(acme["manager"])
    with here.transaction():
        here.execute("select trimtab.lock_organization(%s)", [acme["org"]])
        waiting = Waiting(tap_db, there, lambda: raise_to(there, acme["one"], 120))
        here.execute("select from trimtab.campaigns for update nowait")
    assert waiting.end() is None
    assert budgets(tap_db) == [120, 100]


def test_without_caps_nobody_waits_for_the_organization(tap_db: Database, acme: dict[str, str]) -> None:
    here, there = tap_db.connect(), tap_db.connect(acme["manager"])
    there.execute("set lock_timeout = '1s'")
    with here.transaction():
        here.execute("select trimtab.lock_organization(%s)", [acme["org"]])
        raise_to(there, acme["one"], 120)
    assert budgets(tap_db) == [120, 100]


@pytest.mark.parametrize("what", ["a rise", "a new campaign"])
def test_a_cap_waits_for_who_did_not_see_it(tap_db: Database, acme: dict[str, str], what: str) -> None:
    here, there = tap_db.connect(acme["manager"]), tap_db.connect(acme["admin"])
    with here.transaction():
        if what == "a rise":
            raise_to(here, acme["one"], 1000)
        else:
            here.execute("insert into trimtab.campaigns (title, status, daily_budget) values ('x', 'active', 900)")
        waiting = Waiting(tap_db, there, lambda: there.execute("select trimtab.set_spend_cap('day', 300)"))
    assert waiting.end() is None
    # It is above the cap that came after it, and grows no more.
    with pytest.raises(psycopg.Error) as refused:
        raise_to(here, acme["two"], 101)
    assert refused.value.sqlstate == "TT018"


def test_who_waits_for_a_new_cap_is_bound_by_it(tap_db: Database, acme: dict[str, str]) -> None:
    here, there = tap_db.connect(acme["admin"]), tap_db.connect(acme["manager"])
    with here.transaction():
        here.execute("select trimtab.set_spend_cap('day', 300)")
        waiting = Waiting(tap_db, there, lambda: raise_to(there, acme["one"], 1000))
    assert waiting.end() == "TT018"
    assert budgets(tap_db) == [100, 100]


def test_an_old_snapshot_is_no_way_round_a_cap(tap_db: Database, acme: dict[str, str]) -> None:
    person = tap_db.connect(acme["manager"])
    for level in ("repeatable read", "serializable"):
        person.execute(f"begin isolation level {level}".encode())
        person.execute("select from trimtab.campaigns")
        cap(tap_db, acme, 300)
        with pytest.raises(psycopg.errors.SerializationFailure):
            raise_to(person, acme["one"], 1000)
        person.rollback()
        person.execute(f"begin isolation level {level}".encode())
        with pytest.raises(psycopg.Error) as refused:
            raise_to(person, acme["one"], 101)
        assert refused.value.sqlstate == "TT018"
        person.rollback()
        person.execute(f"begin isolation level {level}".encode())
        raise_to(person, acme["one"], 99)
        person.commit()


def test_a_transaction_is_refused_at_its_end_and_changes_nothing(tap_db: Database, acme: dict[str, str]) -> None:
    cap(tap_db, acme, 300)
    person = tap_db.connect(acme["manager"], autocommit=False)
    raise_to(person, acme["one"], 1000)
    raise_to(person, acme["two"], 1)
    with pytest.raises(psycopg.Error) as refused:
        person.commit()
    assert refused.value.sqlstate == "TT018"
    assert budgets(tap_db) == [100, 100]
    assert tap_db.value("select count(*) from trimtab.campaign_changes") == 0


def test_an_operator_is_bound_as_well(tap_db: Database, acme: dict[str, str]) -> None:
    cap(tap_db, acme, 300)
    operator = tap_db.connect()
    with pytest.raises(psycopg.Error) as refused:
        raise_to(operator, acme["one"], 1000)
    assert refused.value.sqlstate == "TT018"
    with pytest.raises(psycopg.Error) as refused:
        operator.execute(
            "with a as (update trimtab.campaigns set platform = 'google' where id = %s) select 1", [acme["one"]]
        )
    assert refused.value.sqlstate == "TT018"
    assert tap_db.value("select platform from trimtab.campaigns where title = 'one'") == "twitter"


def test_what_an_import_finds_is_taken_as_it_is(tap_db: Database, acme: dict[str, str]) -> None:
    cap(tap_db, acme, 10)
    with tap_db.connect(autocommit=False) as connection:
        [(batch,)] = connection.execute(
            "select trimtab.open_import(%s, 'x', 'test', '{\"totals\": true}')", [acme["org"]]
        ).fetchall()
        connection.execute(
            "insert into pg_temp.trimtab_import"
            " (line_number, platform, title, campaign_daily_budget, currency, day, spend)"
            " values (1, 'meta', 'Found', 5000, 'USD', current_date - 1, 10)"
        )
        connection.execute("select trimtab.close_import(%s, %s)", [acme["org"], batch])
    assert tap_db.value("select status from trimtab.campaigns where title = 'Found'") == "active"
    free = tap_db.value("select free from trimtab.envelope(%s)", [acme["org"]])
    assert free == 10 - 220 - 5000 * 1.75


def test_what_a_paused_campaign_has_spent_moves_with_it(tap_db: Database, acme: dict[str, str]) -> None:
    """Under the cap of a month that is reached already, no group takes over what was spent elsewhere."""
    group = tap_db.value(
        "insert into trimtab.campaign_groups (org_id, name) values (%s, 'Brand') returning id::text", [acme["org"]]
    )
    for name in ("one", "two"):
        tap_db.rows("update trimtab.campaigns set status = 'paused' where id = %s", [acme[name]])
    person = tap_db.connect(acme["manager"])
    person.execute("update trimtab.campaigns set group_id = %s where id = %s", [group, acme["one"]])
    tap_db.rows("select trimtab.set_spend_cap('month', 120, 'group', 'Brand')", user=acme["admin"])
    tap_db.rows("select trimtab.set_spend_cap('day', 0, 'group', 'Brand')", user=acme["admin"])
    # Both may have spent 110 today: that is no matter of a day's cap, but of a month's.
    with pytest.raises(psycopg.Error) as refused:
        person.execute("update trimtab.campaigns set group_id = %s where id = %s", [group, acme["two"]])
    assert refused.value.sqlstate == "TT018"
    assert "month" in str(refused.value.diag.message_detail)
    tap_db.rows("select trimtab.set_spend_cap('month', 220, 'group', 'Brand')", user=acme["admin"])
    person.execute("update trimtab.campaigns set group_id = %s where id = %s", [group, acme["two"]])
