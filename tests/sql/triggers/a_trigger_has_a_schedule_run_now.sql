begin;
select plan(6);

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

-- It listens to what the schedule writes: that goes through the clock, and ends after five.
create function pg_temp.ticks() returns bigint language plpgsql as $$
declare
  v_org_id uuid := (select o.org_id from trimtab.organizations o);
begin
  for n in 1 .. 12 loop
    perform test.clock_at(trimtab.clock() + interval '1 minute');
    perform trimtab.tick_triggers(v_org_id, trimtab.clock(), 10);
    perform trimtab.tick_job_runs(v_org_id, trimtab.clock(), 10);
  end loop;
  return (select count(*) from trimtab.events e where e.type = 'team.told');
end
$$;
select is(pg_temp.ticks(), 5::bigint, 'a circle through the clock ends as well');
select is((select status || ' ' || reason from trimtab.trigger_firings order by id desc limit 1), 'suppressed chain_too_long', 'and says so');

select * from finish();
rollback;
