"""What a rule's actions do while a person, or another session, is at the same campaign, alert or message."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

from support.database import Connection

from .conftest import Flight


def definer(flight: Flight) -> Connection:
    """A session that may call the handlers, as a run does."""
    connection = flight.db.connect(autocommit=False)
    connection.execute("set role trimtab_definer")
    return connection


def act(handler: str) -> str:
    return f"select trimtab.act_{handler}(%s, %s, %s)"


def context(campaign: UUID, place: int = 1, execution: UUID | None = None) -> str:
    return json.dumps(
        {
            "rule_id": str(UUID(int=1)), "rule_name": "Watch", "rule_version": 1, "run_id": str(UUID(int=2)),
            "execution_id": str(execution or uuid4()), "place": place, "campaign_id": str(campaign),
            "reason": "Because.", "confidence_score": 90, "evidence": {},
        }
    )  # fmt: skip


def test_a_budget_that_a_person_changes_meanwhile_is_left_to_the_person(flight: Flight) -> None:
    campaign = flight.campaign()
    person, rule = flight.open(flight.manager), definer(flight)
    person.execute("update trimtab.campaigns set budget = 90 where id = %s", [campaign])
    plan = json.dumps({"type": "adjust_budget", "plan": {"from": 100, "budget": 150}})
    late = flight.start(rule, act("adjust_budget"), flight.org_id, plan, context(campaign))
    flight.until_it_waits(rule)
    person.commit()
    assert late.result() == "40001"
    rule.rollback()
    assert flight.db.value("select budget from trimtab.campaigns") == 90
    assert flight.db.rows("select origin from trimtab.campaign_changes") == [("person",)]


def test_a_campaign_that_a_person_pauses_meanwhile_is_not_resumed(flight: Flight) -> None:
    campaign = flight.campaign()
    rule = definer(flight)
    rule.execute(act("pause_campaign").encode(), [flight.org_id, "{}", context(campaign)])
    rule.commit()
    person = flight.open(flight.manager)
    person.execute("update trimtab.campaigns set status = 'active' where id = %s", [campaign])
    person.execute("update trimtab.campaigns set status = 'paused' where id = %s", [campaign])
    late = flight.start(rule, act("resume_campaign"), flight.org_id, "{}", context(campaign))
    flight.until_it_waits(rule)
    person.commit()
    assert late.result() == "TT065"
    rule.rollback()
    assert flight.db.value("select status from trimtab.campaigns") == "paused"


def test_the_same_step_in_two_sessions_pauses_tells_and_raises_once(flight: Flight) -> None:
    campaign, execution = flight.campaign(), uuid4()
    first, second = definer(flight), definer(flight)
    steps = [
        ("pause_campaign", "{}"),
        ("send_notification", '{"recipients": ["role:manager"]}'),
        ("create_alert", "{}"),
        ("emit_event", '{"event": "team.look"}'),
        ("tag_entity", '{"tags": ["late"]}'),
    ]
    answers = []
    for place, (handler, action) in enumerate(steps, 1):
        parameters = (flight.org_id, action, context(campaign, place, execution))
        answers.append(flight.start(first, act(handler), *parameters).result())
    place, (handler, action) = 1, steps[0]
    late = flight.start(second, act(handler), flight.org_id, action, context(campaign, place, execution))
    flight.until_it_waits(second)
    first.commit()
    again = [late.result()]
    for place, (handler, action) in list(enumerate(steps, 1))[1:]:
        parameters = (flight.org_id, action, context(campaign, place, execution))
        again.append(flight.start(second, act(handler), *parameters).result())
    second.commit()
    assert again[:3] == answers[:3]
    assert again[3] == {"event": "team.look"}
    assert [
        flight.db.value(f"select count(*) from trimtab.{what}")
        for what in (
            "campaign_changes", "outbox", "notifications where read_at is null", "alerts where raised_count = 1",
            "alert_occurrences", "events where type = 'team.look'", "events where type = 'campaign.tags_changed'",
        )
    ] == [1, 1, 2, 1, 1, 1, 1]  # fmt: skip


def test_a_message_with_one_key_is_written_once_by_two_at_once(flight: Flight) -> None:
    flight.campaign()
    first, second = definer(flight), definer(flight)
    write = "select trimtab.enqueue_message(%s, 'email', '{a@example.org}', 'S', 'B', p_dedupe_key => 'k')"
    written = flight.start(first, write, flight.org_id).result()
    late = flight.start(second, write, flight.org_id)
    flight.until_it_waits(second)
    first.commit()
    assert late.result() == written
    second.commit()
    assert flight.db.value("select count(*) from trimtab.outbox") == 1
