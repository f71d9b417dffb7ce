begin;
select plan(22);
select test.clock_at('2026-05-01 10:00+00');
select is(trimtab.record_exchange_rates('[{"from": "EUR", "to": "USD", "day": "2026-04-01", "rate": 1.10}, {"from": "USD", "to": "JPY", "day": "2026-04-01", "rate": "150"}]', 'bank'), 2, 'two rates are recorded');
select is(trimtab.record_exchange_rates('[{"from": "EUR", "to": "USD", "day": "2026-04-01", "rate": 1.1}]', 'bank'), 0, 'what is known is left out');
select is(trimtab.exchange_rate('EUR', 'USD', '2026-04-01'), 1.10, 'a rate holds from its day');
select is(trimtab.exchange_rate('EUR', 'USD', '2026-07-01'), 1.10, 'until there is another');
select is(trimtab.exchange_rate('EUR', 'USD', '2026-03-31'), null, 'not before');
select is(round(trimtab.exchange_rate('JPY', 'USD', '2026-04-02'), 12), round(1 / 150.0, 12), 'the inverse pair will do');
select is(trimtab.exchange_rate('EUR', 'JPY', '2026-04-02'), null, 'rates are not chained');
select is(trimtab.exchange_rate('EUR', 'EUR', '1990-01-01'), 1::numeric, 'one currency is worth itself');
select test.clock_at('2026-05-02 10:00+00');
select is(trimtab.record_exchange_rates('[{"from": "EUR", "to": "USD", "day": "2026-04-01", "rate": 1.2}]', 'bank, corrected'), 1, 'a correction is another row');
select is(trimtab.exchange_rate('EUR', 'USD', '2026-04-01'), 1.2, 'and counts from then on');
select is(trimtab.exchange_rate('EUR', 'USD', '2026-04-01', '2026-05-01 12:00+00'), 1.10, 'before it the old one was known');
select is(trimtab.exchange_rate('EUR', 'USD', '2026-04-01', '2026-04-30 12:00+00'), null, 'and before that none');
select trimtab.record_exchange_rates('[{"from": "USD", "to": "EUR", "day": "2026-04-10", "rate": 0.8}]', 'bank');
select is(trimtab.exchange_rate('EUR', 'USD', '2026-04-12'), 1.25, 'a later inverse is nearer than an old rate of the pair');

select throws_ok(
  $$select trimtab.record_exchange_rates('[{"from": "eur", "to": "USD", "day": "2026-02-30", "rate": -1}, {"from": "EUR", "to": "EUR", "day": "2026-02-28", "rate": 1}, 7]', 'x')$$,
  'TT022', null, 'faulty rates are refused');
prepare faulty as select trimtab.record_exchange_rates('[{"from": "EUR", "to": "USD", "day": "2026-05-01", "rate": 2}, {"from": "EUR", "to": "USD", "day": "2026-05-01", "rate": 3}]', 'x');
select throws_ok('faulty', 'TT022', null, 'two rates for one day are refused');
select throws_ok($$select trimtab.record_exchange_rates('{}', 'x')$$, 'TT022', null, 'rates are a list');
select is(trimtab.exchange_rate('EUR', 'USD', '2026-05-01'), 1.25, 'and nothing of a faulty list is kept');

select test.act_as(test.member(test.organization('Acme'), 'owner'));
select throws_ok($$select trimtab.record_exchange_rates('[]', 'x')$$, '42501', null, 'no tenant brings rates, for they are everybody''s');
select throws_ok($$insert into trimtab.exchange_rates (from_currency, to_currency, valid_from, rate, source) values ('EUR', 'USD', '2026-01-01', 9, 'x')$$, '42501', null, 'by no way');
select is(trimtab.exchange_rate('EUR', 'USD', '2026-04-12'), 1.25, 'but all may read them');
select test.reset();
select is(
  array[trimtab.budget_utilization(30, 200, 'USD', 'USD', '2026-05-01'), trimtab.budget_utilization(30, 100, 'EUR', 'USD', '2026-05-01'), trimtab.budget_utilization(30, 0, 'USD', 'USD', '2026-05-01')],
  array[15, 24, null]::numeric[], 'spend in percent of the budget');
select is(
  array[trimtab.day_start('2026-03-29', 'Europe/Berlin'), trimtab.day_start('2025-09-07', 'America/Santiago'), trimtab.day_start('2025-11-02', 'America/Havana'), trimtab.day_start('2011-12-30', 'Pacific/Apia')],
  array['2026-03-28 23:00+00', '2025-09-07 04:00+00', '2025-11-02 04:00+00', '2011-12-30 10:00+00']::timestamptz[],
  'a day begins at its first moment, also where midnight is left out, comes twice, or the whole day never came');
select * from finish();
rollback;
