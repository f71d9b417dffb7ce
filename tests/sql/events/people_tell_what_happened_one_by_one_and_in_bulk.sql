begin;
select plan(34);

select test.clock_at('2026-03-05 12:00+00');
select test.organization('Acme') as acme, test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'analyst') as analyst, test.member(:'acme', 'viewer') as viewer, test.member(:'bolt', 'analyst') as other \gset
create function pg_temp.fault(p_call text) returns text language plpgsql as $$
declare
  v_detail text;
begin
  execute p_call;
  return 'none';
exception when others then
  get stacked diagnostics v_detail = pg_exception_detail;
  return sqlstate || ' ' || v_detail;
end
$$;

-- one by one
select test.act_as(:'analyst');
select ok(trimtab.emit_event('team.met') is not null, 'a type of one''s own, with nothing else');
select ok(trimtab.emit_event('mention.received', '{"sentiment": -0.5}', p_dedupe_key => 'm1', p_occurred_at => '2026-03-01 09:00+01') is not null, 'a type of the catalogue');
select is(trimtab.emit_event('mention.received', '{"sentiment": 0.5}', p_dedupe_key => 'm1'), null, 'the same key again is taken once');
select results_eq(
  $$ select type, payload, source, occurred_at, received_at, dedupe_key, description from trimtab.v_events where type = 'mention.received' $$,
  $$ values ('mention.received', '{"sentiment": -0.5}'::jsonb, 'submitted', timestamptz '2026-03-01 08:00+00', timestamptz '2026-03-05 12:00+00',
       'm1', 'Somebody wrote about a brand or a campaign.') $$,
  'when it happened, when it was heard of, and what it means');
select is(pg_temp.fault($$ select trimtab.emit_event('mention.received', '{"sentiment": 2, "author": {"followers": "many"}}') $$),
  E'TT035 payload.author.followers: found "many", allowed integer or null\npayload.sentiment: found 2, allowed to 1', 'a payload fits its schema');
select is(pg_temp.fault($$ select trimtab.emit_event('team.met', '{"anything": [1, {"a": null}]}') $$), 'none', 'of a type of one''s own it is up to oneself');
select is(pg_temp.fault($$ select trimtab.emit_event('campaign.status_changed') $$),
  'TT035 type: Events that begin with campaign. are the system''s own.', 'nobody speaks for the system');
select is(pg_temp.fault($$ select trimtab.emit_event('schedule.whatever') $$),
  'TT035 type: Events that begin with schedule. are the system''s own.', 'not even in words that it does not use yet');
select is(pg_temp.fault($$ select trimtab.emit_event(null, '[]', p_subject_type => 'campaign', p_dedupe_key => '', p_occurred_at => '2030-01-01') $$),
  E'TT035 type: found nothing, but it is required\npayload: found [], allowed an object\n'
  'subject_type, subject_id: found one of them, allowed both or none\ndedupe_key: found 0 characters, allowed 1 to 200\n'
  'occurred_at: found 2030-01-01T00:00:00+00:00, allowed nothing in the future', 'all faults at once');
select is(pg_temp.fault(format('select trimtab.emit_event(%L, %L)', 'team.met', jsonb_build_object('a', repeat('x', 65536)))),
  'TT035 payload: found 65545 bytes, allowed 65536', 'nor without end');
select is(pg_temp.fault($$ select trimtab.emit_event('team.met', '{"a": 1e70000}') $$),
  'TT035 payload: found 70008 bytes, allowed 65536', 'as it is written, not as it is stored');
select is(pg_temp.fault(format('select trimtab.emit_event(%L, %L)', 'team.met', repeat('{"a":', 65) || '{}' || repeat('}', 65))),
  'TT035 payload: found more than 64 levels, allowed 64', 'nor so deep that readers fail');
select is(pg_temp.fault(format('select trimtab.emit_event(%L, %L)', 'team.met', '{"a":' || repeat('[', 63) || '1' || repeat(']', 63) || '}')), 'none', 'but deep enough');
select is(pg_temp.fault($$ select trimtab.emit_event('team.met', p_occurred_at => '-infinity') $$),
  'TT035 occurred_at: found "-infinity", allowed a time with its zone, such as 2026-12-01T09:30:00+01:00', 'at a time');

