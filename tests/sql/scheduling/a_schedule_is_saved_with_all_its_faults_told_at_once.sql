begin;
select plan(20);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'Europe/Berlin') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'analyst') as analyst \gset
select test.with_jobs();
select test.act_as(:'manager');
select trimtab.save_schedule('{"name": " Morning ", "job": "test", "timing": {"frequency": "daily", "at": "09:00"}, "arguments": {"a": 1}}') as morning \gset
select results_eq($$select name, time_zone::text, on_gap, on_overlap, missed, overlap, timeout_seconds, catchup_window, status, next_run_at, next_run_wall from trimtab.scheduled_jobs$$,
  $$values ('Morning', 'Europe/Berlin', 'shift', 'first', 'last', 'skip', 300, interval '24 hours', 'active', timestamptz '2026-03-21 08:00+00', timestamp '2026-03-21 09:00')$$,
  'what is not said is the organization''s zone and the common policies');
select throws_ok($$select trimtab.save_schedule('{"name": "x", "job": "nothing", "timing": {"frequency": "daily", "at": "09:00"}, "time_zone": "Mars/Olympus", "speed": 3,
    "missed": "never", "timeout_seconds": 0, "catchup_window": "soon", "starts_at": "tomorrow", "max_runs": 1.5}')$$,
  'TT073', 'the schedule is not valid (faults: 8)', 'faults are counted');
create function pg_temp.faults(p_document jsonb) returns text[] language plpgsql as $$
declare v_detail text;
begin
  perform trimtab.save_schedule(p_document);
  return '{}';
exception when sqlstate 'TT073' then
  get stacked diagnostics v_detail = pg_exception_detail;
  return string_to_array(v_detail, E'\n');
end $$;
select is((select array_agg(split_part(f, ':', 1) order by split_part(f, ':', 1) collate "C") from unnest(pg_temp.faults('{"name": "x", "job": "nothing", "timing": {"frequency": "daily", "at": "09:00"},
    "time_zone": "Mars/Olympus", "speed": 3, "missed": "never", "timeout_seconds": 0, "catchup_window": "soon", "starts_at": "tomorrow", "max_runs": 1.5}')) f),
  '{job,schedule.catchup_window,schedule.max_runs,schedule.missed,schedule.speed,schedule.starts_at,schedule.time_zone,schedule.timeout_seconds}', 'all at once, each by its path');
select is(pg_temp.faults('[]'), '{"schedule: found [], allowed object"}', 'it has to be an object');
select is(pg_temp.faults('{"name": "past", "job": "test", "timing": {"frequency": "once", "at": "2020-01-01 09:00"}}'),
  array['schedule.timing: found {"at": "2020-01-01 09:00", "frequency": "once"}, after which there is no run any more.'], 'what would never run is told');
select ok((pg_temp.faults('{"name": "notes", "job": "emit_event", "arguments": {"event": "campaign.paused"}, "timing": {"frequency": "daily", "at": "09:00"}}'))[1] like 'arguments.event: found "campaign.paused"%', 'arguments are checked by their job');
select ok((pg_temp.faults('{"name": "notes", "job": "send_notification", "arguments": {"message": "x", "recipients": ["nobody"]}, "timing": {"frequency": "daily", "at": "09:00"}}'))[1] like 'arguments.recipients: found "nobody"%', 'so are those to whom it writes');
-- again by name
select is(trimtab.save_schedule('{"name": "Morning", "job": "test", "timing": {"frequency": "daily", "at": "09:00"}, "arguments": {"a": 2}, "missed": "all"}'), :'morning'::uuid, 'the same name is the same schedule');
select results_eq($$select arguments, missed from trimtab.scheduled_jobs$$, $$values ('{"a": 2}'::jsonb, 'all')$$, 'which is changed');
select test.clock_at('2026-03-20 13:00+00');
select is(trimtab.save_schedule('{"name": "Dawn", "job": "test", "timing": {"frequency": "daily", "at": "05:00"}, "status": "paused"}', :'morning'), :'morning'::uuid, 'by its id it gets another name');
select results_eq($$select name, status, next_run_at, settled_until from trimtab.scheduled_jobs$$, $$values ('Dawn', 'paused', null::timestamptz, timestamptz '2026-03-20 13:00+00')$$, 'and paused it has no next run');
select trimtab.save_schedule('{"schedule_name": "Seed", "handler": "test", "frequency": "daily", "at": "10:00", "timezone": "UTC", "enabled": false}') as seed \gset
select results_eq($$select timing, time_zone::text, status from trimtab.scheduled_jobs where name = 'Seed'$$, $$values ('{"at": "10:00", "frequency": "daily"}'::jsonb, 'UTC', 'paused')$$, 'other spellings are read');
select is(trimtab.read_schedule('{"timing": "0 9 * * mon"}'), '{"timing": {"cron": "0 9 * * mon", "frequency": "cron"}}', 'a timing that is a text is cron');
-- rules
select test.reset();
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "each run", "status": "active", "conditions": [{"metric": "budget", "operator": ">", "threshold": 100}], "actions": [{"type": "create_alert"}]}') as each_run \gset
select ok((pg_temp.faults('{"name": "r", "rule": "each run", "timing": {"frequency": "daily", "at": "09:00"}}'))[1] like '%allowed: a rule with the trigger manual. select trimtab.change_rule(%', 'a rule that every run judges is refused, with the way out');
select trimtab.change_rule(:'each_run', '{"trigger": {"on": "manual"}}');
select trimtab.save_schedule('{"name": "r", "rule": "each run", "timing": {"frequency": "daily", "at": "09:00"}}') as r \gset
select is((select rule_id from trimtab.scheduled_jobs where name = 'r'), :'each_run'::uuid, 'after that it is scheduled');
select is((select count(*) from trimtab.audit_log where entity_type = 'schedule' and action in ('schedule.created', 'schedule.updated')), 5::bigint, 'changes are in the audit log');
select trimtab.remove_schedule(:'r');
select throws_ok(format('select trimtab.remove_schedule(%L)', :'r'), 'TT074', null, 'what was removed is gone');
select test.act_as(:'analyst');
select throws_ok($$select trimtab.save_schedule('{"name": "x", "job": "test", "timing": {"frequency": "daily", "at": "09:00"}}')$$, 'TT003', null, 'it takes a manager');
select is((select count(*) from trimtab.v_schedules), 2::bigint, 'everybody reads');
select test.act_as_nobody();
select throws_ok($$select trimtab.save_schedule('{}')$$, 'TT001', null, 'of the organization');
select test.reset();
select * from finish();
rollback;
