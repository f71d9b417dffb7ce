begin;
select plan(14);

select test.organization() as acme \gset
create function pg_temp.emit(p_org uuid, p_key text) returns bigint language sql as $$
  select trimtab.emit_event(p_org, 'thing.happened', '{}', p_dedupe_key => p_key)
$$;
create function pg_temp.keys() returns text language sql as $$
  select string_agg(dedupe_key, ' ' order by dedupe_key)
  from (select dedupe_key from trimtab.events where dedupe_key is not null) e
$$;
select is(value, '400', 'by default a bit more than a year is kept') from trimtab.settings where name = 'events_kept_days';
update trimtab.settings set value = '60' where name = 'events_kept_days';

select test.clock_at('2026-01-31 23:59:59.999999+00'); select pg_temp.emit(:'acme', 'january');
select test.clock_at('2026-02-01 00:00+00');           select pg_temp.emit(:'acme', 'february');
select test.clock_at('2026-04-15 12:00+00');           select pg_temp.emit(:'acme', 'april');

select test.clock_at('2026-04-01 23:59+00');
select test.act_as_engine();
select lives_ok('select trimtab.drop_old_events()', 'the engine drops what is old enough');
select test.reset();
select is(pg_temp.keys(), 'april february january', '59 days and 23 hours after its end january is there');
select test.clock_at('2026-04-02 00:00+00');
select is(trimtab.drop_old_events(), 1, 'after 60 days it is dropped');
select is(pg_temp.keys(), 'april february', 'with its events');
select is((select string_agg(dedupe_key, ' ' order by dedupe_key) from trimtab.event_keys), 'april february', 'and their keys');
select is(trimtab.drop_old_events(), 0, 'twice is the same as once');
select test.clock_at('2026-04-20 00:00+00');
select is(trimtab.drop_old_events(), 0, 'more than 60 days after its first events february is there');
select is(pg_temp.emit(:'acme', 'february'), null, 'and as long as an event is there its key is not used again');
select is((select count(*)::integer from trimtab.events where dedupe_key = 'february'), 1, 'so that it is there once');
select is(trimtab.ensure_partitions(), 0, 'and what was dropped is not made again');
select throws_ok($$ select trimtab.drop_old_events('2030-01-01') $$, 'TT005', null, 'a moment that has not come is refused');
select ok(pg_temp.emit(:'acme', 'january') is not null, 'a forgotten key may be used again');

select test.act_as(test.member(:'acme', 'owner'));
select throws_ok('select trimtab.drop_old_events()', '42501', null, 'nobody of an organization may drop the journal');
select test.reset();

select * from finish();
rollback;
