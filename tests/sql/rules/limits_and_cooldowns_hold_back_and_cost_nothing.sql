begin;
select plan(27);

-- Berlin: the day of a limit begins at 22:00 UTC in summer.
select test.clock_at('2026-06-10 12:00+00');
select test.organization('Acme', 'Europe/Berlin', 'EUR') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.act_as(:'manager');
update trimtab.autonomous_rules set is_active = false;
select trimtab.save_rule('{
  "name": "Expensive", "status": "active", "cooldown_minutes": 60, "campaign_cooldown_minutes": 120,
  "conditions": [{"type": "metric_threshold", "metric": "spend", "window": "yesterday", "operator": ">", "threshold": 100}],
  "actions": [{"type": "create_alert", "title": "Expensive", "message": "Look at it"}]}') as rule \gset
select test.reset();
select test.campaign(:'acme', 'one') as one \gset
select test.campaign(:'acme', 'two') as two \gset
select test.facts(:'acme', :'one', '2026-06-09', 50000, 500, 300, 30, 600);
select test.facts(:'acme', :'two', '2026-06-09', 50000, 500, 200, 20, 400);

create function pg_temp.gates() returns text language sql as $$
  select string_agg(d.campaign_title || ': ' || coalesce(d.gate, 'go'), ', ' order by d.campaign_title)
  from trimtab.organizations o cross join lateral trimtab.decide(o.org_id) d
  where d.rule_name = 'Expensive'
$$;
-- What a run would leave behind, written by hand, so that only the gates are looked at.
create function pg_temp.executed(p_at timestamptz, p_campaign uuid, p_status text default 'success', p_mode text default 'active', p_revision bigint default 0)
  returns void language sql as $$
  insert into trimtab.automation_executions (
    org_id, rule_id, rule_version, mode, campaign_id, trigger_source, status, facts_revision, error_message, executed_at, completed_at, login)
  select r.org_id, r.id, r.version, p_mode, p_campaign, 'run', p_status, p_revision,
         case when p_status in ('failure', 'partial') then 'no' end, p_at, p_at, 'test'
  from trimtab.automation_rules r where r.name = 'Expensive'
$$;

select is(pg_temp.gates(), 'one: go, two: go', 'a rule that was never executed is free');
select pg_temp.executed('2026-06-10 11:00:00.000001+00', :'one');
select is(pg_temp.gates(), 'one: cooldown, two: cooldown', 'a microsecond before its hour is over the rule rests, for every campaign');
select test.clock_at('2026-06-10 12:00:00.000001+00');
select is(pg_temp.gates(), 'one: cooldown, two: go', 'exactly at the end it may act again, but not for the campaign it acted on');
select test.clock_at('2026-06-10 13:00:00.000001+00');
select is(pg_temp.gates(), 'one: go, two: go', 'that one is free exactly at the end of its own cooldown');
delete from trimtab.automation_executions;
select pg_temp.executed('2026-06-10 13:00+00', :'one', 'skipped');
select is(pg_temp.gates(), 'one: go, two: go', 'what was skipped starts no cooldown');
select pg_temp.executed('2026-06-10 13:00+00', :'one', 'failure');
select is(pg_temp.gates(), 'one: cooldown, two: cooldown', 'what failed was tried');
delete from trimtab.automation_executions;
select pg_temp.executed('2026-06-10 13:00+00', :'one', 'skipped', 'shadow');
select is(pg_temp.gates(), 'one: go, two: go', 'what a rule would have done in shadow does not bind it in earnest');

-- The same facts are no new reason.
delete from trimtab.automation_executions;
select pg_temp.executed('2026-06-10 09:00+00', :'one', 'success', 'active', (select knowledge_revision - 1 from trimtab.organizations where org_id = :'acme'));
select is(pg_temp.gates(), 'one: same_facts, two: go', 'without newer facts it does not say the same thing twice');
select pg_temp.executed('2026-06-10 09:00+00', :'two', 'failure', 'active', 99);
select is(pg_temp.gates(), 'one: same_facts, two: go', 'what failed may be tried again on the same facts');
select test.facts(:'acme', :'one', '2026-06-08', 50000, 500, 300, 30, 600);
select is(pg_temp.gates(), 'one: go, two: go', 'newer facts open the gate');

-- The daily limit: null none, 0 never, and the day is the organization's.
delete from trimtab.automation_executions;
update trimtab.automation_rules set max_executions_per_day = 0 where name = 'Expensive';
select is(pg_temp.gates(), 'one: daily_limit, two: daily_limit', '0 is never');
update trimtab.automation_rules set max_executions_per_day = 1 where name = 'Expensive';
select is(pg_temp.gates() ~ '^(one: go, two: daily_limit|one: daily_limit, two: go)$', true, 'of two campaigns one takes the day''s only execution');
select pg_temp.executed('2026-06-09 21:59:59+00', :'two');
select is(pg_temp.gates() ~ 'go', true, '23:59:59 of yesterday in Berlin does not count for today');
select pg_temp.executed('2026-06-09 22:00+00', :'two');
select is(pg_temp.gates(), 'one: daily_limit, two: daily_limit', 'midnight in Berlin does');
update trimtab.automation_rules set max_executions_per_day = 2 where name = 'Expensive';
select pg_temp.executed('2026-06-10 07:00+00', :'two', 'skipped');
select is(pg_temp.gates() ~ '^(one: go, two: daily_limit|one: daily_limit, two: go)$', true, 'what was skipped takes nothing from the limit');
update trimtab.automation_rules set max_executions_per_day = null where name = 'Expensive';
select is(pg_temp.gates(), 'one: go, two: go', 'null is no limit');
select is((select gate_reason from trimtab.decide(:'acme') where rule_name = 'Expensive' limit 1), null, 'what passes needs no reason');

