begin;
select plan(17);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
update trimtab.automation_rules set status = 'paused';
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'admin') as admin \gset
select test.running_campaign(:'acme', title, budget) from (values ('small', 10), ('large', 500), ('larger', 900)) c (title, budget);
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "tidy", "status": "active", "trigger": {"on": "manual"}, "campaign_cooldown_minutes": 0, "conditions": [{"metric": "budget", "operator": ">", "threshold": 100}],
  "actions": [{"type": "tag_entity", "tags": ["large"]}]}') as tidy \gset
select trimtab.save_schedule(d || '{"timing": {"frequency": "cron", "cron": "0 13 * * *"}, "time_zone": "UTC"}') from (values
  ('{"name": "rule", "rule": "tidy"}'::jsonb), ('{"name": "run", "job": "autopilot_run"}'), ('{"name": "opportunities", "job": "detect_opportunities"}'),
  ('{"name": "anomalies", "job": "detect_anomalies"}'), ('{"name": "effects", "job": "measure_effects"}'),
  ('{"name": "event", "job": "emit_event", "arguments": {"event": "team.review_due", "payload": {"week": 12}}}'),
  ('{"name": "note", "job": "send_notification", "arguments": {"message": "Look at the budgets.", "recipients": ["role:manager"]}}')) s (d);
select trimtab.save_schedule(jsonb_build_object('name', 'some', 'rule', 'tidy', 'arguments', jsonb_build_object('campaign_ids', jsonb_build_array(c.id)),
  'timing', '{"frequency": "cron", "cron": "0 14 * * *"}'::jsonb, 'time_zone', 'UTC')) from trimtab.campaigns c where title = 'larger';
select test.reset();
select is(test.tick(:'acme', '2026-03-20 13:00+00'), 7, 'seven run');
select is((select string_agg(j.name || ' ' || r.error_message, ', ') from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id where r.status <> 'success'), null, 'and succeed');
select is((select result from trimtab.v_schedule_runs where name = 'rule'), '{"executed": 2, "shadowed": 0, "held_back": 0, "failed": 0}', 'a rule is executed');
select results_eq($$select distinct trigger_source, run_id from trimtab.automation_executions$$, $$values ('schedule', null::uuid)$$, 'and recorded as the schedule''s');
select results_eq($$select trigger, status from trimtab.autopilot_runs$$, $$values ('schedule', 'success')$$, 'the autopilot runs');
select is((select result ->> 'found' from trimtab.v_schedule_runs where name = 'opportunities'), '0', 'opportunities are looked for');
select is((select result ->> 'found' from trimtab.v_schedule_runs where name = 'anomalies'), '0', 'so are anomalies');
select is((select result ->> 'measured' from trimtab.v_schedule_runs where name = 'effects'), '0', 'effects are measured');
select results_eq($$select payload ->> 'week', payload #>> '{caused_by,schedule_name}', source from trimtab.events where type = 'team.review_due'$$, $$values ('12', 'event', 'schedule')$$, 'an event says who wrote it');
select is((select count(*) from trimtab.notifications where subject = 'note' and body = 'Look at the budgets.'), 2::bigint, 'a message reaches those it is for');
select is(test.tick(:'acme', '2026-03-20 14:00+00'), 1, 'an hour later');
select is((select result ->> 'executed' from trimtab.v_schedule_runs where name = 'some'), '1', 'a rule is executed for the campaigns named');
-- what a rule does not do is not counted
select test.act_as(:'manager');
select trimtab.set_rule_status(:'tidy', 'paused');
select is(trimtab.run_schedule_now((select id from trimtab.scheduled_jobs where name = 'rule')) - 'run_id', '{"status": "skipped", "result": {"status": "skipped", "reason": "The rule is paused."}}', 'a paused rule is passed by');
select trimtab.set_rule_status(:'tidy', 'active');
select trimtab.change_rule(:'tidy', '{"trigger": {"on": "run"}}');
select test.reset();
select test.clock_at('2026-03-20 14:01+00');
select test.act_as(:'manager');
select is(trimtab.run_schedule_now((select id from trimtab.scheduled_jobs where name = 'rule')) #>> '{result,reason}',
  'The rule has the trigger run now, no longer manual.', 'so is one that every run judges now');
select trimtab.change_rule(:'tidy', '{"trigger": {"on": "manual"}}');
select test.reset();
update trimtab.automation_rules set status = 'archived' where name = 'tidy';
select test.clock_at('2026-03-20 14:02+00');
select test.act_as(:'manager');
select is(trimtab.run_schedule_now((select id from trimtab.scheduled_jobs where name = 'rule')) #>> '{result,reason}', 'The rule is archived.', 'and one in the archive');
select test.reset();
update trimtab.automation_rules set status = 'active' where name = 'tidy';
select test.clock_at('2026-03-20 14:03+00');
update trimtab.guardrails set autopilot_enabled = false;
select test.act_as(:'manager');
select is(trimtab.run_schedule_now((select id from trimtab.scheduled_jobs where name = 'rule')) ->> 'status', 'skipped', 'so is all while automation is stopped');
select is((select run_count from trimtab.scheduled_jobs where name = 'rule'), 1::bigint, 'and neither counts');
select test.reset();
select * from finish();
rollback;
