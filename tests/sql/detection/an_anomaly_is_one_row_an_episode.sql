begin;
set local search_path to trimtab, public;
select plan(46);

select test.clock_at('2026-06-01 06:00+00');
select test.organization('Acme') as acme \gset
select test.organization('Beta') as beta \gset
select test.member(:'acme', 'analyst') as analyst \gset
select test.member(:'acme', 'viewer') as viewer \gset
select test.member(:'beta', 'owner') as stranger \gset
select test.campaign(:'acme', 'Summer') as summer \gset
select test.campaign(:'acme', 'Winter') as winter \gset
select test.facts(:'acme', :'summer', '2026-04-01', 1000, 50, 20, 4, 60, p_days => 60);
select test.facts(:'acme', :'winter', '2026-04-01', 1000, 50, 20, 4, 60, p_days => 61);

create function pg_temp.values_of(p_feature jsonb, p_as_of timestamptz default trimtab.clock()) returns setof record language sql as $$
  select c.title, v.value
  from trimtab.campaigns c
  join trimtab.anomaly_values(c.org_id, array[p_feature], null, p_as_of, null, null) v on v.campaign_id = c.id
  order by c.title
$$;

-- Nothing, and then a day without delivery --------------------------------------------------------------------------
select is(store_anomalies(:'acme', clock()), 0, 'steady campaigns have no anomaly, and a day that did not arrive is none');
select test.facts(:'acme', :'summer', '2026-05-31', 0, 0, 0, 0, 0);
select is(store_anomalies(:'acme', clock()), 1, 'a day of zeros is one');
select is(store_anomalies(:'acme', clock()), 0, 'and only once');
select results_eq(
  'select campaign_title, kind, metric, window_code, direction, severity, found, starts_at, ends_at, platform, detected_at, evidence -> ''also'' from v_open_anomalies',
  $$values ('Summer', 'delivery_stop', 'impressions', 'day', 'down', 'critical', 0.0000, timestamptz '2026-05-31', timestamptz '2026-06-01',
     'meta', timestamptz '2026-06-01 06:00', '["clicks:down", "spend:down"]'::jsonb)$$,
  'of the impressions; what follows from them stands beside it');
select ok((select expected between 900 and 1100 from v_open_anomalies), 'expected was what there was before');
select is(
  (select description from v_open_anomalies),
  '"Summer": impressions 0 on 2026-05-31 where ' || (select round(expected) from v_open_anomalies) || ' was expected.', 'in words');
select results_eq(
  $$select e.type, e.subject_type, e.subject_id, e.payload ->> 'metric', e.payload ->> 'severity' from events e where e.type like 'anomaly.%'$$,
  format($$values ('anomaly.found', 'campaign', %L::uuid, 'impressions', 'critical')$$, :'summer'), 'the journal was told once');
select is((select count(*) from audit_log where action = 'anomaly.created'), 1::bigint, 'and the audit log');

-- What rules read ---------------------------------------------------------------------------------------------------
select results_eq($$select * from pg_temp.values_of('{}') as v (t text, n numeric)$$, $$values ('Summer', 1::numeric), ('Winter', 0)$$, 'counted, 0 where there is none');
select results_eq($$select n from pg_temp.values_of('{"severity": "critical", "hours": 1, "metric": "impressions", "direction": "down"}') as v (t text, n numeric)$$, $$values (1::numeric), (0)$$, 'by severity, metric, direction');
select results_eq($$select n from pg_temp.values_of('{"direction": "up"}') as v (t text, n numeric)$$, $$values (0::numeric), (0)$$, 'nothing went up');
select results_eq($$select n from pg_temp.values_of('{"metric": "spend", "direction": "down"}') as v (t text, n numeric)$$, $$values (1::numeric), (0)$$, 'asked for by name, a consequence counts');
select results_eq($$select n from pg_temp.values_of('{"metric": "ctr"}') as v (t text, n numeric)$$, $$values (0::numeric), (0)$$, 'another metric does not');
select results_eq($$select n from pg_temp.values_of('{}', '2026-06-02 06:00+00') as v (t text, n numeric)$$, $$values (0::numeric), (0)$$, 'after 24 hours it is old');
select results_eq($$select n from pg_temp.values_of('{"hours": 48}', '2026-06-02 06:00+00') as v (t text, n numeric)$$, $$values (1::numeric), (0)$$, 'unless more hours are asked for');
select results_eq($$select n from pg_temp.values_of('{}', '2026-06-01 05:59+00') as v (t text, n numeric)$$, $$values (0::numeric), (0)$$, 'before, nobody knew it');
select is(
  (select count(*) from anomaly_values(:'acme', array['{}', '{"hours": 2}']::jsonb[], array[:'summer']::uuid[], clock(), null, null)), 2::bigint,
  'several at once, for the campaigns asked for');

