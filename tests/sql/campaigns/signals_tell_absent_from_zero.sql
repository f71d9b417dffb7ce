begin;
select plan(17);
select test.clock_at('2026-05-20 10:30+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.campaign(:'acme', 'None') as none \gset
select test.campaign(:'acme', 'Some') as some \gset
select test.campaign(:'acme', 'Abroad', p_currency => 'EUR') as abroad \gset
create function pg_temp.signal(p_org uuid, p_campaign uuid, p_metric text, p_window text, p_known bigint default null, p_as_of timestamptz default trimtab.clock()) returns numeric language sql as
  'select signals[trimtab.signal_position(p_metric, p_window)] from trimtab.compute_signals(p_org, array[p_campaign], p_as_of, p_known)';

select is(
  (select count(v) from trimtab.compute_signals(:'acme', array[:'none']::uuid[]) s, unnest(s.signals) v), 0::bigint,
  'a campaign without facts has signals, all of them absent');

-- Spend on three days, revenue known on two of them; no conversions at all; clicks that are really 0.
select test.facts(:'acme', :'some', '2026-05-17', 1000, 0, 10, null, 30);
select test.facts(:'acme', :'some', '2026-05-18', 1000, 0, 10, null, 10);
select test.facts(:'acme', :'some', '2026-05-19', 1000, 0, 80, null, null);
select is(pg_temp.signal(:'acme', :'some', 'spend', 'last_3_days'), 100::numeric, 'a sum is of all days');
select is(round(pg_temp.signal(:'acme', :'some', 'roi', 'last_3_days'), 6), 2.000000, 'a ratio is of the days on which both parts are known');
select is(pg_temp.signal(:'acme', :'some', 'roi', 'yesterday'), null, 'and absent where there is none');
select is(pg_temp.signal(:'acme', :'some', 'conversions', 'last_3_days'), null, 'an absent measure is not 0');
select is(pg_temp.signal(:'acme', :'some', 'cpa', 'last_3_days'), null, 'nor is a ratio with it');
select is(pg_temp.signal(:'acme', :'some', 'clicks', 'last_3_days'), 0::numeric, 'a measure of 0 is 0');
select is(pg_temp.signal(:'acme', :'some', 'ctr', 'last_3_days'), 0::numeric, 'and a ratio above it');
select is(pg_temp.signal(:'acme', :'some', 'cpc', 'last_3_days'), null, 'what is divided by 0 is absent');
select is(pg_temp.signal(:'acme', :'some', 'spend', 'today'), null, 'a window without facts is absent, not 0');

-- Money of another currency.
select test.facts(:'acme', :'abroad', '2026-05-18', 1000, 50, 10, 5, 30, p_currency => 'EUR');
select test.facts(:'acme', :'abroad', '2026-05-19', 1000, 50, 20, 5, 40, p_currency => 'EUR');
select is(pg_temp.signal(:'acme', :'abroad', 'spend', 'last_3_days'), null, 'without a rate there is no money');
select is(pg_temp.signal(:'acme', :'abroad', 'ctr', 'last_3_days'), 5::numeric, 'but what is no money stays');
select trimtab.record_exchange_rates('[{"from": "EUR", "to": "USD", "day": "2026-05-19", "rate": 1.25}]', 'test');
select is(
  array[pg_temp.signal(:'acme', :'abroad', 'spend', 'yesterday'), pg_temp.signal(:'acme', :'abroad', 'spend', 'last_3_days')],
  array[25, null]::numeric[], 'a sum that would be a part only is absent');
select test.clock_at('2026-05-20 11:30+00');
select trimtab.record_exchange_rates('[{"from": "USD", "to": "EUR", "day": "2026-05-01", "rate": 0.5}]', 'test');
select is(pg_temp.signal(:'acme', :'abroad', 'spend', 'last_3_days'), 45::numeric, 'each day''s money is converted at the rate of the day');
select is(
  array[pg_temp.signal(:'acme', :'abroad', 'spend', 'last_3_days', 5, '2026-05-20 10:30+00'), pg_temp.signal(:'acme', :'abroad', 'spend', 'last_3_days', null, '2026-05-20 10:30+00')],
  array[null, 45]::numeric[], 'a rate that came later was not known then');

select throws_ok(format('select * from trimtab.compute_signals(%L)', gen_random_uuid()), 'TT004', null, 'an unknown organization is refused');
update trimtab.organizations set replay_floor = 3 where org_id = :'acme';
select throws_ok(format('select * from trimtab.compute_signals(%L, p_known => 2)', :'acme'), 'TT006', null, 'what is no longer kept is refused');
select * from finish();
rollback;
