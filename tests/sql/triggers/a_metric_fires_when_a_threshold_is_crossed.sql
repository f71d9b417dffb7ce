begin;
select plan(23);

select test.clock_at('2026-03-10 12:00:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager, test.member(:'acme', 'analyst') as analyst, test.member(:'acme', 'viewer') as viewer \gset
create function pg_temp.at(p_time text) returns void language sql as $$ select test.clock_at(('2026-03-10 ' || p_time || '+00')::timestamptz) $$;
create function pg_temp.measure(p_metric text, p_value numeric, p_at text default null, p_subject text default 'shop') returns jsonb language sql as $$
  select trimtab.record_measurements(jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'subject_type', 'account', 'subject', p_subject, 'metric', p_metric, 'value', p_value,
    'measured_at', case when p_at is not null then '2026-03-10T' || p_at || 'Z' end))))
$$;
-- What has fired since it was last asked.
create function pg_temp.fired() returns text language plpgsql as $$
declare
  v_fired text;
begin
  perform trimtab.tick_metric_triggers(o.org_id, trimtab.clock(), 1000) from trimtab.organizations o;
  perform trimtab.tick_triggers(o.org_id, trimtab.clock(), 1000) from trimtab.organizations o;
  with told as (delete from trimtab.trigger_firings f returning f.*)
  select string_agg(concat_ws(' ', e.payload ->> 'trigger', e.payload ->> 'subject', e.payload ->> 'previous', e.payload ->> 'value',
      e.payload ->> 'milestones', e.payload ->> 'change', e.payload ->> 'change_percent'), ', ' order by e.id)
    into v_fired
  from told t join trimtab.events e on e.org_id = t.org_id and e.id = any (t.event_ids)
  where t.status = 'success';
  return v_fired;
end
$$;

-- A measure before there is a trigger: what is there is no news.
select test.act_as(:'analyst');
select is(pg_temp.measure('followers', 120) - 'refused', '{"recorded": 1, "repeated": 0}', 'an analyst records a measure');
select test.act_as(:'viewer');
select throws_ok($$ select pg_temp.measure('followers', 120) $$, 'TT003', null, 'a viewer does not');
select test.act_as(:'manager');
select trimtab.save_trigger('{"name": "over", "metric": {"subject_type": "account", "metric": "followers",
  "threshold": {"operator": ">", "value": 100, "hysteresis": 10}}, "target": {"type": "alert"}}') as over \gset
select trimtab.save_trigger('{"name": "under", "metric": {"subject_type": "account", "metric": "stock",
  "threshold": {"operator": "<=", "value": 5}}, "target": {"type": "alert"}}');
select test.reset();
select is(pg_temp.fired(), null, 'what is there when it is made does not fire it');
select test.act_as(:'analyst'); select pg_temp.measure('followers', 130, '11:59:00'); select pg_temp.measure('followers', 140); select test.reset();
select is(pg_temp.fired(), null, 'nor what stays beyond');
select pg_temp.at('12:01');
select test.act_as(:'analyst'); select pg_temp.measure('followers', 95); select test.reset();
select is(pg_temp.fired(), null, 'it falls back, but not far enough');
select pg_temp.at('12:02');
select test.act_as(:'analyst'); select pg_temp.measure('followers', 105); select test.reset();
select is(pg_temp.fired(), null, 'so it is not armed');
select pg_temp.at('12:03');
select test.act_as(:'analyst'); select pg_temp.measure('followers', 90); select test.reset();
select is(pg_temp.fired(), null, 'far enough');
select pg_temp.at('12:04');
select test.act_as(:'analyst'); select pg_temp.measure('followers', 100); select test.reset();
select is(pg_temp.fired(), null, 'on the threshold is not above it');
select pg_temp.at('12:05');
select test.act_as(:'analyst'); select pg_temp.measure('followers', 101); select test.reset();
select is(pg_temp.fired(), 'over shop 100 101', 'and now it is crossed');
select pg_temp.at('12:06');
select test.act_as(:'analyst'); select pg_temp.measure('followers', 500); select test.reset();
select is(pg_temp.fired(), null, 'once');
select results_eq($$ select payload - 'trigger_id', subject_type, source from trimtab.events where type = 'metric.threshold_reached' $$,
  $$ values ('{"trigger": "over", "subject": "shop", "metric": "followers", "operator": ">", "threshold": 100, "value": 101, "previous": 100}'::jsonb, 'account', 'trigger') $$,
  'an event says what happened');
