begin;
select plan(7);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
update trimtab.guardrails set max_pause_share_percent = 100;
insert into trimtab.exchange_rates (from_currency, to_currency, valid_from, rate, source, recorded_at)
values ('EUR', 'USD', '2026-01-01', 1.25, 'test', '2026-01-01');
select test.running_campaign(:'acme', 'nearly spent', 1000) as spent \gset
select test.running_campaign(:'acme', 'half spent', 1000) as half \gset
select test.running_campaign(:'acme', 'nearly spent in euro', 800, 30, 'active', 'EUR') as euro \gset
select test.running_campaign(:'acme', 'no budget', null) as none \gset
select test.facts(:'acme', :'spent', '2026-03-18', 1000, 100, 910, 1, 1000);
select test.facts(:'acme', :'half', '2026-03-18', 1000, 100, 500, 1, 1000);
select test.facts(:'acme', :'half', '2026-03-19', 1000, 10, 10, 0, 0);
select test.facts(:'acme', :'euro', '2026-03-18', 1000, 100, 728, 1, 1000);
select test.facts(:'acme', :'none', '2026-03-18', 1000, 100, 5000, 1, 10000);

select test.act_as(:'manager');
set local search_path to trimtab, test, public;
update autonomous_rules set is_active = false;
create function pg_temp.held_for(p_condition jsonb) returns text language plpgsql as $$
begin
  delete from trimtab.autonomous_rules where rule_name = 'tried';
  insert into trimtab.autonomous_rules (rule_name, rule_type, condition, action) values ('tried', 'pause', p_condition, '{"type": "auto_pause"}');
  return (select string_agg(d.campaign_title, ', ' order by d.campaign_title) from trimtab.decide(trimtab.current_org_id()) d);
end $$;

select is(pg_temp.held_for('{"metric": "budget_utilization", "operator": ">=", "threshold": 91}'), 'nearly spent, nearly spent in euro',
  'budget utilization: 910 of 1000 dollars, 728 of 800 euro; none without a budget');
select is(pg_temp.held_for('{"metric": "budget_utilization", "operator": ">", "threshold": 91}'), null, 'and not above');
select is(pg_temp.held_for('{"metric": "facts_age", "operator": ">", "threshold": 30}'), 'nearly spent, nearly spent in euro, no budget',
  'facts that end with the 18th are 36 hours old');
select is(pg_temp.held_for('{"metric": "hours_running", "operator": "=", "threshold": 720}'), 'half spent, nearly spent, nearly spent in euro, no budget',
  'all have run for 30 days');
select is(pg_temp.held_for('{"metric": "ctr", "operator": "<", "threshold": 5, "window": "yesterday"}'), 'half spent', 'a percentage of yesterday');
select is(pg_temp.held_for('{"metric": "spend", "operator": ">", "threshold": 900, "window": "last_7_days"}'), 'nearly spent, nearly spent in euro, no budget',
  'spend is compared in dollars: 728 euro are 910');
select is(pg_temp.held_for('{"metric": "conversions", "operator": "<=", "threshold": 0, "window": "yesterday"}'), 'half spent',
  'no conversions is a figure, no facts is none');
select * from finish();
rollback;
