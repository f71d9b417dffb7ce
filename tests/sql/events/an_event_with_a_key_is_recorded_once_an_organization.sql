begin;
select plan(9);

select test.clock_at('2026-03-05 12:00+00');
select test.organization('Acme') as acme, test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'viewer') as viewer, test.member(:'bolt', 'viewer') as other \gset
create function pg_temp.emit(p_org uuid, p_key text default null) returns bigint language sql as $$
  select trimtab.emit_event(p_org, 'thing.happened', '{"a": 1}', 'thing', null, 'test', p_key)
$$;

select ok(pg_temp.emit(:'acme', 'k1') is not null, 'the first is recorded');
select is(pg_temp.emit(:'acme', 'k1'), null, 'the second is not');
select ok(pg_temp.emit(:'bolt', 'k1') is not null, 'another organization has keys of its own');
select ok(pg_temp.emit(:'acme') < pg_temp.emit(:'acme'), 'without a key each is recorded, in order');
select results_eq(
  format('select type, payload, subject_type, source, dedupe_key, recorded_at, occurred_at from trimtab.events where org_id = %L and dedupe_key is not null', :'acme'),
  $$ values ('thing.happened', '{"a": 1}'::jsonb, 'thing', 'test', 'k1',
       timestamptz '2026-03-05 12:00+00', timestamptz '2026-03-05 12:00+00') $$,
  'with what was said and when');

select test.act_as(:'viewer');
select is((select count(*)::integer from trimtab.events where type = 'thing.happened'), 3, 'members read their own journal');
select throws_ok(format('select trimtab.emit_event(%L::uuid, %L, %L)', :'acme', 'thing.happened', '{}'), '42501', null, 'and cannot write it');
select throws_ok('select from trimtab.event_keys', '42501', null, 'nor read the keys');
select test.act_as(:'other');
select is((select count(*)::integer from trimtab.events where type = 'thing.happened'), 1, 'another organization''s are not seen');
select test.reset();

select * from finish();
rollback;
