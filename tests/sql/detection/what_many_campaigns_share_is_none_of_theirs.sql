begin;
set local search_path to trimtab, public;
select plan(13);

select test.clock_at('2026-06-01 06:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset

create function pg_temp.fill(p_org uuid, p_title text, p_platform text, p_size integer) returns uuid language plpgsql as $$
declare
  v_id uuid := test.campaign(p_org, p_title, p_platform, p_daily_budget => 100);
begin
  perform test.facts(p_org, v_id, '2026-04-01', 1000 * p_size, 50 * p_size, 20 * p_size, 10 * p_size, 60 * p_size, p_days => 60);
  return v_id;
end
$$;
select pg_temp.fill(:'acme', 'One', 'meta', 1) as one \gset
select pg_temp.fill(:'acme', 'Two', 'meta', 2) as two \gset
select pg_temp.fill(:'acme', 'Three', 'meta', 3) as three \gset
select pg_temp.fill(:'acme', 'Four', 'google', 4) as four \gset
select is(store_anomalies(:'acme', clock()), 0, 'nothing to begin with');

-- The pixel fell off ------------------------------------------------------------------------------------------------
select test.facts(:'acme', :'one', '2026-05-31', 1000, 50, 20, 0, 0);
select test.facts(:'acme', :'two', '2026-05-31', 2000, 100, 40, 0, 0);
select test.facts(:'acme', :'three', '2026-05-31', 3000, 150, 60, 0, 0);
select test.facts(:'acme', :'four', '2026-05-31', 4000, 200, 80, 40, 240);
select is(store_anomalies(:'acme', clock()), 1, 'no conversions anywhere on a platform are one anomaly');
select results_eq(
  'select campaign_id, platform, kind, metric, direction, found from v_open_anomalies',
  $$values (null::uuid, 'meta', 'tracking_break', 'conversions', 'down', 0.0000)$$, 'of the platform, of no campaign');
select is(
  (select sum(value) from anomaly_values(:'acme', array['{}']::jsonb[], null, clock(), null, null)), 0::numeric, 'rules about campaigns see none');
select is(
  (select e.subject_type from events e where e.type = 'anomaly.found'), 'organization', 'the journal tells it of the organization');
select is(
  (select count(*) from anomaly_values(:'acme', array['{}']::jsonb[], null, clock(), null, null)), 4::bigint, 'for each campaign a value');

-- And came late -----------------------------------------------------------------------------------------------------
select test.facts(:'acme', :'one', '2026-05-31', 1000, 50, 20, 10, 60);
select test.facts(:'acme', :'two', '2026-05-31', 2000, 100, 40, 20, 120);
select test.facts(:'acme', :'three', '2026-05-31', 3000, 150, 60, 30, 180);
select is(store_anomalies(:'acme', clock()), 0, 'the conversions come in later');
select is((select array_agg(status) from anomalies), '{withdrawn}', 'then it was none');

-- What we did ourselves ---------------------------------------------------------------------------------------------
select test.act_as(:'manager');
update campaigns set daily_budget = 300 where id = :'four';
select auto_pause_campaign(:'three', 'Enough.');
select test.reset();
select test.clock_at('2026-06-03 06:00+00');
select test.facts(:'acme', :'one', '2026-06-01', 1000, 50, 20, 10, 60, p_days => 2);
select test.facts(:'acme', :'two', '2026-06-01', 2000, 100, 40, 20, 120, p_days => 2);
select test.facts(:'acme', :'three', '2026-06-01', 0, 0, 0, 0, 0, p_days => 2);
select test.facts(:'acme', :'four', '2026-06-01', 11000, 550, 220, 110, 660, p_days => 2);
select is(store_anomalies(:'acme', clock()), 0, 'a paused campaign that stops and a raised budget that is spent are none');
select test.clock_at('2026-06-04 06:00+00');
select test.facts(:'acme', :'one', '2026-06-03', 1000, 50, 20, 10, 60);
select test.facts(:'acme', :'two', '2026-06-03', 2000, 100, 40, 20, 120);
select test.facts(:'acme', :'four', '2026-06-03', 40000, 2000, 800, 400, 2400);
select is(store_anomalies(:'acme', clock()), 1, 'beyond the raised budget there is one');
select results_eq(
  'select campaign_title, kind, metric, direction from v_open_anomalies', $$values ('Four', 'spike', 'spend', 'up')$$, 'of the money spent');
select results_eq(
  'select metric, explained_by from detect_anomalies(' || quote_literal(:'acme') || ', clock()) order by metric',
  $$values ('clicks', 'spend'), ('conversions', 'spend'), ('impressions', 'spend'), ('revenue', 'spend'), ('spend', null)$$,
  'the rest follows from it');

-- Asking ------------------------------------------------------------------------------------------------------------
select throws_ok('select * from detect_anomalies(gen_random_uuid())', 'TT004', null, 'an unknown organization');

select * from finish();
rollback;
