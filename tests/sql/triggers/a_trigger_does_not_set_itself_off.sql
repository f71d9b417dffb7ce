begin;
select plan(10);

select test.clock_at('2026-03-02 12:00:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
create function pg_temp.fire() returns integer language sql as $$
  select trimtab.tick_triggers(o.org_id, trimtab.clock(), 100) from trimtab.organizations o
$$;
create function pg_temp.fired() returns text language sql as $$
  select string_agg(trim(f.trigger_name || ' ' || f.status || ' ' || coalesce(f.reason || ' ' || f.event_count, '')), ', ' order by f.id) from trimtab.trigger_firings f
$$;
select test.act_as(:'manager');
select trimtab.save_trigger('{"name": "echo", "event": {"type": "team.echo"}, "target": {"type": "emit_event", "event": "team.echo"}}');
select test.reset();

select trimtab.emit_event(:'acme'::uuid, 'team.echo', '{}');
select is(pg_temp.fire(), 1, 'it fires');
select is(pg_temp.fire(), 0, 'and not with the event that it caused');
select is(pg_temp.fired(), 'echo success, echo suppressed own_event 1', 'which is recorded');
select is((select count(*)::integer from trimtab.events where type = 'team.echo'), 2, 'the event is there');

-- Two that set each other off.
delete from trimtab.trigger_firings;
select test.act_as(:'manager');
select trimtab.remove_trigger(id) from trimtab.v_triggers;
select trimtab.save_trigger('{"name": "ping", "event": {"type": "team.ping"}, "target": {"type": "emit_event", "event": "team.pong"}}');
select trimtab.save_trigger('{"name": "pong", "event": {"type": "team.pong"}, "target": {"type": "emit_event", "event": "team.ping"}}');
select test.reset();
select trimtab.emit_event(:'acme'::uuid, 'team.ping', '{}');
select pg_temp.fire(), pg_temp.fire(), pg_temp.fire(), pg_temp.fire();
select is(pg_temp.fired(), 'ping success, pong success, ping suppressed own_event 1', 'a circle is closed once');

-- A long chain ends after five.
delete from trimtab.trigger_firings;
select test.act_as(:'manager');
select trimtab.remove_trigger(id) from trimtab.v_triggers;
select trimtab.save_trigger(format(
  '{"name": "c%s", "event": {"type": "team.c%s"}, "target": {"type": "emit_event", "event": "team.c%s"}}', n, n, n + 1)::jsonb)
from generate_series(1, 8) n;
select test.reset();
select trimtab.emit_event(:'acme'::uuid, 'team.c1', '{}');
select count(pg_temp.fire()) from generate_series(1, 10);
select is(pg_temp.fired(), 'c1 success, c2 success, c3 success, c4 success, c5 success, c6 suppressed chain_too_long 1', 'a chain of five');
select trimtab.emit_event(:'acme'::uuid, 'team.c1', '{"caused_by": {"depth": 4}}');
select count(pg_temp.fire()) from generate_series(1, 10);
select is((select string_agg(name || ' ' || fired_count || ' ' || suppressed_count, ', ' order by name) from trimtab.triggers where name <= 'c3'),
  'c1 2 0, c2 1 1, c3 1 0', 'whatever caused an event counts, so far as it says so');

-- What a rule does is caused by the trigger that started it, and nothing else of that time is.
delete from trimtab.trigger_firings;
select test.campaign(:'acme', 'Spring') as spring \gset
select test.act_as(:'manager');
select trimtab.remove_trigger(id) from trimtab.v_triggers;
select trimtab.save_rule('{"name": "Raise", "status": "active", "trigger": "manual", "cooldown_minutes": 0, "campaign_cooldown_minutes": 0,
  "conditions": [{"type": "campaign_attribute", "field": "currency", "operator": "=", "value": "USD"}], "actions": [{"type": "pause_campaign"}]}');
select trimtab.save_trigger('{"name": "react", "event": {"type": "campaign.*"}, "target": {"type": "rule", "rule": "Raise"}}');
update trimtab.campaigns set title = 'Spring sale', daily_budget = 10 where id = :'spring';
select test.reset();
select is(pg_temp.fire(), 1, 'a person''s change starts it');
select is(pg_temp.fire(), 0, 'its own does not');
select is(pg_temp.fired(), 'react success, react suppressed own_event 1', 'and that is told');

select * from finish();
rollback;
