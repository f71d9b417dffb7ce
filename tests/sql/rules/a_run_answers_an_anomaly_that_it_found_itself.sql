begin;
set local search_path to trimtab, public;
select plan(8);

select test.clock_at('2026-06-01 06:00+00');
select test.organization('Acme') as acme \gset
update automation_rules set status = 'paused';
select test.member(:'acme', 'manager') as manager \gset
select test.campaign(:'acme', 'Summer') as summer \gset
select test.campaign(:'acme', 'Winter') as winter \gset
select test.facts(:'acme', :'summer', '2026-04-01', 1000, 50, 20, 4, 60, p_days => 60);
select test.facts(:'acme', :'winter', '2026-04-01', 1000, 50, 20, 4, 60, p_days => 60);
select test.facts(:'acme', :'summer', '2026-05-31', 1000, 50, 200, 4, 60);
select test.facts(:'acme', :'winter', '2026-05-31', 1010, 51, 20, 4, 60);

select test.act_as(:'manager');
select save_rule('{
  "name": "Ten times the money", "status": "active", "campaign_cooldown_minutes": 0,
  "conditions": [{"type": "anomaly_detected", "severity": "high", "hours": 24, "metric": "spend", "direction": "up"}],
  "actions": [{"type": "pause_campaign"}, {"type": "acknowledge_anomaly", "metric": "spend"}, {"type": "create_alert", "severity": "high"}]
}') as rule \gset
select is(run_autonomous_operations() -> 'executed', '1', 'the run looks for anomalies before it decides');
select results_eq(
  'select c.title, a.metric, a.status, a.acknowledged_by_rule from anomalies a join campaigns c on c.id = a.campaign_id order by 2',
  format($$values ('Summer', 'cpc', 'open', null::uuid), ('Summer', 'spend', 'acknowledged', %L::uuid)$$, :'rule'),
  'what it found, and which rule answered it');
select results_eq('select title, status from campaigns order by 1', $$values ('Summer', 'paused'), ('Winter', 'active')$$, 'the campaign is paused, the steady one is not');
select is((select count(*) from alerts), 1::bigint, 'and there is an alert');
select is(run_autonomous_operations() -> 'executed', '0', 'answered once');
select is((select count(*) from anomalies), 2::bigint, 'and found once');

-- A paused campaign is not judged any more; its anomaly stays what it was.
select test.reset();
select test.clock_at('2026-06-02 06:00+00');
select test.facts(:'acme', :'summer', '2026-06-01', 0, 0, 0, 0, 0);
select test.facts(:'acme', :'winter', '2026-06-01', 1000, 50, 20, 4, 60);
select test.act_as(:'manager');
select is(run_autonomous_operations() -> 'executed', '0', 'the next day there is nothing to do');
select results_eq('select metric, status from anomalies order by 1', $$values ('cpc', 'open'), ('spend', 'acknowledged')$$, 'and nothing new');

select * from finish();
rollback;
