begin;
select plan(26);

select test.clock_at('2026-03-02 12:00:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
-- A moment of the same day, what is then emitted, and a tick; how often triggers fired.
create function pg_temp.at(p_time text) returns void language sql as $$
  select test.clock_at(('2026-03-02 ' || p_time || '+00')::timestamptz)
$$;
create function pg_temp.emit(p_type text, p_count integer default 1) returns void language sql as $$
  insert into trimtab.events (org_id, recorded_at, occurred_at, type, payload, source)
  select o.org_id, trimtab.clock(), trimtab.clock(), p_type, jsonb_build_object('n', n), 'test'
  from trimtab.organizations o, generate_series(1, p_count) n
$$;
create function pg_temp.fire(p_limit integer default 100) returns integer language sql as $$
  select trimtab.tick_triggers(o.org_id, trimtab.clock(), p_limit) from trimtab.organizations o
$$;
create function pg_temp.fired(p_name text) returns text language sql as $$
  select string_agg(f.status || coalesce(' ' || f.reason, '') || ' ' || f.event_count, ', ' order by f.id)
  from trimtab.trigger_firings f where f.trigger_name = p_name
$$;
select test.act_as(:'manager');
select trimtab.save_trigger('{"name": "quiet", "event": {"type": "a.quiet"}, "debounce": {"seconds": 60, "longest_seconds": 150}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "batch", "event": {"type": "a.batch"}, "batch": {"events": 10, "seconds": 120}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "rate", "event": {"type": "a.rate"}, "rate_limit": {"count": 2, "seconds": 600}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "both", "event": {"type": "a.both"}, "rate_limit": {"count": 1, "seconds": 600}, "batch": {"events": 3, "seconds": 60}, "target": {"type": "alert"}}');
select test.reset();

-- Debounce: once, when it was quiet for a minute.
select pg_temp.emit('a.quiet', 3);
select is(pg_temp.fire(), 0, 'it waits');
select pg_temp.at('12:00:50'); select pg_temp.emit('a.quiet');
select pg_temp.at('12:01:49.999'); select is(pg_temp.fire(), 0, 'until a minute after the last');
select pg_temp.at('12:01:50'); select is(pg_temp.fire(), 1, 'and then fires');
select is(pg_temp.fired('quiet'), 'success 4', 'once, with all');
select is((select (evidence ->> 'event_count') || ' ' || (evidence #>> '{event,payload,n}') from trimtab.alerts where title = 'quiet'), '4 1', 'of which the target knows');
select is(pg_temp.fire(), 0, 'and not again');
select pg_temp.at('12:10:00'); select pg_temp.emit('a.quiet');
select pg_temp.at('12:10:50'); select pg_temp.emit('a.quiet');
select pg_temp.at('12:11:40'); select pg_temp.emit('a.quiet');
select pg_temp.at('12:12:29'); select pg_temp.emit('a.quiet');
select is(pg_temp.fire(), 0, 'never quiet');
select pg_temp.at('12:12:30'); select is(pg_temp.fire(), 1, 'it fires after the longest wait');
select is(pg_temp.fired('quiet'), 'success 4, success 4', 'with what there is');

-- Batch: so many, or after so long.
select pg_temp.at('13:00:00'); select pg_temp.emit('a.batch', 25);
select is(pg_temp.fire(), 2, 'two full batches');
select is(pg_temp.fired('batch'), 'success 10, success 10', 'of ten');
select pg_temp.at('13:01:59'); select is(pg_temp.fire(), 0, 'the rest waits');
select pg_temp.at('13:02:00'); select is(pg_temp.fire(), 1, 'for two minutes');
select is(pg_temp.fired('batch'), 'success 10, success 10, success 5', 'and is not lost');
select pg_temp.at('13:10:00'); select pg_temp.emit('a.batch', 10); select pg_temp.at('13:12:00'); select pg_temp.emit('a.batch', 3);
select is(pg_temp.fire(), 1, 'a rest does not go because those before it are old');
select pg_temp.at('13:14:00'); select is(pg_temp.fire(), 1, 'but when it is old itself');

-- Rate: what is too much is one row.
select pg_temp.at('14:00:00'); select pg_temp.emit('a.rate', 5);
select is(pg_temp.fire(), 3, 'two firings, and one row for what is over the limit');
select is(pg_temp.fired('rate'), 'success 1, success 1, suppressed rate_limit 3', 'with its number');
select pg_temp.at('14:05:00'); select pg_temp.emit('a.rate', 4); select pg_temp.fire();
select pg_temp.at('14:09:59'); select pg_temp.emit('a.rate'); select pg_temp.fire();
select is(pg_temp.fired('rate'), 'success 1, success 1, suppressed rate_limit 8', 'which goes on');
select results_eq($$ select first_event_at, last_event_at from trimtab.v_trigger_firings where trigger_name = 'rate' and status = 'suppressed' $$,
  $$ values (timestamptz '2026-03-02 14:00+00', timestamptz '2026-03-02 14:09:59+00') $$, 'from the first to the last');
select pg_temp.at('14:10:00'); select pg_temp.emit('a.rate', 3); select pg_temp.fire();
select is(pg_temp.fired('rate'), 'success 1, success 1, suppressed rate_limit 8, success 1, success 1, suppressed rate_limit 1', 'until it may fire again');
select is((select fired_count || ' ' || suppressed_count from trimtab.triggers where name = 'rate'), '4 9', 'the trigger counts both');

-- A rate of batches counts batches.
select pg_temp.at('15:00:00'); select pg_temp.emit('a.both', 7);
select pg_temp.fire();
select is(pg_temp.fired('both'), 'success 3, suppressed rate_limit 4', 'one batch, and the rest over the limit');

-- The limit of a call, and nobody starved.
select pg_temp.at('16:00:00');
delete from trimtab.trigger_firings;
select test.act_as(:'manager');
select trimtab.save_trigger('{"name": "flood", "event": {"type": "a.flood"}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "trickle", "event": {"type": "a.trickle"}, "target": {"type": "alert"}}');
select test.reset();
select pg_temp.emit('a.flood', 50); select pg_temp.emit('a.trickle', 2);
select is(pg_temp.fire(4), 4, 'at most as many as asked for');
select is((select count(*)::integer from trimtab.trigger_firings where trigger_name = 'trickle'), 2, 'a flood does not hold up the others');
select is(pg_temp.fire(1000), 48, 'and the rest follows');

select * from finish();
rollback;
