-- autonomous_rules and v_automation_rules: what the originals' statements do, and what they may not touch.
begin;
select plan(37);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.organization('Other') as other \gset
select test.member(:'acme', 'manager') as manager \gset
select test.running_campaign(:'acme', 'Ours') as ours \gset
select test.act_as(:'manager');
set local search_path to trimtab, test, public;

-- autonomous_rules
select is((select condition from autonomous_rules where rule_name = 'Low ROI Pause'),
  '{"metric": "roi", "operator": "<", "threshold": 1, "min_spend": 100, "min_duration_hours": 48}', 'a rule is shown in the form of the original');
select is((select action from autonomous_rules where rule_name = 'Exceptional ROI Aggressive Scale'),
  '{"type": "auto_scale_up", "multiplier": 2, "max_budget": 20000}', 'its action too');
select is((select action from autonomous_rules where rule_name = 'Critical ROI Pause'), '{"type": "auto_pause", "notify_admin": true}', 'with the notice');
select lives_ok($$update autonomous_rules set is_active = false, updated_at = now() where rule_name = 'Low ROI Pause'$$, 'the dashboard''s switch is understood');
select is((select status || ' ' || updated_at::text from automation_rules where name = 'Low ROI Pause'), 'paused 2026-03-20 12:00:00+00', 'it pauses; the time is ours');
select lives_ok($$update autonomous_rules set description = null where rule_name = 'Low ROI Pause'$$, 'a description is cleared');
select is((select coalesce(description, '-') || (document ? 'description') || status from automation_rules where name = 'Low ROI Pause'), '-falsepaused', 'and gone, the rest as it was');
select throws_ok($$update autonomous_rules set version = 9 where rule_name = 'Low ROI Pause'$$, 'TT032', null, 'version is ours');
select throws_ok($$update autonomous_rules set id = gen_random_uuid() where rule_name = 'Low ROI Pause'$$, 'TT032', null, 'id is ours');
select throws_ok(format($$update autonomous_rules set org_id = '%s' where rule_name = 'Low ROI Pause'$$, :'other'), 'TT032', null, 'org_id is ours');
select throws_ok($$update autonomous_rules set created_by = gen_random_uuid() where rule_name = 'Low ROI Pause'$$, 'TT032', null, 'created_by is ours');
select throws_ok($$update autonomous_rules set created_at = now() - interval '1 day' where rule_name = 'Low ROI Pause'$$, 'TT032', null, 'created_at is ours');
select throws_ok($$insert into autonomous_rules (id, rule_name, rule_type, condition, action) values (gen_random_uuid(), 'x', 'pause', '{"metric": "roi", "operator": "<", "threshold": 1}', '{"type": "auto_pause"}')$$,
  'TT032', null, 'in an insert too');
select lives_ok($$update autonomous_rules set rule_name = 'Low ROI', priority = 91, condition = '{"metric": "roi", "operator": "<", "threshold": 0.9, "min_confidence": 80}' where rule_name = 'Low ROI Pause'$$, 'several columns at once');
select is((select row(name, priority, version, min_confidence_percent, document -> 'conditions', document -> 'actions')::text from automation_rules where name = 'Low ROI'),
  (select row('Low ROI', 91, 4, 80, '{"all": [{"type": "metric_threshold", "metric": "roi", "window": "lifetime", "operator": "<", "threshold": 0.9}]}'::jsonb,
     '[{"type": "pause_campaign"}]'::jsonb)::text), 'are one version');
select lives_ok($$update autonomous_rules set action = '{"type": "auto_scale_up", "multiplier": 1.5}' where rule_name = 'Low ROI'$$, 'an action takes the place of the old ones');
select is((select min_confidence_percent::text || (document -> 'actions')::text from automation_rules where name = 'Low ROI'),
  '80[{"type": "adjust_budget", "value": 50, "change": "percent"}]', 'and the conditions stay');
