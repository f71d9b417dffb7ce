begin;
select plan(12);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
select test.member(:'acme', 'analyst') as analyst \gset
update trimtab.automation_rules set status = 'paused' where org_id = :'acme';
insert into trimtab.exchange_rates (from_currency, to_currency, valid_from, rate, source) values ('EUR', 'USD', '2026-03-01', 2, 'test');
-- A winner with 1,000 a day, one with 3,000 USD in all, a loser, and one that nobody knows anything of.
insert into trimtab.campaigns (org_id, title, status, daily_budget, budget, currency, starts_at)
select :'acme', title, 'active', daily, total, currency, trimtab.clock() - interval '30 days'
from (values ('daily', 1000, null, 'EUR'), ('total', null, 3000, 'USD'), ('loser', 40, null, 'EUR'), ('new', 10, null, 'EUR'))
  v (title, daily, total, currency);
select test.facts(:'acme', c.id, '2026-03-13', 100000, 1000, 700, 100, case title when 'loser' then 70 else 3500 end, p_days => 7,
  p_currency => currency) from trimtab.campaigns c where title <> 'new';
create temporary table before as select test.row_counts() as counts;
create function pg_temp.preview(p_action text, p_conditions text default '{"metric": "roas", "operator": ">", "threshold": 2}') returns jsonb
  language sql as $$
  select trimtab.preview_rule(jsonb_build_object('name', 'Try', 'conditions', jsonb_build_array(p_conditions::jsonb), 'actions', jsonb_build_array(p_action::jsonb)))
$$;

select test.act_as(:'analyst');
select pg_temp.preview('{"type": "adjust_budget", "value": 10}') as raise \gset
select is(:'raise'::jsonb ->> 'judged', '4', 'all campaigns are judged');
select is(array(select m ->> 'campaign_title' from jsonb_array_elements(:'raise'::jsonb -> 'matches') m order by 1), array['daily', 'total'], 'two are matched');
select is(:'raise'::jsonb #> '{money,daily_budgets_changed_by}', '100.00', 'a tenth of 1,000 more a day');
select is(:'raise'::jsonb #> '{money,total_budgets_changed_by}', '150.00', 'a tenth of 3,000 USD more in all, at 2 USD for a euro');
select is(:'raise'::jsonb #> '{money,spend_per_day}', '1050.00', 'they spend 700 EUR and 700 USD a day');
select is(:'raise'::jsonb #> '{money,revenue_per_day}', '5250.00', 'and bring five times that');
select is(:'raise'::jsonb #> '{money,spend_per_day_stopped}', '0.00', 'nothing is stopped');
select pg_temp.preview('{"type": "pause_campaign"}', '{"metric": "roas", "operator": "<", "threshold": 1}') as stop \gset
select is(:'stop'::jsonb -> 'money', '{"currency": "EUR", "campaigns": 1, "spend_per_day": 700.00, "revenue_per_day": 70.00,
  "spend_per_day_stopped": 700.00, "revenue_per_day_stopped": 70.00, "daily_budgets_changed_by": 0.00, "total_budgets_changed_by": 0.00,
  "largest_share_of_pauses_percent": 25}', 'what a pause stops');
select is(pg_temp.preview('{"type": "adjust_budget", "value": 10, "ceiling": 1000}') #>> '{held,0,gate}', 'at_cap', 'what is held back comes with its gate');
select is(pg_temp.preview('{"type": "pause_campaign"}', '{"metric": "spend", "operator": ">", "threshold": 1000000}') -> 'matches', '[]', 'there may be nothing');
select throws_ok($$select pg_temp.preview('{"type": "explode"}')$$, 'TT030', null, 'a wrong document is refused with its faults');
select test.reset();
select is(test.row_counts(), (select counts from before), 'nothing was written');
select * from finish();
rollback;
