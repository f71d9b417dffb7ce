create or replace function trimtab.read_schedule(p_document jsonb)
  returns jsonb
  language plpgsql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_names constant jsonb := '{"schedule_name": "name", "handler": "job", "rule_id": "rule", "automation_rule_id": "rule", "timezone": "time_zone",
    "start_date": "starts_at", "end_date": "ends_at", "max_executions": "max_runs", "execution_context": "arguments"}';
  c_timing constant text[] := '{frequency,schedule_type,cron,cron_expression,recurrence_config,at,time_of_day,minute,days_of_week,day_of_month,nth_weekday,months,every,event,after,relative}';
  v_document jsonb;
begin
  if jsonb_typeof(p_document) is distinct from 'object' then
    return p_document;
  end if;
  select jsonb_object_agg(coalesce(c_names ->> d.key, d.key), d.value order by c_names ? d.key desc) into v_document
  from jsonb_each(p_document) d
  where d.value <> 'null';
  if not v_document ? 'timing' and v_document ?| c_timing then
    v_document := v_document - c_timing || jsonb_build_object('timing', (
      select jsonb_object_agg(d.key, d.value) from jsonb_each(v_document) d where d.key = any (c_timing)));
    if v_document -> 'timing' ? 'cron' and not v_document -> 'timing' ?| '{frequency,schedule_type}' then
      v_document := jsonb_set(v_document, '{timing,frequency}', '"cron"');
    end if;
  end if;
  if jsonb_typeof(v_document -> 'timing') = 'string' then
    v_document := jsonb_set(v_document, '{timing}', jsonb_build_object('frequency', 'cron', 'cron', v_document -> 'timing'));
  end if;
  if v_document ? 'rule' and not v_document ? 'job' then
    v_document := v_document || '{"job": "rule"}';
  end if;
  if v_document -> 'enabled' in ('true', 'false') then
    v_document := v_document - 'enabled' || case
      when v_document ? 'status' then '{}'
      when v_document -> 'enabled' = 'true' then '{"status": "active"}'::jsonb
      else '{"status": "paused"}' end;
  end if;
  return v_document;
end
$$;
comment on function trimtab.read_schedule(jsonb) is
  'A schedule''s document with the names that save_schedule() knows: other spellings of keys, timing keys beside the others (frequency, cron, at …) and enabled are put where they belong; a timing that is a text is cron; what is null goes.';
grant execute on function trimtab.read_schedule(jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