select save_rule('{"name": "Complex", "conditions": {"any": [{"metric": "roi", "operator": "<", "threshold": 1}, {"type": "day_of_week", "days": [0]}]}, "actions": [{"type": "pause_campaign"}, {"type": "create_alert"}]}');
select is((select is_active::text || (condition ? 'all') || jsonb_array_length(action) from autonomous_rules where rule_name = 'Complex'), 'falsetrue2', 'a rule that the form cannot say is shown as it is');
select lives_ok($$update autonomous_rules set is_active = false where rule_name = 'Complex'$$, 'what is off already');
select is((select status from automation_rules where name = 'Complex'), 'shadow', 'stays in shadow');
select lives_ok($$update autonomous_rules set priority = 7 where rule_name = 'Complex'$$, 'its other columns can be written');
select is((select array[priority::text, document #>> '{conditions,all,0,any,1,type}', document #>> '{actions,1,type}'] from automation_rules where name = 'Complex'),
  array['7', 'day_of_week', 'create_alert'], 'and nothing else is lost');

-- v_automation_rules: the insert of the first original
select lives_ok(format($$
  insert into v_automation_rules (org_id, created_by, name, rule_type, entity_type, conditions, actions, status, cooldown_minutes)
  values ('%s', '%s', 'Pause High CPA Campaigns', 'campaign_performance', 'campaign',
    '[{"type": "metric_threshold", "metric": "cpa", "operator": ">", "threshold": 50}]',
    '[{"type": "pause_campaign"}, {"type": "send_notification", "recipients": ["admin@example.com"]}]', 'active', 60)$$, :'acme', test.user_of(:'manager')),
  'the original''s example is inserted');
select is((select row(status, enabled, priority, condition_logic, cooldown_minutes, execution_count, jsonb_array_length(conditions), jsonb_array_length(actions))::text
  from v_automation_rules where name = 'Pause High CPA Campaigns'), '(active,t,medium,and,60,0,1,2)', 'and shown with its columns');
select lives_ok($$insert into v_automation_rules (rule_name, category, trigger_type, trigger_config, conditions, condition_logic, actions, execute_sequentially, stop_on_error, max_executions_per_day, status)
  values ('Mention', 'social', 'event', '{"event": "mention.received"}', '[{"type": "event_payload", "field": "sentiment", "operator": "<", "value": -0.5}, {"type": "event_payload", "field": "reach", "operator": ">", "value": 9}]', 'any',
    '[{"type": "create_alert"}]', false, false, 3, 'shadow')$$, 'so is one of the later original');
select is((select row(rule_id = id, trigger_type, trigger_config ->> 'event', condition_logic, execute_sequentially, stop_on_error, max_executions_per_day, category, status, enabled)::text
  from v_automation_rules where rule_name = 'Mention'), '(t,event,mention.received,or,f,f,3,social,shadow,f)', 'with its columns');
select lives_ok($$update v_automation_rules set priority = 'critical', enabled = true, max_executions_per_day = null, condition_logic = 'and' where rule_name = 'Mention'$$, 'they are updated');
select is((select row(priority_rank, priority, status, max_executions_per_day, condition_logic, jsonb_array_length(conditions), trigger_type, version)::text from v_automation_rules where rule_name = 'Mention'),
  '(100,critical,active,,and,2,event,2)', 'as one version');
select lives_ok(format($$update v_automation_rules set entity_id = '%s' where name = 'Pause High CPA Campaigns'$$, :'ours'), 'a rule of one campaign');
select is((select scope_campaigns from automation_rules where name = 'Pause High CPA Campaigns'), array[:'ours'::uuid], 'is its scope');
select lives_ok($$update v_automation_rules set entity_id = null, document = document where name = 'Pause High CPA Campaigns'$$, 'and of all');
select is((select coalesce(scope_campaigns, '{}') from automation_rules where name = 'Pause High CPA Campaigns'), '{}'::uuid[], 'again');
select throws_ok($$update v_automation_rules set execution_count = 5$$, 'TT032', null, 'counters are ours');
select throws_ok($$update v_automation_rules set priority = null, status = null where rule_name = 'Mention'$$, 'TT030', null, 'nothing is no value');
select lives_ok($$delete from v_automation_rules where rule_name = 'Mention'$$, 'deleted');
select is((select status from automation_rules where name = 'Mention'), 'archived', 'is archived');
select throws_ok(format($$insert into v_automation_rules (org_id, name, conditions, actions) values ('%s', 'x', '[]', '[]')$$, :'other'), 'TT004', null, 'a rule is not made for others');
select * from finish();
rollback;
