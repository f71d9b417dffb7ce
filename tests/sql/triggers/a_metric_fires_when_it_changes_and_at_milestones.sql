begin;
select plan(18);

select test.clock_at('2026-03-10 12:00:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
-- Measures a moment later; what has fired since.
create function pg_temp.measure(p_metric text, p_value numeric) returns text language plpgsql as $$
declare
  v_fired text;
begin
  perform test.clock_at(trimtab.clock() + interval '1 minute');
  perform trimtab.record_measurements(jsonb_build_array(jsonb_build_object('subject_type', 'shop', 'subject', 's', 'metric', p_metric, 'value', p_value)));
  return null;
end
$$;
create function pg_temp.fired() returns text language plpgsql as $$
declare
  v_last bigint := coalesce(current_setting('test.last', true)::bigint, 0);
begin
  perform trimtab.tick_metric_triggers(o.org_id, trimtab.clock(), 1000) from trimtab.organizations o;
  perform set_config('test.last', coalesce(max(e.id), 0)::text, true) from trimtab.events e;
  return (
    select string_agg(concat_ws(' ', e.payload ->> 'trigger', e.payload ->> 'counted_from', e.payload ->> 'value',
        'by ' || (e.payload ->> 'change'), (e.payload ->> 'change_percent') || ' %', e.payload ->> 'milestones', 'of ' || (e.payload ->> 'crossed')), ', ' order by e.payload ->> 'trigger')
    from trimtab.events e
    where e.id > v_last and e.type like 'metric.%');
end
$$;
select set_config('test.last', (select coalesce(max(id), 0) from trimtab.events)::text, true);
select test.act_as(:'manager');
select pg_temp.measure('price', 100), pg_temp.measure('visits', 10), pg_temp.measure('orders', 250), pg_temp.measure('fans', 0);
select trimtab.save_trigger('{"name": "a_fifth", "metric": {"subject_type": "shop", "metric": "price", "change": {"percent": 20}}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "b_drop", "metric": {"subject_type": "shop", "metric": "price", "change": {"absolute": 15, "direction": "down", "since": "previous"}}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "c_visits", "metric": {"subject_type": "shop", "metric": "visits", "change": {"percent": 50, "direction": "up"}}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "d_orders", "metric": {"subject_type": "shop", "metric": "orders", "milestone": {"every": 100}}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "e_fans", "metric": {"subject_type": "shop", "metric": "fans", "milestone": {"levels": [1000, 10, 100]}}, "target": {"type": "alert"}}');
select pg_temp.measure('price', 119.99); select test.reset();
select is(pg_temp.fired(), null, 'not a fifth yet');
select test.act_as(:'manager'); select pg_temp.measure('price', 120); select test.reset();
select is(pg_temp.fired(), 'a_fifth 100 120 by 20 20.0000 %', 'a fifth more than when it was made');
select test.act_as(:'manager'); select pg_temp.measure('price', 105); select test.reset();
select is(pg_temp.fired(), 'b_drop 120 105 by -15 -12.5000 %', 'fifteen less than the time before, not yet a fifth');
select test.act_as(:'manager'); select pg_temp.measure('price', 96); select test.reset();
select is(pg_temp.fired(), 'a_fifth 120 96 by -24 -20.0000 %', 'a fifth less than when it fired; not fifteen less than the time before');
select test.act_as(:'manager'); select pg_temp.measure('visits', 5); select test.reset();
select is(pg_temp.fired(), null, 'half of it is not up');
select test.act_as(:'manager'); select pg_temp.measure('visits', 15); select test.reset();
select is(pg_temp.fired(), 'c_visits 10 15 by 5 50.0000 %', 'half more is');
select test.act_as(:'manager'); select pg_temp.measure('visits', 0); select test.reset();
select is(pg_temp.fired(), null, 'down to nothing');
select test.act_as(:'manager'); select trimtab.save_trigger('{"name": "f_zero", "metric": {"subject_type": "shop", "metric": "visits", "change": {"percent": 50}}, "target": {"type": "alert"}}');
select pg_temp.measure('visits', 7); select test.reset();
select is(pg_temp.fired(), null, 'no change in percent of nothing');
select test.act_as(:'manager'); select pg_temp.measure('visits', 11); select test.reset();
select is(pg_temp.fired(), 'f_zero 7 11 by 4 57.1429 %', 'but of what came after it');

select test.act_as(:'manager'); select pg_temp.measure('orders', 299); select test.reset();
select is(pg_temp.fired(), null, '250 orders were there: 200 is no news, and 300 not reached');
select test.act_as(:'manager'); select pg_temp.measure('orders', 300); select test.reset();
select is(pg_temp.fired(), 'd_orders 300 [300] of 1', 'each hundred');
select test.act_as(:'manager'); select pg_temp.measure('orders', 650); select test.reset();
select is(pg_temp.fired(), 'd_orders 650 [400, 500, 600] of 3', 'several at once are one');
select test.act_as(:'manager'); select pg_temp.measure('orders', 350); select test.reset();
select is(pg_temp.fired(), null, 'corrected downwards');
select test.act_as(:'manager'); select pg_temp.measure('orders', 699); select test.reset();
select is(pg_temp.fired(), null, 'what was reached is not reached again');
select test.act_as(:'manager'); select pg_temp.measure('orders', 100000); select test.reset();
select is((select (payload ->> 'crossed') || ' ' || jsonb_array_length(payload -> 'milestones') || ' ' || (payload #>> '{milestones,0}') || ' ' || (payload #>> '{milestones,-1}')
  from (select pg_temp.fired()) f, trimtab.events where type = 'metric.milestone_reached' and payload ->> 'value' = '100000'),
  null, 'it is written when the tick looks');
select is((select (payload ->> 'crossed') || ' ' || jsonb_array_length(payload -> 'milestones') || ' ' || (payload #>> '{milestones,0}') || ' ' || (payload #>> '{milestones,-1}')
  from trimtab.events where type = 'metric.milestone_reached' and payload ->> 'value' = '100000'),
  '994 100 90100 100000', 'of very many the last hundred, and their number');
select test.act_as(:'manager'); select pg_temp.measure('fans', 99); select test.reset();
select is(pg_temp.fired(), 'e_fans 99 [10] of 1', 'levels of a list');
select test.act_as(:'manager'); select pg_temp.measure('fans', 5000); select test.reset();
select is(pg_temp.fired(), 'e_fans 5000 [100, 1000] of 2', 'in their order');

select * from finish();
rollback;