-- in bulk
select trimtab.emit_events($$[
  {"type": "mention.received", "payload": {"sentiment": 1}, "dedupe_key": "m1"},
  {"type": "mention.received", "payload": {"sentiment": 0.1}, "dedupe_key": "m2", "occurred_at": "2026-02-30T00:00:00Z"},
  {"type": "mention.received", "payload": {"sentiment": 0.2}, "dedupe_key": "m2", "occurred_at": "2026-02-28T23:59:59.5Z"},
  {"type": "mention.received", "payload": {"sentiment": 0.3}, "dedupe_key": "m2"},
  {"type": "team.met", "subject_type": "team", "subject_id": "7a000000-0000-4000-8000-00000000000b"},
  {"type": "team.met", "dedupe_key": 17, "occurred_at": "2024-02-29 10:00+05:30"},
  {"type": "rule.executed"},
  {"type": "team.met", "payload": null, "subject_type": "team", "subject_id": "x", "dedupe_key": ["a"], "urgent": true},
  7,
  {}
]$$) as outcome \gset
select is(:'outcome'::jsonb - 'refused', '{"inserted": 3, "repeated": 2}', 'good ones go in, those with a known key are counted');
select is((select array_agg((r ->> 'index')::integer) from jsonb_array_elements(:'outcome'::jsonb -> 'refused') r), '{1,6,7,8,9}', 'the others are told by their place');
create function pg_temp.told(p_outcome jsonb, p_place integer) returns text language sql as $$
  select (select string_agg(f, ' | ') from jsonb_array_elements_text(r -> 'faults') f)
  from jsonb_array_elements(p_outcome -> 'refused') r where (r ->> 'index')::integer = p_place
$$;
select is(pg_temp.told(:'outcome', 1), 'occurred_at: found "2026-02-30T00:00:00Z", allowed a time with its zone, such as 2026-12-01T09:30:00+01:00', 'no such day');
select is(pg_temp.told(:'outcome', 7),
  'event: found {"urgent": true}, allowed only type, payload, subject_type, subject_id, dedupe_key, occurred_at | payload: found null, allowed an object'
  ' | subject_id: found "x", allowed a UUID | dedupe_key: found ["a"], allowed a text', 'every fault of each');
select is(pg_temp.told(:'outcome', 8), 'event: found 7, allowed an object', 'what is no event');
select is(pg_temp.told(:'outcome', 9), 'type: found nothing, but it is required', 'or an empty one');
select results_eq(
  $$ select payload, dedupe_key, occurred_at from trimtab.v_events where dedupe_key in ('m2', '17') order by id $$,
  $$ values ('{"sentiment": 0.2}'::jsonb, 'm2', timestamptz '2026-02-28 23:59:59.5+00'), ('{}', '17', timestamptz '2024-02-29 04:30+00') $$,
  'of two with one key the first without a fault is taken');
select is(
  pg_temp.told(trimtab.emit_events('[{"type": "team.met", "subject_type": {"a": 1}, "subject_id": "7a000000-0000-4000-8000-00000000000b"}]'), 0),
  'subject_type: found {"a": 1}, allowed a text', 'what a subject is is a text');
select is(trimtab.emit_events('[{"type": "team.met", "dedupe_key": "m2"}]'), '{"inserted": 0, "repeated": 1, "refused": []}', 'and that is remembered');
select is(trimtab.emit_events('[]'), '{"inserted": 0, "repeated": 0, "refused": []}', 'none are none');
select is((trimtab.submit_event('team.met', p_dedupe_key => 'm2')) -> 'repeated', 'true', 'however it is told');
select results_eq($$ select (payload ->> 'n')::integer from trimtab.events where type = 'team.counted' order by id $$, $$ select n from generate_series(1, 0) n $$, 'none was counted yet');
select trimtab.emit_events((select jsonb_agg(jsonb_build_object('type', 'team.counted', 'payload', jsonb_build_object('n', n), 'dedupe_key', md5(n::text))) from generate_series(1, 500) n));
select results_eq($$ select (payload ->> 'n')::integer from trimtab.events where type = 'team.counted' order by id $$, $$ select n from generate_series(1, 500) n $$,
  'events are numbered in the order in which they are given');
select throws_ok($$ select trimtab.emit_events('{"type": "team.met"}') $$, 'TT069', null, 'a list is given');
select throws_ok($$ select trimtab.emit_events(null) $$, 'TT069', null, 'not nothing');
select throws_ok($$ select trimtab.emit_events((select jsonb_agg(1) from generate_series(1, 100001))) $$, 'TT069', null, 'nor a list without end');

-- whose
select test.act_as(:'other');
select is(trimtab.emit_events('[{"type": "team.met", "dedupe_key": "m1"}]') -> 'inserted', '1', 'keys are each organization''s own');
select is((select count(*)::integer from trimtab.v_events), 1, 'and so is what is seen');
select test.act_as(:'viewer');
select throws_ok($$ select trimtab.emit_events('[]') $$, 'TT003', null, 'a viewer tells nothing');
select throws_ok($$ select trimtab.emit_event('team.met') $$, 'TT003', null, 'neither many nor one');
select test.reset();

select * from finish();
rollback;
