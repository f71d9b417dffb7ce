begin;
select plan(4);

select test.clock_at('2026-06-10 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.campaign(:'acme', 'one', p_budget => 1000) as one \gset
select test.facts(:'acme', :'one', '2026-06-09', 50000, 500, 300, 30, 600);
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "Raise", "status": "active", "priority": 90, "trigger": {"on": "event", "event": "sale.began"},
  "conditions": [{"type": "event_payload", "field": "size", "operator": ">", "value": 1}],
  "actions": [{"type": "adjust_budget", "change": "percent", "value": 10}]}');
select trimtab.save_rule('{"name": "Stop", "status": "active", "priority": 10, "trigger": {"on": "event", "event": "sale.began"},
  "conditions": [{"type": "event_payload", "field": "size", "operator": ">", "value": 1}],
  "actions": [{"type": "pause_campaign"}, {"type": "create_alert", "title": "A sale"}]}');
select trimtab.submit_event('sale.began', '{"size": 2}');
select test.reset();

select is((select budget from trimtab.campaigns where id = :'one'), 1100.00, 'the rule with the higher priority raises the budget');
select is((select status from trimtab.campaigns where id = :'one'), 'active', 'the other does not pause the campaign as well');
select is((select code || ': ' || (reason like '%Raise has a higher priority.') from trimtab.v_held_decisions where rule_name = 'Stop' and campaign_id = :'one'),
  'lower_priority: true', 'what it left alone is held back with the reason');
select is((select count(*) from trimtab.alerts where org_id = :'acme'), 1::bigint, 'and what it tells it tells all the same');

select * from finish();
rollback;
