"""What two people (or a person and the engine) do to one campaign at the same moment, on connections of their own."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import psycopg
import pytest

from .conftest import Flight

SCALE = "select trimtab.auto_scale_campaign(%s, %s, 'ROI 4.1')"
PAUSE = "select trimtab.auto_pause_campaign(%s, 'ROI 0.3')"
ROLLBACK = "select trimtab.rollback_action(%s)"


def ledger(flight: Flight) -> list[tuple[object, ...]]:
    return flight.db.rows(
        "select action_type, (previous_state ->> 'budget')::numeric, (new_state ->> 'budget')::numeric, status"
        " from trimtab.campaign_changes order by number"
    )


def test_two_scalings_to_the_same_budget_apply_once(flight: Flight) -> None:
    campaign = flight.campaign(daily_budget=10)
    first, second = flight.open(flight.manager), flight.open(flight.other)
    assert isinstance(flight.start(first, SCALE, campaign, 150).result(), UUID)
    late = flight.start(second, SCALE, campaign, 150)
    flight.until_it_waits(second)
    first.commit()
    assert late.result() == "TT012"
    second.rollback()
    assert ledger(flight) == [("auto_scale_up", 100, 150, "executed")]
    assert flight.db.rows("select budget, daily_budget from trimtab.campaigns") == [(150, 15)]


def test_the_second_of_two_scalings_starts_from_the_first(flight: Flight) -> None:
    campaign = flight.campaign(daily_budget=10)
    first, second = flight.open(flight.manager), flight.open(flight.other)
    flight.start(first, SCALE, campaign, 150).result()
    late = flight.start(second, SCALE, campaign, 300)
    flight.until_it_waits(second)
    first.commit()
    assert isinstance(late.result(), UUID)
    second.commit()
    assert ledger(flight) == [("auto_scale_up", 100, 150, "executed"), ("auto_scale_up", 150, 300, "executed")]
    assert flight.db.rows("select budget, daily_budget from trimtab.campaigns") == [(300, 30)]


def test_two_pauses_apply_once(flight: Flight) -> None:
    campaign = flight.campaign()
    first, second = flight.open(flight.manager), flight.open(flight.other)
    flight.start(first, PAUSE, campaign).result()
    late = flight.start(second, PAUSE, campaign)
    flight.until_it_waits(second)
    first.commit()
    assert late.result() == "TT011"
    second.rollback()
    assert [row[0] for row in ledger(flight)] == ["auto_pause"]
    assert flight.db.value("select count(*) from trimtab.events where type = 'campaign.status_changed'") == 1
    assert flight.db.value("select count(*) from trimtab.audit_log where action = 'campaign.auto_pause'") == 1


def test_a_scaling_waits_for_a_persons_own_update_and_sees_it(flight: Flight) -> None:
    campaign = flight.campaign()
    person, engine = flight.open(flight.other), flight.open(flight.manager)
    person.execute("update trimtab.campaigns set budget = 500 where id = %s", [campaign])
    late = flight.start(engine, SCALE, campaign, 150)
    flight.until_it_waits(engine)
    person.commit()
    assert late.result() == "TT012"
    assert flight.db.value("select budget from trimtab.campaigns") == 500


def test_two_rollbacks_restore_once(flight: Flight) -> None:
    campaign = flight.campaign()
    action = flight.db.value(SCALE, [campaign, 150], flight.manager)
    first, second = flight.open(flight.manager), flight.open(flight.other)
    assert flight.start(first, ROLLBACK, action).result()["restored"] == {"budget": 100}
    late = flight.start(second, ROLLBACK, action)
    flight.until_it_waits(second)
    first.commit()
    result = late.result()
    second.commit()
    assert (result["already_rolled_back"], result["restored"]) == (True, {})
    assert ledger(flight) == [("auto_scale_up", 100, 150, "rolled_back"), ("rollback", 150, 100, "executed")]


def test_a_rollback_waits_for_a_persons_own_update_and_leaves_it(flight: Flight) -> None:
    campaign = flight.campaign(daily_budget=10)
    action = flight.db.value(SCALE, [campaign, 150], flight.manager)
    person, rollback = flight.open(flight.other), flight.open(flight.manager)
    person.execute("update trimtab.campaigns set budget = 175 where id = %s", [campaign])
    late = flight.start(rollback, ROLLBACK, action)
    flight.until_it_waits(rollback)
    person.commit()
    result = late.result()
    rollback.commit()
    assert result["restored"] == {"daily_budget": 10}
    assert (result["left"]["budget"]["now"], result["left"]["budget"]["because"]) == (175, "changed since")
    assert flight.db.rows("select budget, daily_budget from trimtab.campaigns") == [(175, 10)]


def test_the_organization_is_locked_first_and_then_the_campaign(flight: Flight) -> None:
    campaign = flight.campaign()
    person, actor, watcher = flight.open(flight.other), flight.open(flight.manager), flight.open("postgres")
    person.execute("update trimtab.campaigns set bid = 2 where id = %s", [campaign])
    late = flight.start(actor, PAUSE, campaign)
    flight.until_it_waits(actor)
    nowait = "select from trimtab.organizations where org_id = %s for no key update nowait"
    assert flight.start(watcher, nowait, flight.org_id).result() == "55P03"
    watcher.rollback()
    person.commit()
    assert isinstance(late.result(), UUID)
    actor.commit()

    action = flight.db.value("select id from trimtab.campaign_changes where action_type = 'auto_pause'")
    for query, target in ((ROLLBACK, action), (PAUSE, campaign)):
        watcher.execute("select trimtab.lock_organization(%s)", [flight.org_id])
        late = flight.start(actor, query, target)
        flight.until_it_waits(actor)
        watcher.commit()
        assert late.result() is not None
        actor.commit()


def test_a_campaign_that_somebody_holds_is_a_failure_that_can_be_recorded(flight: Flight) -> None:
    campaign = flight.campaign()
    person, run = flight.open(flight.other), flight.open("postgres")
    person.execute("update trimtab.campaigns set bid = 2 where id = %s", [campaign])
    run.execute("set local lock_timeout = '50ms'")
    run.execute("set local role trimtab_definer")
    with pytest.raises(psycopg.errors.LockNotAvailable), run.transaction():
        run.execute("select trimtab.pause_campaign_as(%s, %s, 'ROI 0.3', 90, 'rule')", [flight.org_id, campaign])
    run.execute(
        "select trimtab.record_failed_action(%s, %s, 'auto_pause', 'ROI 0.3', '55P03', 'lock timeout')",
        [flight.org_id, campaign],
    )
    run.commit()
    person.commit()
    assert flight.db.rows("select status, error_code from trimtab.campaign_changes order by status") == [
        ("executed", None),
        ("failed", "55P03"),
    ]


def test_organizations_do_not_wait_for_each_other(flight: Flight) -> None:
    campaign = flight.campaign()
    other_org = flight.db.value("select test.organization('Bolt')")
    stranger = flight.db.value("select test.member(%s, 'manager')", [other_org])
    theirs = flight.db.value(
        "insert into trimtab.campaigns (org_id, title, status, currency)"
        " values (%s, 'Theirs', 'active', 'USD') returning id",
        [other_org],
    )
    first = flight.open(flight.manager)
    flight.start(first, PAUSE, campaign).result()
    second = flight.open(stranger)
    second.execute("set lock_timeout = '10ms'")
    assert isinstance(flight.start(second, PAUSE, theirs).result(), UUID)


def test_what_is_killed_before_its_commit_never_happened(flight: Flight) -> None:
    campaign = flight.campaign()
    tables = ("campaign_changes", "events", "campaign_outbox")
    before = [flight.db.rows(f"select * from trimtab.{table}") for table in tables]
    victim = flight.open(flight.manager)
    flight.start(victim, SCALE, campaign, 150).result()
    flight.db.rows("select pg_terminate_backend(%s, 10000)", [victim.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        victim.commit()
    assert flight.db.value("select budget from trimtab.campaigns") == Decimal(100)
    assert [flight.db.rows(f"select * from trimtab.{table}") for table in tables] == before
    assert flight.db.value("select count(*) from trimtab.audit_log where action = 'campaign.auto_scale_up'") == 0


def test_impact_is_measured_once_by_two_at_once(flight: Flight) -> None:
    campaign = flight.campaign()
    flight.db.rows("select test.clock_at('2026-03-02 12:00+00')")
    flight.db.rows("insert into trimtab.knowledge_revisions values (%s, 1, '2026-03-12 06:00+00')", [flight.org_id])
    flight.db.rows(
        "insert into trimtab.campaign_metrics (org_id, campaign_id, grain, day, known_from, currency, spend, revenue)"
        " select %s, %s, 'day', d, 1, 'USD', 10, 5 from generate_series(date '2026-02-20', '2026-03-10', '1 day') d",
        [flight.org_id, campaign],
    )
    flight.db.value(PAUSE, [campaign], flight.manager)
    flight.db.rows("select test.clock_at('2026-03-12 12:00+00')")
    first, second = flight.open(flight.manager), flight.open(flight.other)
    assert flight.start(first, "select trimtab.measure_action_impact()").result() == 1
    assert flight.start(second, "select trimtab.measure_action_impact()").result() == 0
    first.commit()
    second.commit()
    assert flight.db.value("select trimtab.measure_action_impact()", user=flight.other) == 0