-- Who conflicts with whom: rules that change a campaign do, rules that tell do not, and shadow holds nobody back.
delete from trimtab.automation_executions;
select test.act_as(:'manager');
select trimtab.save_rule('{
  "name": "Pause", "status": "active", "priority": 10,
  "conditions": [{"type": "metric_threshold", "metric": "spend", "window": "yesterday", "operator": ">", "threshold": 250}],
  "actions": [{"type": "pause_campaign"}]}');
select trimtab.save_rule('{
  "name": "Trim", "status": "active", "priority": 20,
  "conditions": [{"type": "metric_threshold", "metric": "spend", "window": "yesterday", "operator": ">", "threshold": 250}],
  "actions": [{"type": "adjust_budget", "change": "percent", "value": -10}]}');
select trimtab.save_rule('{
  "name": "Dream", "status": "shadow", "priority": 30,
  "conditions": [{"type": "metric_threshold", "metric": "spend", "window": "yesterday", "operator": ">", "threshold": 250}],
  "actions": [{"type": "pause_campaign"}]}');
select trimtab.save_rule('{
  "name": "Nap", "status": "shadow", "priority": 5,
  "conditions": [{"type": "metric_threshold", "metric": "spend", "window": "yesterday", "operator": ">", "threshold": 250}],
  "actions": [{"type": "pause_campaign"}]}');
update trimtab.campaigns set budget = 1000 where id = :'one';
select test.reset();
create function pg_temp.rules_of(p_title text) returns text language sql as $$
  select string_agg(d.rule_name || ': ' || coalesce(d.gate, 'go'), ', ' order by d.priority desc)
  from trimtab.organizations o cross join lateral trimtab.decide(o.org_id) d where d.campaign_title = p_title
$$;
select is(pg_temp.rules_of('one'), 'Expensive: go, Dream: go, Trim: go, Pause: lower_priority, Nap: lower_priority',
  'one active rule changes the campaign; a telling one and a shadow of higher priority stand beside it');
select is((select mode from trimtab.decide(:'acme') where rule_name = 'Dream'), 'shadow', 'a shadow rule is told as such');

-- Reversal: what automation did is not turned round at once, except by the calendar.
update trimtab.automation_rules set status = 'paused' where name in ('Pause', 'Dream', 'Nap');
insert into trimtab.campaign_changes (org_id, campaign_id, action_type, is_automated, origin, reason, previous_state, new_state, status, login, executed_at, created_at)
values (:'acme', :'one', 'auto_scale_up', true, 'rule', 'more', '{"budget": 900, "status": "active"}', '{"budget": 1000, "status": "active"}', 'executed', 'test', '2026-06-10 00:00+00', '2026-06-10 00:00+00');
update trimtab.guardrails set budget_cooldown_hours = 0;
select is(pg_temp.rules_of('one'), 'Expensive: go, Trim: reversal', 'raised 13 hours ago, not lowered yet');
select is((select gate_reason from trimtab.decide(:'acme') where rule_name = 'Trim') like 'Automation did the opposite at 2026-06-10%that stands for 24 hours.', true, 'and told why');
select test.clock_at('2026-06-11 00:00+00');
select test.facts(:'acme', :'one', '2026-06-10', 50000, 500, 300, 30, 600);
select is(pg_temp.rules_of('one'), 'Expensive: go, Trim: go', 'exactly 24 hours later it may be');
update trimtab.guardrails set reversal_hours = 48, budget_cooldown_hours = 48;
select is(pg_temp.rules_of('one'), 'Expensive: go, Trim: reversal', 'the guardrails say how long');
select test.act_as(:'manager');
select trimtab.save_rule('{
  "name": "Night", "status": "active", "priority": 40,
  "conditions": [{"type": "time_based", "from": "00:00", "to": "06:00"}],
  "actions": [{"type": "adjust_budget", "change": "percent", "value": -10}]}');
select test.reset();
select is(pg_temp.rules_of('one'), 'Expensive: go, Night: go, Trim: lower_priority', 'a rule of the calendar is free of reversal, cooldown and the age of facts');
select is((select previous_budget || ' ' || new_budget || ' ' || currency from trimtab.decide(:'acme') where rule_name = 'Night' and campaign_id = :'one'),
  '1000 900.00 EUR', 'amounts are in the campaign''s currency');
update trimtab.guardrails set max_facts_age_hours = 1;
select is(pg_temp.rules_of('one') like '%Night: go%', true, 'stale facts do not concern a rule that judges none and spends no more');
select is((select d.actions -> 0 -> 'plan' from trimtab.decide(:'acme') d where rule_name = 'Night' and campaign_id = :'one'),
  '{"from": 1000, "wanted": 900.0000, "budget": 900.00, "currency": "EUR"}'::jsonb, 'the plan says from what and to what');

select * from finish();
rollback;