select is((select title || ': ' || message from trimtab.alerts),
  'over: metric.threshold_reached shop {"value": 101, "metric": "followers", "operator": ">", "previous": 100, "threshold": 100}', 'and the target tells it');

-- A subject that is new counts from nothing; each one by itself.
select pg_temp.at('12:07');
select test.act_as(:'analyst');
select pg_temp.measure('followers', 300, null, 'blog'); select pg_temp.measure('stock', 6, null, 'shoes'); select pg_temp.measure('stock', 5, null, 'hats');
select test.reset();
select is(pg_temp.fired(), 'over blog 300, under hats 5', 'a new subject that is beyond fires at once');

-- Late and repeated measures.
select test.act_as(:'analyst');
select is(pg_temp.measure('followers', 1, '10:00:00') - 'refused', '{"recorded": 1, "repeated": 0}', 'a late one is recorded');
select is(pg_temp.measure('followers', 1, '10:00:00') - 'refused', '{"recorded": 0, "repeated": 1}', 'once');
select is((select value::text from trimtab.latest_measurements where subject = 'shop' and metric = 'followers'), '500', 'and does not take the latest back');
select pg_temp.measure('followers', 1, '11:00:00'); select test.reset();
select is(pg_temp.fired(), null, 'nor arm anything');
select pg_temp.at('12:08');
select test.act_as(:'analyst'); select pg_temp.measure('followers', 0); select pg_temp.measure('followers', 101, '12:08:00'); select test.reset();
select is(pg_temp.fired(), null, 'of two for one time the last counts: nothing was crossed between looks');

-- Paused and active again: a new baseline.
select test.act_as(:'manager'); select trimtab.set_trigger_status(:'over', 'paused');
select pg_temp.at('12:09'); select pg_temp.measure('followers', 10); select pg_temp.at('12:10'); select pg_temp.measure('followers', 200);
select trimtab.set_trigger_status(:'over', 'active');
select test.reset();
select is(pg_temp.fired(), null, 'what happened while it was paused does not fire it');

-- Faulty rows.
select test.act_as(:'analyst');
select is(trimtab.record_measurements('[{"subject_type": "account", "subject": "a", "metric": "m", "value": 1},
  {"subject_type": "campaign", "metric": "M", "value": "x", "measured_at": "2026-02-30T00:00:00Z", "y": 1},
  {"subject_type": "account", "subject": "b", "metric": "m", "value": 1, "measured_at": "2026-02-30T00:00:00Z"},
  {"subject_type": "account", "subject": "c", "metric": "m", "value": 1, "measured_at": "2026-03-10T13:00:00Z"}, 7]') - 'recorded' #>> '{}',
  '{"refused": [{"index": 1, "faults": ["y: found this key, allowed: measured_at, metric, subject, subject_id, subject_type, value.", "value: found \"x\", allowed: a number.", "subject_type: found campaign, allowed: other subjects; campaigns are measured by their facts.", "metric: found M, allowed: a name in lower case.", "subject: found nothing, allowed: a name here, or an id in subject_id."]}, {"index": 2, "faults": ["measured_at: found 2026-02-30T00:00:00Z, allowed: a day that there is."]}, {"index": 3, "faults": ["measured_at: found 2026-03-10T13:00:00Z, allowed: nothing in the future."]}, {"index": 4, "faults": ["document: found 7, allowed: an object.", "subject: found nothing, allowed: a name here, or an id in subject_id."]}], "repeated": 0}',
  'good rows are recorded, the others returned with their faults');
select is(
  (select jsonb_agg(distinct r -> 'faults') from jsonb_array_elements(trimtab.record_measurements((
    select jsonb_agg(jsonb_build_object('subject_type', 'account', 'subject', 'd', 'metric', 'm', 'value', v::numeric))
    from unnest(array['1e131071', '-1.1e308', '1e-400', '-1e-400']) v)) -> 'refused') r),
  '[["value: found a number beyond 1e308, or closer to zero than 1e-308, allowed: numbers between."]]', 'nor numbers with which nothing can be reckoned');
select is(trimtab.record_measurements((
    select jsonb_agg(jsonb_build_object('subject_type', 'account', 'subject', v, 'metric', 'm', 'value', v::numeric))
    from unnest(array['1e308', '-1e308', '1e-308', '0']) v)), '{"recorded": 4, "repeated": 0, "refused": []}', 'others are');
select throws_ok($$ select trimtab.record_measurements('{}') $$, 'TT079', null, 'it takes a list');
select test.reset();

select * from finish();
rollback;
