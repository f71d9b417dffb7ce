begin;
select plan(5);

select test.clock_at('2026-03-02 12:00:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.campaign(:'acme', 'Spring') as spring \gset
create function pg_temp.ticks() returns void language plpgsql as $$
declare
  v_org_id uuid := (select o.org_id from trimtab.organizations o);
begin
  for n in 1 .. 20 loop
    perform test.clock_at(trimtab.clock() + interval '1 minute');
    perform trimtab.tick_triggers(v_org_id, trimtab.clock(), 100);
    perform trimtab.tick_job_runs(v_org_id, trimtab.clock(), 100);
  end loop;
end
$$;
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "Raise", "status": "active", "trigger": "manual", "cooldown_minutes": 0, "campaign_cooldown_minutes": 0,
  "conditions": [{"type": "campaign_attribute", "field": "currency", "operator": "=", "value": "USD"}],
  "actions": [{"type": "tag_entity", "tags": ["t"]}, {"type": "emit_event", "event": "crew.raised"}]}');
select trimtab.save_schedule('{"name": "again", "rule": "Raise", "timing": {"frequency": "relative", "event": "crew.raised", "after": {"minutes": 1}}}');
select test.reset();

-- One that runs after what its own runs write.
select trimtab.emit_event(:'acme'::uuid, 'crew.raised', '{}');
select pg_temp.ticks();
select is(
  (select string_agg(depth || ' ' || status, ', ' order by depth) from trimtab.job_runs),
  '1 success, 2 success, 3 success, 4 success, 5 success, 6 skipped', 'it ends after five');
select matches((select result ->> 'reason' from trimtab.job_runs where status = 'skipped'), 'end of a chain', 'and says why');

-- Another begins where somebody else writes.
select trimtab.emit_event(:'acme'::uuid, 'crew.raised', '{}');
select pg_temp.ticks();
select is((select count(*) filter (where depth = 1) || ' ' || count(*) from trimtab.job_runs), '2 12', 'what others write begins anew');

-- A circle through a trigger and a schedule.
select test.act_as(:'manager');
select trimtab.save_schedule('{"name": "after", "handler": "emit_event", "arguments": {"event": "crew.b"}, "timing": {"frequency": "relative", "event": "crew.a", "after": {"minutes": 1}}}');
select trimtab.save_schedule('{"name": "rule", "rule": "Raise", "timing": {"frequency": "relative", "event": "crew.c", "after": {"minutes": 1}}}');
select trimtab.save_trigger('{"name": "circle", "event": {"type": "rule.executed"}, "target": {"type": "emit_event", "event": "crew.c"}}');
select trimtab.set_schedule_status(schedule_id, 'paused') from trimtab.v_schedules where name = 'again';
select test.reset();
select trimtab.emit_event(:'acme'::uuid, 'crew.c', '{}');
select pg_temp.ticks();
select cmp_ok((select count(*)::integer from trimtab.events where type = 'crew.c'), '<=', 5, 'a circle of both ends, too');
select is((select count(*) from trimtab.job_runs where status = 'due'), 0::bigint, 'and nothing is left');

select * from finish();
rollback;
