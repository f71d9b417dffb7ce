begin;
select plan(8);

select test.clock_at('2026-03-02 12:00+00');
select test.organization('Acme') as acme, test.organization('Bolt') as bolt, test.organization('Core') as core \gset
select test.member(:'acme', 'manager') as ann, test.member(:'bolt', 'manager') as bob \gset
select test.running_campaign(:'acme', 'Spring') as spring \gset
select test.with_jobs();
create function pg_temp.waiting() returns text[] language sql as $$
  select array_agg(w.what order by w.what) from (
    select format('event %s %s', o.name, e.type) as what
    from trimtab.events e join trimtab.organizations o using (org_id) where e.type in ('campaign.status_changed', 'thing.seen')
    union all
    select format('trigger %s %s', t.name, e.payload ->> 'n')
    from trimtab.trigger_matches m join trimtab.triggers t on t.org_id = m.org_id and t.id = m.trigger_id join trimtab.events e on e.org_id = m.org_id and e.id = m.event_id
    union all
    select format('run %s %s', j.name, e.payload ->> 'n')
    from trimtab.job_runs r join trimtab.scheduled_jobs j on j.org_id = r.org_id and j.id = r.job_id join trimtab.events e on e.org_id = r.org_id and e.id = r.event_id
    union all
    select format('rule %s %s', r.name, e.payload ->> 'n')
    from trimtab.waiting_events w join trimtab.events e on e.org_id = w.org_id and e.id = w.event_id
    join trimtab.automation_rules r on r.org_id = e.org_id and r.event_type = e.type) w
$$;

select test.act_as(:'ann');
select trimtab.save_trigger('{"name": "a", "event": {"type": "campaign.*"}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "seen", "event": {"type": "thing.*"}, "target": {"type": "alert"}}');
select trimtab.save_schedule('{"name": "a", "job": "test", "timing": {"frequency": "relative", "event": "campaign.status_changed", "after": {"hours": 1}}}');
select test.act_as(:'bob');
select trimtab.save_trigger('{"name": "b", "event": {"type": "thing.seen"}, "target": {"type": "alert"}}');
select trimtab.save_schedule('{"name": "b", "job": "test", "timing": {"frequency": "relative", "event": "thing.seen", "after": {"hours": 1}}}');
select test.reset();
select test.raw_rule(:'acme', 'a', '[{"type": "note"}]', '{}', 'campaign.status_changed');
select test.raw_rule(:'bolt', 'b', '[{"type": "note"}]', '{}', 'thing.seen');

select test.act_as(:'ann');
savepoint before;
update trimtab.campaigns set status = 'paused' where id = :'spring';
select test.reset();
select is(pg_temp.waiting(), array['event Acme campaign.status_changed', 'rule a ', 'run a ', 'trigger a '], 'a change is an event in its transaction, and all that wait for it have it');
rollback to savepoint before;
select test.reset();
select is(pg_temp.waiting(), null, 'a change that is taken back leaves nothing of it');
select test.act_as(:'ann');
do $$
begin
  update trimtab.campaigns set status = 'paused' where title = 'Spring';
  raise exception 'too late';
exception when raise_exception then
  null;
end
$$;
select test.reset();
select is(pg_temp.waiting(), null, 'nor does one that fails within a transaction that goes on');
select test.act_as(:'ann');
update trimtab.campaigns set status = 'paused' where id = :'spring';
select test.reset();
select is(cardinality(pg_temp.waiting()), 4, 'the next try has it once');
delete from trimtab.trigger_matches;

-- One statement for several organizations, with the same type.
insert into trimtab.events (org_id, recorded_at, occurred_at, type, payload, source)
select o, trimtab.clock(), trimtab.clock(), 'thing.seen', jsonb_build_object('n', n), 'test'
from unnest(array[:'acme', :'bolt', :'core', :'acme', :'bolt']::uuid[]) with ordinality t (o, n);
select is((select array_agg(w) from unnest(pg_temp.waiting()) w where w like 'trigger%'), array['trigger b 2', 'trigger b 5', 'trigger seen 1', 'trigger seen 4'],
  'each trigger has the events of its organization');
select is((select array_agg(w) from unnest(pg_temp.waiting()) w where w like 'run%'), array['run a ', 'run b 2', 'run b 5'], 'so has each schedule');
select is((select array_agg(w) from unnest(pg_temp.waiting()) w where w like 'rule%'), array['rule a ', 'rule b 2', 'rule b 5'], 'and each rule');
select is((select array_agg(w) from unnest(pg_temp.waiting()) w where w like 'event%thing%'),
  array['event Acme thing.seen', 'event Acme thing.seen', 'event Bolt thing.seen', 'event Bolt thing.seen', 'event Core thing.seen'], 'one for which nobody waits is written like the others');
select * from finish();
rollback;
