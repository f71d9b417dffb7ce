-- Hourly facts of four weeks: weak nights, good evenings. The values of hour_performance, and the ready rules that live on them.
begin;
select plan(27);
select test.clock_at('2026-03-30 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
update trimtab.guardrails set max_pause_share_percent = 100 where org_id = :'acme';
-- So that only the ready rules act.
update trimtab.automation_rules set status = 'paused' where org_id = :'acme';
select test.campaign(:'acme', 'Shop', p_daily_budget => 100) as shop \gset
select test.campaign(:'acme', 'New') as new \gset
-- 1,000 impressions an hour: 2 clicks from 1 to 4, 10 from 19 to 21, else 4; on 28 days in March.
select test.facts(:'acme', :'shop', '2026-03-02', 1000, case when h between 1 and 4 then 2 when h between 19 and 21 then 10 else 4 end,
  2, case when h = 20 then 1 else 0.25 end, case when h = 20 then 40 else 10 end, p_days => 28, p_hour => h)
from generate_series(0, 23) h;
select test.facts(:'acme', :'new', '2026-03-25', 1000, 50, 2, p_days => 5, p_hour => h) from generate_series(0, 23) h;

create function pg_temp.value(p_campaign text, p_at timestamptz, p_feature jsonb default '{}', p_known bigint default null) returns numeric language sql as $$
  select v.value from trimtab.organizations o
  cross join lateral trimtab.hour_values(o.org_id, array[p_feature], null, p_at, p_known, null) v
  join trimtab.campaigns c on c.id = v.campaign_id
  where o.name = 'Acme' and c.title = p_campaign
$$;
-- By hand: clicks of a day 4×2 + 3×10 + 17×4 = 106 of 24,000 impressions. At 3 o'clock with 2 and 4: 6 of 3,000 a day, 28 days,
-- and four clicks' worth of the average: (168 + 4) ÷ (84000 + 4 × 24000/106) ÷ (106/24000).
select is(pg_temp.value('Shop', '2026-03-30 03:10+00'), round(100 * (168 + 4.0) / (84000 + 4 * 24000.0 / 106) / (106 / 24000.0), 4),
  'a weak hour, with the hours beside it, in percent of the day');
select is(pg_temp.value('Shop', '2026-03-30 20:59+00'), round(100 * (840 + 4.0) / (84000 + 4 * 24000.0 / 106) / (106 / 24000.0), 4), 'a strong one');
select is(pg_temp.value('Shop', '2026-03-30 23:30+00'), round(100 * (336 + 4.0) / (84000 + 4 * 24000.0 / 106) / (106 / 24000.0), 4), 'midnight is beside eleven');
select is(pg_temp.value('Shop', '2026-03-30 03:10+00', '{"days": 7}'), round(100 * (42 + 4.0) / (21000 + 4 * 24000.0 / 106) / (106 / 24000.0), 4),
  'fewer days say less: the value lies nearer to 100');
select is(pg_temp.value('Shop', '2026-03-30 12:00+00', '{"metric": "engagement_rate"}'), null, 'what was never reported is not known');
select ok(pg_temp.value('Shop', '2026-03-30 20:00+00', '{"metric": "roas"}') > 150, 'revenue is judged in conversions'' worth');
select is(pg_temp.value('New', '2026-03-30 12:00+00'), null, 'five days of facts say nothing');
select is(pg_temp.value('Shop', '2026-04-01 03:00+00') is null, true, 'nor do stale ones');
select is(pg_temp.value('Shop', '2026-03-30 03:10+00', p_known => 2), null, 'facts that were not known yet do not count');
select is((select count(distinct v.feature) from trimtab.hour_values(:'acme', array['{"metric": "ctr"}', '{"metric": "conversion_rate"}']::jsonb[], array[:'shop'::uuid], '2026-03-30 12:00+00', null, null) v),
  2::bigint, 'several questions are answered at once');

-- the set is adopted with one call
select test.act_as(:'manager');
set local search_path to trimtab, test, public;
select is((select count(*) from adopt_rule('dayparting')), 5::bigint, 'five rules come with one call');
select is((select array_agg(distinct status) from automation_rules where copied_from = 'dayparting@1'), array['shadow'], 'in shadow');
select run_autonomous_operations();
select is((select count(*) from campaign_changes), 0::bigint, 'and touch nothing');
select is((select count(*) from (select set_rule_status(id, 'active') from automation_rules where copied_from = 'dayparting@1') s), 5::bigint, 'then they are switched on');

create function pg_temp.run_at(p_at timestamptz) returns text language plpgsql as $$
begin
  perform test.clock_at(p_at);
  perform trimtab.run_autonomous_operations();
  return (select status || coalesce(' ' || array_to_string(tags, ','), '') || ' ' || coalesce(trim_scale(daily_budget)::text, '') from trimtab.campaigns where title = 'Shop');
end $$;
select is(pg_temp.run_at('2026-03-30 13:00+00'), 'active  100', 'at noon nothing happens');
select is(pg_temp.run_at('2026-03-30 20:00+00'), 'active peak 125', 'in the evening the budget rises');
select is(pg_temp.run_at('2026-03-30 21:00+00'), 'active peak 125', 'once');
select is(pg_temp.run_at('2026-03-30 22:00+00'), 'active  100', 'and goes back when the hours around bring less');
select is(pg_temp.run_at('2026-03-30 23:00+00'), 'active  100', 'once');
select is(pg_temp.run_at('2026-03-31 03:00+00'), 'paused asleep 100', 'at night it sleeps');
select is(pg_temp.run_at('2026-03-31 03:30+00'), 'paused asleep 100', 'on');
select is(pg_temp.run_at('2026-03-31 06:00+00'), 'active  100', 'and wakes');

-- another rule's pause is not the night's
select set_rule_status((select id from automation_rules where name = 'Dayparting: Sleep'), 'paused');
update campaigns set status = 'paused' where title = 'Shop';
select is(pg_temp.run_at('2026-03-31 13:00+00'), 'paused  100', 'what somebody else paused is not woken');
update campaigns set status = 'active' where title = 'Shop';
update campaigns set tags = '{asleep}' where title = 'Shop';
select is(pg_temp.run_at('2026-03-31 14:00+00'), 'active  100', 'an active campaign is not called asleep');

select throws_ok($$select adopt_rule('dayparting', '{"name": "x"}')$$, 'TT030', null, 'five rules do not get one name');
select throws_ok($$select adopt_rule('spend_guard', '{"conditions.all[0].treshold": 5}')$$, 'TT030', null, 'a wrong change is refused as a wrong rule');
select throws_ok($$select adopt_rule('no_such')$$, 'TT033', null, 'what is not in the library is named');
select * from finish();
rollback;
