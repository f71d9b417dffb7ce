begin;
select plan(23);
-- Tuesday 10 March 2026, noon: 22 days of the month are ahead, today included.
select test.clock_at('2026-03-10 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'admin') as admin \gset
select test.member(:'acme', 'manager') as manager \gset

-- Facts of 1 to 8 March, 10 a day; the 9th is missing.
select test.campaign(:'acme', 'Meta', 'meta', p_starts_at => '2026-02-27 00:00+00', p_daily_budget => 12) as meta \gset
select test.facts(:'acme', :'meta', '2026-02-27', 100, 5, 10, 1, 20, p_days => 10);
select results_eq(format('select round(month_spend, 4), round(month_missing, 4), round(month_days, 4), round(month_exposure, 4), is_stale, month_code from trimtab.spend_exposure(%L)', :'acme'),
  -- 8 × 10 known; the 9th and today at 12 × 1.75 = 21 each; 22 days of Meta are 22 + 2 × (7 - 7 ÷ 1.75) = 28 budgets of 12.
  $$values (80.0000, 42.0000, 28.0000, 80 + 21 + 28 * 12.0000, false, null::text)$$, 'facts, the day without, and the days ahead');
select is((select day_exposure from trimtab.spend_exposure(:'acme', p_with_months => false)), 21.00, 'the day is worth one worst day');

-- More was spent today than its worst: that counts.
select test.facts(:'acme', :'meta', '2026-03-10', 100, 5, 50, 1, 20);
select is((select round(month_exposure, 4) from trimtab.spend_exposure(:'acme')), 80 + 21 + 50 + (28 - 1.75) * 12.0000, 'today is worth what is known where that is more');
select test.facts(:'acme', :'meta', '2026-03-09', 100, 5, 3, 1, 20);
select is((select round(month_exposure, 4) from trimtab.spend_exposure(:'acme')), 80 + 3 + 50 + (28 - 1.75) * 12.0000, 'a day that is known costs what it cost');

-- A day's end limits the days ahead.
update trimtab.campaigns set ends_at = '2026-03-12 06:00+00' where id = :'meta';
select is((select month_days from trimtab.spend_exposure(:'acme')), 3 * 1.75, 'until its end on the 12th there are three days');
update trimtab.campaigns set ends_at = null where id = :'meta';

-- What was in force today counts with its worst, though it is so no more.
update trimtab.campaigns set daily_budget = 400 where id = :'meta';
select test.clock_at('2026-03-10 13:00+00');
update trimtab.campaigns set daily_budget = 12, status = 'paused' where id = :'meta';
select is((select day_exposure from trimtab.spend_exposure(:'acme')), 0::numeric, 'a paused campaign spends nothing by the day');
update trimtab.campaign_changes set transaction_id = '1' where new_state ->> 'daily_budget' = '400';
select is((select round(month_exposure, 2) from trimtab.spend_exposure(:'acme')), 80 + 3 + 700.00, 'but for an hour 400 a day were in force, of which 1.75 may be gone');

-- Google settles a month at 30.4 budgets.
select test.campaign(:'acme', 'Google', 'google', p_starts_at => '2026-03-10 00:00+00', p_daily_budget => 10) as google \gset
select is((select month_exposure from trimtab.spend_exposure(:'acme') where title = 'Google'), 304.0, 'Google charges 30.4 daily budgets a month at most');
-- A budget of the whole life is the most there is.
update trimtab.campaigns set budget = 100 where id = :'google';
select is((select month_exposure from trimtab.spend_exposure(:'acme') where title = 'Google'), 100::numeric, 'a budget for all its life');
update trimtab.campaigns set budget = null where id = :'google';
select test.campaign(:'acme', 'Whole', 'tiktok', p_starts_at => '2026-03-01 00:00+00', p_budget => 100) as whole \gset
select test.facts(:'acme', :'whole', '2026-03-01', 100, 5, 4, 1, 20, p_days => 9);
select results_eq($$select lifetime_spend, day_exposure, month_spend, month_exposure from trimtab.spend_exposure((select org_id from trimtab.organizations)) where title = 'Whole'$$,
  $$values (36::numeric, 64::numeric, 36::numeric, 100::numeric)$$, 'of 100 there are 64 left, for a day and for a month');

-- Rooms: what each may rise to.
select test.act_as(:'admin');
select trimtab.set_spend_cap('month', 400, 'platform', 'google');
select trimtab.set_spend_cap('month', 90, 'campaign', :'whole');
select trimtab.set_spend_cap('day', 105, 'platform', 'meta');
select results_eq(format('select max_budget, max_daily_budget, code from trimtab.envelope_room(%L, array[%L]::uuid[])', :'acme', :'google'),
  $$values (null::numeric, 13.15::numeric, null::text)$$, 'Google: 30.4 budgets are ahead: 13.15 a day');
select results_eq(format('select max_budget, max_daily_budget, code from trimtab.envelope_room(%L, array[%L]::uuid[])', :'acme', :'whole'),
  $$values (0::numeric, null::numeric, null::text)$$, 'Whole: its 64 may be gone today, so 36 known and 64 exceed 90 whatever is done');
select results_eq(format('select max_budget, max_daily_budget, code from trimtab.envelope_room(%L, array[%L]::uuid[])', :'acme', :'meta'),
  $$values (null::numeric, 60.00, null::text)$$, 'Meta, paused: if it is resumed, up to 60 a day');

-- The door agrees with the room to the cent.
select test.act_as(:'manager');
set constraints all immediate;
select throws_ok(format('update trimtab.campaigns set daily_budget = 13.16 where id = %L', :'google'), 'TT018', null, 'a cent more is refused');
select lives_ok(format('update trimtab.campaigns set daily_budget = 13.15 where id = %L', :'google'), 'the room itself is not');
select throws_ok(format($$update trimtab.campaigns set status = 'active', daily_budget = 60.01 where id = %L$$, :'meta'), 'TT018', null, 'nor is a cent more on Meta');
select lives_ok(format($$update trimtab.campaigns set status = 'active', daily_budget = 60 where id = %L$$, :'meta'), 'but 60 is fine');
select throws_ok(format('update trimtab.campaigns set budget = 101 where id = %L', :'whole'), 'TT018', null, 'what exceeds its cap does not grow');
select lives_ok(format('update trimtab.campaigns set budget = 95 where id = %L', :'whole'), 'but may shrink');

-- Two days later no facts have come: what has been active since then is stale, and nothing under a month's cap rises.
select test.reset();
select test.clock_at('2026-03-12 14:00+00');
select results_eq($$select title, is_stale from trimtab.spend_exposure((select org_id from trimtab.organizations)) order by title$$,
  $$values ('Google', true), ('Meta', false), ('Whole', true)$$, 'facts of the 10th are fresh on the 12th at 14:00, those of the 9th are not');
select is((select code from trimtab.envelope_room(:'acme', array[:'google']::uuid[])), 'stale_facts', 'the room says so');
select test.act_as(:'manager');
select throws_ok(format('update trimtab.campaigns set daily_budget = 13.16 where id = %L', :'google'), 'TT018', null, 'so does the door');
select lives_ok(format('update trimtab.campaigns set daily_budget = 1 where id = %L', :'google'), 'reductions are always possible');
select * from finish();
rollback;
