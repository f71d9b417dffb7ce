-- Handlers by themselves, with contexts as the run hands them in; what the run makes of their answers is tested there.
begin;
select plan(75);

select test.clock_at('2026-05-10 12:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'analyst') as analyst \gset
select test.user_of(:'analyst') as analyst_id \gset
update trimtab.guardrails set max_pause_share_percent = 100, cool_off_hours = 0;
select test.running_campaign(:'acme', 'Spring', 100) as spring \gset
select test.running_campaign(:'acme', 'Yen', 20000, p_currency => 'JPY') as yen \gset
select test.running_campaign(:'acme', 'Manual', 100) as manual \gset
select test.running_campaign(:'acme', 'Ours', 100) as ours \gset
update trimtab.campaigns set daily_budget = 9.99, bid = 1.5, tags = '{a,b}' where id = :'spring';
update trimtab.campaigns set autonomous_enabled = false where id = :'ours';
delete from trimtab.campaign_changes;
select gen_random_uuid() as rule \gset

create function pg_temp.context(p_campaign uuid, p_place integer default 1, p_execution uuid default null, p_more jsonb default '{}')
  returns jsonb language sql as $$
  select jsonb_build_object('rule_id', current_setting('test.rule'), 'rule_name', 'Watch', 'rule_version', 3, 'run_id', md5('run')::uuid,
    'execution_id', coalesce(p_execution, gen_random_uuid()), 'place', p_place, 'campaign_id', p_campaign, 'campaign_ids', null, 'event', null,
    'reason', 'Watch: roas of lifetime is 0.2.', 'confidence_score', 91.5, 'evidence', '{"facts_revision": 7}'::jsonb,
    'expected_impact', 'less', 'as_of', trimtab.clock()) || p_more
$$;
create function pg_temp.refusal(p_call text) returns text language plpgsql as $$
begin
  execute p_call;
  return 'done';
exception when others then
  return sqlstate;
end $$;
select set_config('test.rule', :'rule', true);
select set_eq(
  $$select function from trimtab.handlers where kind like 'rule\_action.%'$$,
  $$select 'trimtab.act_' || code from trimtab.rule_vocabulary where kind = 'action'$$, 'every type of action of the vocabulary has its handler');

-- --- pause, and who may resume --------------------------------------------------------------------------------------
select gen_random_uuid() as e1 \gset
set role trimtab_definer;
select trimtab.act_pause_campaign(:'acme', '{"type": "pause_campaign", "message": "Too dear."}', pg_temp.context(:'spring', 1, :'e1')) ->> 'change_id' as paused \gset
select is(trimtab.act_pause_campaign(:'acme', '{"type": "pause_campaign"}', pg_temp.context(:'spring', 1, :'e1')) ->> 'change_id', :'paused',
  'the same step again answers with the same change');
select is(pg_temp.refusal(format($$select trimtab.act_pause_campaign(%L, '{}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT011', 'another step finds it paused');
select is(pg_temp.refusal(format($$select trimtab.act_pause_campaign(%L, '{}', pg_temp.context(%L))$$, :'acme', :'ours')), 'TT016', 'one that opted out is left alone');
select is(pg_temp.refusal(format($$select trimtab.act_pause_campaign(%L, '{}', pg_temp.context(null))$$, :'acme')), 'TT010', 'without a campaign there is nothing to pause');
reset role;
select results_eq(
  $$select action_type, origin, reason, confidence_score, expected_impact, rule_id, rule_version, run_id, evidence ->> 'facts_revision', evidence ->> 'place'
    from trimtab.campaign_changes$$,
  format($$values ('auto_pause', 'rule', 'Watch: roas of lifetime is 0.2. Too dear.', 91.5::numeric(5,2), 'less', %L::uuid, 3, md5('run')::uuid, '7', '1')$$, :'rule'),
  'one row of the ledger says who, why and on what');

set role trimtab_definer;
select trimtab.act_resume_campaign(:'acme', '{"type": "resume_campaign"}', pg_temp.context(:'spring')) ->> 'change_id' as resumed \gset
select is(pg_temp.refusal(format($$select trimtab.act_resume_campaign(%L, '{}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT065', 'an active campaign is not resumed');
reset role;
select results_eq(format($$select c.status, l.action_type, l.is_automated from trimtab.campaigns c join trimtab.campaign_changes l on l.id = %L where c.id = %L$$, :'resumed', :'spring'),
  $$values ('active', 'status_changed', true)$$, 'what a rule paused, a rule resumes');
select test.act_as(:'manager');
select is(trimtab.rollback_action(:'resumed') -> 'restored', '{"status": "paused"}'::jsonb, 'and it can be taken back');
select test.reset();
select results_eq(format($$select status from trimtab.campaigns where id = %L$$, :'spring'), $$values ('paused')$$, 'it is paused again');
set role trimtab_definer;
select is(pg_temp.refusal(format($$select trimtab.act_resume_campaign(%L, '{}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT065',
  'who took the resumption back has decided: a rule does not resume it again');
select is(pg_temp.refusal(format($$select trimtab.act_resume_campaign(%L, '{"only_paused_by_rules": false}', pg_temp.context(%L))$$, :'acme', :'spring')), 'done', 'unless the rule says so');
reset role;
select test.act_as(:'manager');
update trimtab.campaigns set status = 'paused' where id in (:'manual', :'ours');
select test.reset();
set role trimtab_definer;
select is(pg_temp.refusal(format($$select trimtab.act_resume_campaign(%L, '{}', pg_temp.context(%L))$$, :'acme', :'manual')), 'TT065', 'what a person paused stays paused');
select is(pg_temp.refusal(format($$select trimtab.act_resume_campaign(%L, '{"only_paused_by_rules": false}', pg_temp.context(%L))$$, :'acme', :'ours')), 'TT016', 'one that opted out in any case');
select is(pg_temp.refusal(format($$select trimtab.act_resume_campaign(%L, '{"only_paused_by_rules": false}', pg_temp.context(%L))$$, :'acme', :'manual')), 'done', 'unless the rule says so');
reset role;

-- --- budgets and bids -----------------------------------------------------------------------------------------------
select gen_random_uuid() as e2 \gset
set role trimtab_definer;
select trimtab.act_adjust_budget(:'acme', '{"type": "adjust_budget", "plan": {"from": 100, "budget": 133.33}}', pg_temp.context(:'spring', 2, :'e2')) ->> 'change_id' as up \gset
select is(trimtab.act_adjust_budget(:'acme', '{"type": "adjust_budget", "plan": {"from": 100, "budget": 133.33}}', pg_temp.context(:'spring', 2, :'e2')) ->> 'change_id', :'up', 'the same step again changes nothing');
select is(pg_temp.refusal(format($$select trimtab.act_adjust_budget(%L, '{"plan": {"from": 100, "budget": 120}}', pg_temp.context(%L))$$, :'acme', :'spring')), '40001', 'a plan that began with another budget is to be made again');
select trimtab.act_adjust_budget(:'acme', '{"type": "adjust_budget", "plan": {"from": 133.33, "budget": 66.67}}', pg_temp.context(:'spring')) ->> 'change_id' as down \gset
select is(pg_temp.refusal(format($$select trimtab.act_adjust_budget(%L, '{}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT015', 'without a plan there is no amount');
select is(pg_temp.refusal(format($$select trimtab.act_adjust_budget(%L, '{"plan": {"from": 66.67, "budget": 66.679}}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT015', 'the same amount in cents is no change');
select is(pg_temp.refusal(format($$select trimtab.act_adjust_budget(%L, '{"plan": {"from": 66.67, "budget": -1}}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT015', 'a budget is not negative');
select is(pg_temp.refusal(format($$select trimtab.act_adjust_budget(%L, '{"plan": {"from": 66.67, "budget": "NaN"}}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT015', 'NaN is no amount');
select is(pg_temp.refusal(format($$select trimtab.act_adjust_budget(%L, '{"plan": {"from": 66.67, "budget": 1000}}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT018', 'the guardrails'' steps are asked again at the door');
select trimtab.act_adjust_budget(:'acme', '{"type": "adjust_budget", "plan": {"from": 20000, "budget": 15000.7}}', pg_temp.context(:'yen'));
select trimtab.act_adjust_bid(:'acme', '{"type": "adjust_bid", "plan": {"from": 1.5, "bid": 1.2}}', pg_temp.context(:'spring', 3, :'e2')) ->> 'change_id' as bid \gset
select is(trimtab.act_adjust_bid(:'acme', '{"type": "adjust_bid", "plan": {"from": 1.5, "bid": 1.2}}', pg_temp.context(:'spring', 3, :'e2')) ->> 'change_id', :'bid', 'the same step of a bid again changes nothing');
select is(pg_temp.refusal(format($$select trimtab.act_adjust_bid(%L, '{"plan": {"from": 1.5, "bid": 1.4}}', pg_temp.context(%L))$$, :'acme', :'spring')), '40001', 'a bid that began otherwise is planned again');
select is(pg_temp.refusal(format($$select trimtab.act_adjust_bid(%L, '{"plan": {"from": 1.2, "bid": 1.2}}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT015', 'an equal bid is no change');
select is(pg_temp.refusal(format($$select trimtab.act_adjust_bid(%L, '{"plan": {"from": null, "bid": 1}}', pg_temp.context(%L))$$, :'acme', :'yen')), 'TT015', 'without a bid there is none to adjust');
select is(pg_temp.refusal(format($$select trimtab.act_adjust_bid(%L, '{"plan": {"from": 1.2, "bid": 2.41}}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT018', 'a bid rises by a step at most');
select is(pg_temp.refusal(format($$select trimtab.act_adjust_bid(%L, '{"plan": {"from": 1.2, "bid": 2.4}}', pg_temp.context(%L))$$, :'acme', :'spring')), 'done', 'the whole step it may');
reset role;
select results_eq(
  format($$select action_type, previous_state ->> 'budget', new_state ->> 'budget', new_state ->> 'daily_budget', new_state ->> 'bid'
    from trimtab.campaign_changes where id in (%L, %L, %L) order by number$$, :'up', :'down', :'bid'),
  $$values ('auto_scale_up', '100', '133.33', '13.31', '1.5'), ('auto_scale_down', '133.33', '66.67', '6.65', '1.5'), ('bid_adjusted', '66.67', '66.67', '6.65', '1.20')$$,
  'up, down and bid are told apart; the daily budget follows in the same ratio, cut to cents');
select is((select budget from trimtab.campaigns where id = :'yen'), 15000::numeric, 'yen are whole');
select test.act_as(:'manager');
select is(trimtab.rollback_action(:'down') -> 'restored', '{"budget": 133.33, "daily_budget": 13.31}'::jsonb, 'a cut can be taken back');
select is(trimtab.rollback_action((select id from trimtab.campaign_changes where action_type = 'bid_adjusted' order by number desc limit 1)) -> 'restored', '{"bid": 1.2}'::jsonb, 'so can a bid');
select test.reset();

-- --- messages -------------------------------------------------------------------------------------------------------
set role trimtab_definer;
select trimtab.act_send_notification(:'acme', '{"recipients": ["role:manager"], "message": "Look."}', pg_temp.context(:'spring', 1, :'e2')) ->> 'message_id' as told \gset
select is(trimtab.act_send_notification(:'acme', '{"recipients": ["role:manager"], "message": "Look."}', pg_temp.context(:'spring', 1, :'e2')) ->> 'message_id', :'told', 'the same step again tells nobody again');
select isnt(trimtab.act_send_notification(:'acme', '{"recipients": ["team@example.org"], "channel": "email", "subject": "S"}', pg_temp.context(:'spring', 2, :'e2')) ->> 'message_id', :'told', 'another step does');
select trimtab.act_send_notification(:'acme', '{"channel": "slack"}', pg_temp.context(null, 3, :'e2'));
select is(pg_temp.refusal(format($$select trimtab.act_send_notification(%L, '{"recipients": ["6b1f0a1e-0000-4000-8000-000000000000"]}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT062', 'who is no member any more gets nothing');
select gen_random_uuid() as e4 \gset
select is(jsonb_array_length(trimtab.act_send_notification(:'acme', '{"recipients": ["role:manager", "client@example.org"]}', pg_temp.context(:'spring', 1, :'e4')) -> 'message_ids'), 2, 'of a message to members and others there are two');
select trimtab.act_send_notification(:'acme', '{}', pg_temp.context(:'spring', 2, :'e4'));
select trimtab.act_webhook(:'acme', '{"url": "https://hooks.example.com/a", "payload": {"text": "x"}}', pg_temp.context(:'spring', 4, :'e2'));
select trimtab.act_webhook(:'acme', '{"url": "https://hooks.example.com/b", "method": "PUT"}', pg_temp.context(:'spring', 5, :'e2'));
select is(pg_temp.refusal(format($$select trimtab.act_webhook(%L, '{"url": "https://127.1/"}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT060', 'a URL is asked again when it is written');
reset role;
select results_eq(
  format($$select kind, subject, body, recipients from trimtab.outbox where execution_id = %L and kind <> 'webhook' order by kind$$, :'e2'),
  $$values
    ('email', 'S', E'Spring\nWatch: roas of lifetime is 0.2.', '{team@example.org}'::text[]),
    ('in_app', 'Watch: Spring', E'Look.\nSpring\nWatch: roas of lifetime is 0.2.', '{role:manager}'),
    ('slack', 'Watch', 'Watch: roas of lifetime is 0.2.', '{}')$$,
  'messages say what the rule says, about which campaign, and why');
select results_eq(
  format($$select kind, recipients, status from trimtab.outbox where execution_id = %L order by split_part(dedupe_key, ':', 3), kind$$, :'e4'),
  $$values ('email', '{client@example.org}'::text[], 'pending'), ('in_app', '{role:manager}', 'delivered'), ('in_app', '{role:admin}', 'delivered')$$,
  'others get an e-mail; without recipients it goes to the admins');
select is((select count(*) from trimtab.notifications where message_id = :'told'), 1::bigint, 'it is shown to the manager');
select results_eq(
  $$select url, method, payload - 'campaign' - 'execution_id' - 'occurred_at' - 'run_id', payload #>> '{campaign,title}' from trimtab.outbox where kind = 'webhook' order by url$$,
  format($$values ('https://hooks.example.com/a', 'POST', '{"text": "x"}'::jsonb, null),
    ('https://hooks.example.com/b', 'PUT', '{"rule_id": "%s", "rule_name": "Watch", "rule_version": 3, "reason": "Watch: roas of lifetime is 0.2.", "confidence_score": 91.5}', 'Spring')$$, :'rule'),
  'a payload is sent as given; without one the decision is told');

-- --- alerts ---------------------------------------------------------------------------------------------------------
set role trimtab_definer;
select trimtab.act_create_alert(:'acme', '{"severity": "high", "title": "Loss"}', pg_temp.context(:'spring', 1, :'e1')) ->> 'alert_id' as alert \gset
select is(trimtab.act_create_alert(:'acme', '{"severity": "high", "title": "Loss"}', pg_temp.context(:'spring', 1, :'e1')) ->> 'alert_id', :'alert', 'the same step again is the same alert');
select is(trimtab.act_create_alert(:'acme', '{"severity": "high", "title": "Loss"}', pg_temp.context(:'spring', 1)) ->> 'alert_id', :'alert', 'so is another execution''s');
select trimtab.act_create_alert(:'acme', '{"title": "Other"}', pg_temp.context(:'spring', 2, :'e2')) ->> 'alert_id' as other \gset
select is(trimtab.act_assign(:'acme', jsonb_build_object('assignee', :'analyst_id'), pg_temp.context(:'spring', 2, :'e1')) -> 'alert_ids', to_jsonb(array[:'alert']), 'assign takes the alerts of its own execution');
select is(jsonb_array_length(trimtab.act_assign(:'acme', '{"assignee": "role:manager"}', pg_temp.context(:'spring')) -> 'alert_ids'), 2, 'else all unresolved ones of the campaign');
select trimtab.act_assign(:'acme', '{"assignee": "role:analyst"}', pg_temp.context(:'yen')) #>> '{alert_ids,0}' as raised \gset
select is(pg_temp.refusal(format($$select trimtab.act_assign(%L, '{"assignee": "x@example.org"}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT062', 'strangers are given nothing');
select is(pg_temp.refusal(format($$select trimtab.act_assign(%L, '{}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT062', 'nor is nobody');
reset role;
select results_eq(format($$select title, severity, message, raised_count, assignee_role, rule_name from trimtab.alerts where id in (%L, %L) order by title$$, :'alert', :'raised'),
  $$values ('Loss', 'high', 'Watch: roas of lifetime is 0.2.', 2, 'manager', 'Watch'), ('Watch', 'medium', 'Watch: roas of lifetime is 0.2.', 1, 'analyst', 'Watch')$$,
  'an alert counts its executions; where there is none, assign raises one');

-- --- tags, events, anomalies ----------------------------------------------------------------------------------------
set role trimtab_definer;
select is(trimtab.act_tag_entity(:'acme', '{"tags": ["c", "a", " c ", ""]}', pg_temp.context(:'spring')), '{"tags": ["a", "b", "c"], "is_changed": true}'::jsonb, 'tags are added once, behind');
select is(trimtab.act_tag_entity(:'acme', '{"tags": ["c"]}', pg_temp.context(:'spring')), '{"tags": ["a", "b", "c"], "is_changed": false}'::jsonb, 'what is there stays');
select is(trimtab.act_tag_entity(:'acme', '{"tags": ["a", "z"], "remove": true}', pg_temp.context(:'spring')) -> 'tags', '["b", "c"]'::jsonb, 'and are taken away');
select is(pg_temp.refusal(format($$select trimtab.act_tag_entity(%L, '{"tags": ["c"]}', pg_temp.context(null))$$, :'acme')), 'TT010', 'a campaign is needed');
reset role;
select is((select tags from trimtab.campaigns where id = :'spring'), '{b,c}'::text[], 'the campaign has them');
select results_eq(
  format($$select old_values, new_values ->> 'tags', rule_id from trimtab.audit_log where action = 'campaign.settings_changed' order by id$$),
  format($$values ('{"tags": ["a", "b"]}'::jsonb, '["a", "b", "c"]', %L::uuid), ('{"tags": ["a", "b", "c"]}', '["b", "c"]', %1$L)$$, :'rule'),
  'the audit log names the rule, for each change once');

set role trimtab_definer;
select isnt(trimtab.act_emit_event(:'acme', '{"event": "team.look", "payload": {"n": 1, "caused_by": "me"}}', pg_temp.context(:'spring', 9, :'e2')) ->> 'event_id', null, 'an event is written');
select is(trimtab.act_emit_event(:'acme', '{"event": "team.look"}', pg_temp.context(:'spring', 9, :'e2')), '{"event": "team.look"}'::jsonb, 'once a step');
select is(pg_temp.refusal(format($$select trimtab.act_emit_event(%L, '{"event": "campaign.status_changed"}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT067', 'the system''s own types are not a rule''s');
select is(pg_temp.refusal(format($$select trimtab.act_emit_event(%L, '{"event": "Team"}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT067', 'a type is dotted');
select is(pg_temp.refusal(format($$select trimtab.act_emit_event(%L, '{}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT067', 'and there');
select is(pg_temp.refusal(format($$select trimtab.act_emit_event(%L, '{"event": "a.b"}', pg_temp.context(%L, 1, null, '{"event": {"payload": {"caused_by": {"depth": 4}}}}'))$$, :'acme', :'spring')), 'done', 'five in a chain may set each other off');
select is(pg_temp.refusal(format($$select trimtab.act_emit_event(%L, '{"event": "a.b"}', pg_temp.context(%L, 1, null, '{"event": {"payload": {"caused_by": {"depth": 5}}}}'))$$, :'acme', :'spring')), 'TT067', 'a sixth may not');
select is(pg_temp.refusal(format($$select trimtab.act_emit_event(%L, '{"event": "a.b"}', pg_temp.context(%L, 1, null, '{"event": {"payload": {"caused_by": {"depth": -1e300}}}}'))$$, :'acme', :'spring')), 'done', 'whatever an event claims');
reset role;
select results_eq(
  $$select subject_id, source, payload -> 'n', payload ->> 'reason', payload #>> '{caused_by,rule_name}', payload #> '{caused_by,depth}' from trimtab.events where type = 'team.look'$$,
  format($$values (%L::uuid, 'rule', '1'::jsonb, 'Watch: roas of lifetime is 0.2.', 'Watch', '1'::jsonb)$$, :'spring'), 'it says which rule wrote it and why');
set role trimtab_definer;
select is(trimtab.act_acknowledge_anomaly(:'acme', '{}', pg_temp.context(:'spring')), '{"acknowledged": 0}'::jsonb, 'no anomaly is no failure');
reset role;

-- --- recommendations ------------------------------------------------------------------------------------------------
insert into trimtab.optimization_opportunities (org_id, id, campaign_id, opportunity_type, severity, description, suggested_action, proposed_action, confidence_score, first_detected_at, last_detected_at, created_at)
values
  (:'acme', md5('fatigue')::uuid, :'yen', 'creative_fatigue', 'critical', 'Tired.', 'Replace it.', '{"action": "replace_creative"}', 99, trimtab.clock(), trimtab.clock(), trimtab.clock()),
  (:'acme', md5('cut')::uuid, :'yen', 'budget_inefficiency', 'medium', 'Loses.', 'Cut it.', '{"action": "adjust_budget", "percent": -50, "budget": 7500, "currency": "JPY"}', 95, trimtab.clock(), trimtab.clock(), trimtab.clock()),
  (:'acme', md5('stop')::uuid, :'manual', 'budget_inefficiency', 'high', 'Hopeless.', 'Pause it.', '{"action": "pause_campaign"}', 97, trimtab.clock(), trimtab.clock(), trimtab.clock());
select gen_random_uuid() as e3 \gset
set role trimtab_definer;
select is(pg_temp.refusal(format($$select trimtab.act_implement_recommendation(%L, '{"recommendation_type": "creative_fatigue"}', pg_temp.context(%L))$$, :'acme', :'yen')), 'TT066', 'what only people can do is said to be so');
select is(pg_temp.refusal(format($$select trimtab.act_implement_recommendation(%L, '{"severity": "high"}', pg_temp.context(%L))$$, :'acme', :'yen')), 'TT066', 'nothing else is as grave');
select is(pg_temp.refusal(format($$select trimtab.act_implement_recommendation(%L, '{"min_confidence": 99.5}', pg_temp.context(%L))$$, :'acme', :'yen')), 'TT041', 'or as sure');
select is(pg_temp.refusal(format($$select trimtab.act_implement_recommendation(%L, '{}', pg_temp.context(%L))$$, :'acme', :'spring')), 'TT041', 'or there at all');
select trimtab.act_implement_recommendation(:'acme', '{}', pg_temp.context(:'yen', 1, :'e3')) as cut \gset
select is((:'cut'::jsonb ->> 'opportunity_id')::uuid, md5('cut')::uuid, 'of several the one is taken that we can carry out');
select is(trimtab.act_implement_recommendation(:'acme', '{}', pg_temp.context(:'yen', 1, :'e3')) ->> 'change_id', :'cut'::jsonb ->> 'change_id', 'once');
select trimtab.act_implement_recommendation(:'acme', '{}', pg_temp.context(:'manual')) ->> 'change_id' as stopped \gset
update trimtab.optimization_opportunities set proposed_action = '{"action": "adjust_budget", "percent": -10, "budget": 90, "currency": "JPY"}' where id = md5('fatigue')::uuid;
select is(pg_temp.refusal(format($$select trimtab.act_implement_recommendation(%L, '{}', pg_temp.context(%L))$$, :'acme', :'yen')), 'TT066', 'a proposal about another budget than the present one is out of date');
reset role;
select results_eq(
  $$select c.title, c.status, c.budget, o.status, o.reason like 'Carried out by the rule Watch (change %' from trimtab.campaigns c
    join trimtab.optimization_opportunities o on o.campaign_id = c.id order by c.title, o.opportunity_type$$,
  $$values ('Manual', 'paused', 100::numeric, 'resolved', true), ('Yen', 'active', 7500, 'resolved', true), ('Yen', 'active', 7500, 'open', null)$$,
  'what was done is resolved, what was not stays open');
select results_eq(
  format($$select action_type, reason, expected_impact, evidence ->> 'opportunity_id' from trimtab.campaign_changes where id = %L$$, :'stopped'),
  $$values ('optimization_applied', 'Watch: roas of lifetime is 0.2. Hopeless.', 'Stops its spending; how much it spent in the last 7 days is not known.', md5('stop')::uuid::text)$$, 'the ledger names the opportunity');
select test.act_as(:'manager');
select is(trimtab.rollback_action(:'stopped') -> 'restored', '{"status": "active"}'::jsonb, 'and it can be taken back');
select is(trimtab.rollback_action((:'cut'::jsonb ->> 'change_id')::uuid) -> 'restored', '{"budget": 15000}'::jsonb, 'as can the cut');
select test.reset();
select * from finish();
rollback;
