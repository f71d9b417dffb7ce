begin;
select plan(9);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'manager') as manager \gset
select test.with_jobs();
select test.act_as(:'manager');
select trimtab.save_schedule('{"name": "after", "job": "test", "timing": {"frequency": "relative", "event": "purchase.completed", "after": {"hours": 48}}, "max_runs": 3}') as after_it \gset
select trimtab.save_schedule('{"name": "soon", "job": "test", "timing": {"frequency": "relative", "event": "purchase.completed", "after": {"minutes": 1}}, "missed": "skip"}') as at_once \gset
select results_eq($$select name, event_type, event_delay, next_run_at, status from trimtab.scheduled_jobs order by 1$$,
  $$values ('after', 'purchase.completed', interval '48 hours', null::timestamptz, 'active'), ('soon', 'purchase.completed', '1 minute', null, 'active')$$, 'it waits for its event');
select test.reset();
select trimtab.emit_event(:'acme'::uuid, 'purchase.completed', '{"value": 9}'), trimtab.emit_event(:'acme'::uuid, 'signup.completed', '{}'),
       trimtab.emit_event(:'bolt'::uuid, 'purchase.completed', '{"value": 9}'),
       trimtab.emit_event(:'acme'::uuid, 'purchase.completed', '{"value": 8}', p_occurred_at => '2026-03-20 11:00+00');
select results_eq($$select j.name, r.slot_at, r.status, r.origin from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id order by 1, 2$$, $$values
  ('after', timestamptz '2026-03-22 11:00+00', 'due', 'event'), ('after', '2026-03-22 12:00+00', 'due', 'event'),
  ('soon', '2026-03-20 11:01+00', 'missed', 'event'), ('soon', '2026-03-20 12:01+00', 'due', 'event')$$,
  'each event of its type and organization makes a run; what came too late is missed');
select is(test.tick(:'acme', '2026-03-20 12:01+00'), 1, 'what is due soon runs');
select is(test.tick(:'acme', '2026-03-22 11:59+00'), 1, 'the other after its hours');
select is(test.tick(:'acme', '2026-03-22 12:00+00'), 1, 'to the minute');
select is(test.tick(:'acme', '2026-03-22 12:00+00'), 0, 'once');
select is((select count(distinct context ->> 'event_id') from test.jobs_done where context ->> 'schedule_name' = 'after'), 2::bigint, 'its handler is told for which event');
insert into trimtab.events (org_id, recorded_at, occurred_at, type, source)
select :'acme', '2026-03-22 12:00+00', '2026-03-20 13:00+00', 'purchase.completed', 'many' from generate_series(1, 3);
select test.tick(:'acme', '2026-03-22 13:00+00');
select results_eq(format($$select r.status, count(*) from trimtab.job_runs r where job_id = %L group by 1 order by 1$$, :'after_it'), $$values ('skipped', 2::bigint), ('success', 3)$$, 'max_runs holds for several events at once');
select is((select status from trimtab.scheduled_jobs where id = :'after_it'), 'completed', 'then it is completed');
select * from finish();
rollback;
