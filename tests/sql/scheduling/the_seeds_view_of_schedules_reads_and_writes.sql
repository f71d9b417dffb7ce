begin;
select plan(18);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "tidy", "status": "active", "trigger": {"on": "manual"}, "conditions": [{"metric": "budget", "operator": ">", "threshold": 100}], "actions": [{"type": "create_alert"}]}') as tidy \gset
insert into trimtab.automation_schedules (rule_id, frequency, time_of_day, days_of_week, timezone) values (:'tidy', 'weekly', '09:00', '[1, 3]', 'America/New_York');
insert into trimtab.automation_schedules (rule_id, frequency, time_of_day, day_of_month, timezone, enabled) values (:'tidy', 'monthly', '08:30', 31, 'UTC', false);
insert into trimtab.automation_schedules (rule_id, frequency, cron_expression, timezone, ends_at) values (:'tidy', 'custom', '*/5 9-17 * * 1-5', 'UTC', '2026-12-31 00:00+00');
insert into trimtab.automation_schedules (rule_id, frequency, time_of_day) values (:'tidy', 'daily', '07:00');
insert into trimtab.automation_schedules (rule_id, frequency, time_of_day) values (:'tidy', 'hourly', '00:20');
insert into trimtab.automation_schedules (rule_id, frequency, starts_at, timezone) values (:'tidy', 'once', '2026-04-01 09:00+02', 'Europe/Berlin');
select results_eq($$select name, frequency, cron_expression, time_of_day, days_of_week, day_of_month, timezone, enabled, next_run_at from trimtab.automation_schedules order by name collate "C"$$, $$values
  ('Schedule of tidy', 'weekly', null, time '09:00', '[1, 3]'::jsonb, null::integer, 'America/New_York', true, timestamptz '2026-03-23 13:00+00'),
  ('Schedule of tidy (2)', 'monthly', null, '08:30', null, 31, 'UTC', false, null),
  ('Schedule of tidy (3)', 'custom', '*/5 9-17 * * 1-5', null, null, null, 'UTC', true, '2026-03-20 12:05+00'),
  ('Schedule of tidy (4)', 'daily', null, '07:00', null, null, 'UTC', true, '2026-03-21 07:00+00'),
  ('Schedule of tidy (5)', 'hourly', null, '00:20', null, null, 'UTC', true, '2026-03-20 12:20+00'),
  ('Schedule of tidy (6)', 'once', null, '09:00', null, null, 'Europe/Berlin', true, '2026-04-01 07:00+00')$$, 'each frequency is written and read');
select is((select starts_at from trimtab.automation_schedules where frequency = 'once'), '2026-04-01 07:00+00', 'once starts when it runs');
update trimtab.automation_schedules set enabled = true where frequency = 'monthly';
select is((select next_run_at from trimtab.automation_schedules where frequency = 'monthly'), '2026-03-31 08:30+00', 'enabled it runs on the last day');
update trimtab.automation_schedules set time_of_day = '10:00' where frequency = 'weekly';
select results_eq($$select time_of_day, days_of_week, next_run_at from trimtab.automation_schedules where frequency = 'weekly'$$, $$values (time '10:00', '[1, 3]'::jsonb, timestamptz '2026-03-23 14:00+00')$$, 'a changed time moves it');
select trimtab.save_schedule(document || '{"missed": "all", "max_runs": 9}', id) from (select j.id, trimtab.schedule_document(j) as document from trimtab.scheduled_jobs j where name = 'Schedule of tidy (4)') d;
select trimtab.save_schedule(document || '{"on_gap": "skip", "on_overlap": "last"}', id) from (select j.id, trimtab.schedule_document(j) as document from trimtab.scheduled_jobs j where name = 'Schedule of tidy (4)') d;
update trimtab.automation_schedules set time_of_day = '08:00' where name = 'Schedule of tidy (4)';
select results_eq($$select on_gap, on_overlap from trimtab.scheduled_jobs where name = 'Schedule of tidy (4)'$$, $$values ('skip', 'last')$$, 'at another time, changes of the clocks do what they did');
update trimtab.automation_schedules set frequency = 'hourly', time_of_day = '00:05' where frequency = 'daily';
select results_eq($$select missed, max_runs, next_run_at from trimtab.scheduled_jobs where name = 'Schedule of tidy (4)'$$, $$values ('all', 9::bigint, timestamptz '2026-03-20 12:05+00')$$, 'what the view does not show stays');
update trimtab.automation_schedules set ends_at = null where frequency = 'custom';
select results_eq($$select ends_at, cron_expression from trimtab.automation_schedules where frequency = 'custom'$$, $$values (null::timestamptz, '*/5 9-17 * * 1-5')$$, 'an end can be taken away');
select throws_ok($$update trimtab.automation_schedules set next_run_at = now()$$, 'TT032', null, 'the next run is the system''s');
select throws_ok($$update trimtab.automation_schedules set starts_at = 'infinity' where frequency = 'weekly'$$, 'TT073', null, 'a start that never comes is refused');
select throws_ok($$update trimtab.automation_schedules set last_run_at = now()$$, 'TT032', null, 'so is the last');
select throws_ok($$insert into trimtab.automation_schedules (rule_id, frequency, cron_expression) select rule_id, 'custom', '61 * * * *' from trimtab.automation_schedules limit 1$$, 'TT073', null, 'a bad expression is refused');
select throws_ok($$insert into trimtab.automation_schedules (rule_id, frequency) select rule_id, 'weekly' from trimtab.automation_schedules limit 1$$, 'TT073', null, 'a week without a day as well');
select throws_ok($$insert into trimtab.automation_schedules (frequency, time_of_day) values ('daily', '07:00')$$, 'TT073', null, 'and a schedule of nothing');
select throws_ok(format('insert into trimtab.automation_schedules (org_id, rule_id, frequency, time_of_day) values (gen_random_uuid(), %L, ''daily'', ''07:00'')', :'tidy'), 'TT004', null, 'and another organization');
delete from trimtab.automation_schedules where frequency = 'once';
select is((select count(*) from trimtab.scheduled_jobs), 5::bigint, 'deleted is removed');
select trimtab.save_schedule('{"name": "other", "job": "detect_opportunities", "timing": {"frequency": "cron", "cron": "0 9 * * *"}}');
select is((select count(*) from trimtab.automation_schedules), 5::bigint, 'it shows schedules of rules only');
select is((select count(*) from trimtab.v_schedules), 6::bigint, 'the other view shows all');
select results_eq($$select rule_name, next_run_local, status from trimtab.v_schedules where name = 'Schedule of tidy'$$, $$values ('tidy', timestamp '2026-03-23 10:00', 'active')$$, 'in local time');
select test.reset();
select * from finish();
rollback;
