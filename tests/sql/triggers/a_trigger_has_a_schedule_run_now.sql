begin;
select plan(9);

select test.clock_at('2026-03-02 12:00:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.act_as(:'manager');
select trimtab.save_schedule('{"name": "Tell", "timing": {"frequency": "daily", "at": "09:00"}, "handler": "emit_event", "arguments": {"event": "team.told"}}');
select trimtab.save_trigger('{"name": "now", "event": {"type": "team.*"}, "target": {"type": "schedule", "schedule": "Tell"}}');
select test.reset();
select trimtab.emit_event(:'acme'::uuid, 'team.asked', '{}') as event \gset
select is(trimtab.tick_triggers(:'acme', trimtab.clock(), 10), 1, 'it fires');
select is((select status || ' ' || origin || ' ' || event_id from trimtab.job_runs), 'due trigger ' || :'event', 'a run is due');
select is(trimtab.tick_job_runs(:'acme', trimtab.clock(), 10), 1, 'which the clock carries out');
select is((select payload #>> '{caused_by,event_id}' from trimtab.events where type = 'team.told'), :'event', 'and which knows the event');

-- It listens to what the schedule writes: that is its own doing, though it goes through the clock.
create function pg_temp.ticks() returns void language plpgsql as $$
declare
  v_org_id uuid := (select o.org_id from trimtab.organizations o);
begin
  for n in 1 .. 12 loop
    perform test.clock_at(trimtab.clock() + interval '1 minute');
    perform trimtab.tick_triggers(v_org_id, trimtab.clock(), 10);
    perform trimtab.tick_job_runs(v_org_id, trimtab.clock(), 10);
  end loop;
end
$$;
select pg_temp.ticks();
select is((select count(*) from trimtab.events e where e.type = 'team.told'), 1::bigint, 'a circle through the clock ends as well');
select is((select string_agg(status || coalesce(' ' || reason, ''), ', ' order by id) from trimtab.trigger_firings), 'success, suppressed own_event', 'and says so');

-- Nor do two that a rule's doings set off: what it writes, and what is told of it.
select test.campaign(:'acme', 'Spring') as spring \gset
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "Raise", "status": "active", "trigger": "manual", "cooldown_minutes": 0, "campaign_cooldown_minutes": 0,
  "conditions": [{"type": "campaign_attribute", "field": "currency", "operator": "=", "value": "USD"}],
  "actions": [{"type": "tag_entity", "tags": ["t"]}, {"type": "emit_event", "event": "crew.raised"}]}');
select trimtab.save_schedule('{"name": "Raise", "timing": {"frequency": "daily", "at": "09:00"}, "rule": "Raise"}');
select trimtab.save_trigger('{"name": "first", "event": {"type": "crew.raised"}, "target": {"type": "schedule", "schedule": "Raise"}}');
select trimtab.save_trigger('{"name": "second", "event": {"type": "rule.executed"}, "target": {"type": "schedule", "schedule": "Raise"}}');
select test.reset();
select trimtab.emit_event(:'acme'::uuid, 'crew.raised', '{}');
select pg_temp.ticks();
select is((select string_agg(name || ' ' || fired_count || ' ' || suppressed_count, ', ' order by name) from trimtab.triggers where name <> 'now'),
  'first 1 2, second 1 1', 'each fires once');
select is((select count(*) from trimtab.job_runs where transaction_id is not null), 0::bigint, 'when a run is over, nothing more is its doing');
select trimtab.emit_event(:'acme'::uuid, 'crew.raised', '{}');
select pg_temp.ticks();
select is((select fired_count from trimtab.triggers where name = 'first'), 2::bigint, 'and what others write fires it again');

select * from finish();
rollback;