-- Acknowledging -----------------------------------------------------------------------------------------------------
select id as first from v_open_anomalies \gset
select test.act_as(:'viewer');
select is((select count(*) from v_open_anomalies), 1::bigint, 'a viewer sees it');
select throws_ok(format('select acknowledge_anomaly(%L)', :'first'), 'TT003', null, 'and may not acknowledge it');
select throws_ok('update anomalies set note = ''x''', '42501', null, 'nor write it');
select test.act_as(:'stranger');
select is((select count(*) from anomalies), 0::bigint, 'another tenant sees nothing');
select throws_ok(format('select acknowledge_anomaly(%L)', :'first'), 'TT042', null, 'and knows of nothing');
select throws_ok(format('select store_anomalies(%L, clock())', :'acme'), '42501', null, 'looking is for the engine');
select throws_ok(format('select acknowledge_anomalies(%L, %L)', :'acme', :'summer'), '42501', null, 'and so is acknowledging many');
select test.act_as(:'analyst');
select results_eq(
  format('select status, acknowledged_at, acknowledged_by, note from acknowledge_anomaly(%L, '' The card expired. '')', :'first'),
  format($$values ('acknowledged', timestamptz '2026-06-01 06:00+00', %L::uuid, 'The card expired.')$$, test.user_of(:'analyst')),
  'an analyst may: when, by whom, why');
select is((acknowledge_anomaly(:'first', 'Once more.')).note, 'The card expired.', 'twice is a no-op');
select throws_ok(format('select acknowledge_anomaly(%L)', gen_random_uuid()), 'TT042', null, 'an unknown one');
select is((select count(*) from v_open_anomalies), 0::bigint, 'it is open no more');
select test.reset();
select results_eq($$select n from pg_temp.values_of('{}') as v (t text, n numeric)$$, $$values (0::numeric), (0)$$, 'nor counted');
select results_eq($$select n from pg_temp.values_of('{"hours": 24}', '2026-06-01 06:00+00'::timestamptz - interval '0') as v (t text, n numeric)$$, $$values (0::numeric), (0)$$, 'from that moment on');

-- It goes on: the same row ------------------------------------------------------------------------------------------
select test.clock_at('2026-06-02 06:00+00');
select test.facts(:'acme', :'summer', '2026-06-01', 0, 0, 0, 0, 0);
select test.facts(:'acme', :'winter', '2026-06-01', 1000, 50, 20, 4, 60);
select is(store_anomalies(:'acme', clock()), 0, 'the next day of it is no new one');
select results_eq(
  'select status, starts_at, ends_at, last_found_at from anomalies',
  $$values ('acknowledged', timestamptz '2026-05-31', timestamptz '2026-06-02', timestamptz '2026-06-02 06:00')$$, 'but longer, and acknowledged still');

-- The facts were wrong ----------------------------------------------------------------------------------------------
select test.facts(:'acme', :'summer', '2026-05-31', 990, 50, 20, 4, 60);
select store_anomalies(:'acme', clock());
select is((select status from anomalies), 'acknowledged', 'one of the two days is corrected: it still holds');
select test.facts(:'acme', :'summer', '2026-06-01', 1010, 50, 20, 4, 60);
select is(store_anomalies(:'acme', clock()), 0, 'both are');
select results_eq('select status, withdrawn_at from anomalies', $$values ('withdrawn', timestamptz '2026-06-02 06:00')$$, 'then it is withdrawn');
select is((select count(*) from events where type = 'anomaly.withdrawn'), 1::bigint, 'which the journal is told');
select test.act_as(:'analyst');
select throws_ok(format('select acknowledge_anomaly(%L)', :'first'), 'TT043', null, 'nothing is left to acknowledge');
select test.reset();

-- A rule acknowledges -----------------------------------------------------------------------------------------------
select test.clock_at('2026-06-03 06:00+00');
select test.facts(:'acme', :'summer', '2026-06-02', 1000, 50, 200, 4, 60);
select is(store_anomalies(:'acme', clock()), 2, 'ten times the money for the same: spend, and what a click costs');
select is(acknowledge_anomalies(:'acme', :'winter'), 0, 'not of another campaign');
select is(acknowledge_anomalies(:'acme', :'summer', 'low', 1, 'ctr'), 0, 'not of another metric');
select is(acknowledge_anomalies(:'acme', :'summer', 'low', 1, 'spend', clock(), 'Seen.', :'acme'), 1, 'of this one');
select is(acknowledge_anomalies(:'acme', :'summer', 'low', 1, null, clock() + interval '2 hours'), 0, 'found too long ago');
select is(acknowledge_anomalies(:'acme', :'summer'), 1, 'and all that are left');
select is(acknowledge_anomalies(:'acme', :'summer'), 0, 'twice is a no-op');
select results_eq(
  $$select metric, acknowledged_by_rule, note from anomalies where status = 'acknowledged' order by metric$$,
  format($$values ('cpc', null::uuid, null), ('spend', %L::uuid, 'Seen.')$$, :'acme'), 'by which rule');

-- Half a day --------------------------------------------------------------------------------------------------------
select test.clock_at('2026-06-03 13:00+00');
select test.facts(:'acme', :'winter', '2026-06-02', 1000, 50, 20, 4, 60);
select test.facts(:'acme', :'winter', '2026-06-03', 10, 1, 1, 0, 0);
select test.clock_at('2026-06-04 00:10+00');
select is(store_anomalies(:'acme', clock()), 0, 'a day that was known before it was over is not judged');

select * from finish();
rollback;
