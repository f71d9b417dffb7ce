create or replace function trimtab.write_automation_schedule()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid;
  v_fixed text;
  v_zone text;
  v_local timestamp;
  v_name text;
  v_timing jsonb;
  v_document jsonb;
begin
  if tg_op = 'DELETE' then
    perform trimtab.remove_schedule(old.schedule_id);
    return old;
  end if;
  v_org_id := trimtab.require_org('manager');
  if tg_op = 'INSERT' then
    if new.org_id <> v_org_id then
      raise exception 'schedules are saved for the organization of the session only'
        using errcode = 'TT004',
              detail = format('%s is not it.', new.org_id),
              hint = 'Leave org_id out.';
    end if;
    v_fixed := case
      when new.schedule_id is not null then 'schedule_id'
      when new.last_run_at is not null then 'last_run_at'
      when new.next_run_at is not null then 'next_run_at'
      when new.timing is not null then 'timing'
      when new.last_error is not null then 'last_error'
    end;
  else
    v_fixed := case
      when new.schedule_id is distinct from old.schedule_id then 'schedule_id'
      when new.org_id is distinct from old.org_id then 'org_id'
      when new.last_run_at is distinct from old.last_run_at then 'last_run_at'
      when new.next_run_at is distinct from old.next_run_at then 'next_run_at'
      when new.created_at is distinct from old.created_at then 'created_at'
      when new.timing is distinct from old.timing then 'timing'
      when new.status is distinct from old.status then 'status'
      when new.last_error is distinct from old.last_error then 'last_error'
    end;
  end if;
  if v_fixed is not null then
    raise exception 'the column % is kept by the system', v_fixed
      using errcode = 'TT032',
            detail = 'Written through the view automation_schedules.',
            hint = 'Leave it as it is; select trimtab.save_schedule(…) says what the view cannot.';
  end if;

  if not (isfinite(coalesce(new.starts_at, 'epoch')) and isfinite(coalesce(new.ends_at, 'epoch'))) then
    raise exception 'a schedule starts and ends at a moment'
      using errcode = 'TT073',
            detail = format('starts_at: found %s; ends_at: found %s.', coalesce(new.starts_at::text, 'nothing'), coalesce(new.ends_at::text, 'nothing')),
            hint = 'Leave out what has no bound.';
  end if;

  if tg_op = 'UPDATE' and (new.rule_id, new.frequency, new.cron_expression, new.time_of_day, new.days_of_week, new.day_of_month,
       new.timezone, new.starts_at, new.ends_at, new.name)
     is not distinct from
       (old.rule_id, old.frequency, old.cron_expression, old.time_of_day, old.days_of_week, old.day_of_month,
       old.timezone, old.starts_at, old.ends_at, old.name)
  then
    if new.enabled is distinct from old.enabled then
      perform trimtab.set_schedule_status(old.schedule_id, case when new.enabled then 'active' else 'paused' end);
    end if;
  else
    v_zone := coalesce(new.timezone, 'UTC');
    if exists (select from pg_catalog.pg_timezone_names z where lower(z.name) = lower(v_zone)) then
      v_local := new.starts_at at time zone v_zone;
    end if;
    v_timing := case
      when tg_op = 'UPDATE' and (new.frequency, new.cron_expression, new.time_of_day, new.days_of_week, new.day_of_month)
        is not distinct from (old.frequency, old.cron_expression, old.time_of_day, old.days_of_week, old.day_of_month)
        and (new.frequency <> 'once' or new.starts_at is not distinct from old.starts_at) then old.timing
      else jsonb_strip_nulls(case new.frequency
        when 'once' then jsonb_build_object('frequency', 'once', 'at', to_char(
          v_local::date + coalesce(new.time_of_day, v_local::time), 'YYYY-MM-DD HH24:MI'))
        when 'hourly' then jsonb_build_object('frequency', 'hourly', 'minute', coalesce(extract(minute from new.time_of_day), 0))
        when 'custom' then jsonb_build_object('frequency', 'cron', 'cron', new.cron_expression)
        else jsonb_build_object(
          'frequency', new.frequency, 'at', to_char(coalesce(new.time_of_day, '00:00'), 'HH24:MI'),
          'days_of_week', case when new.frequency = 'weekly' then new.days_of_week end,
          'day_of_month', case when new.frequency = 'monthly' then new.day_of_month end)
      end)
    end;
    if tg_op = 'INSERT' then
      v_name := coalesce(new.name, (
        select n.name
        from (
          select concat_ws(' ', 'Schedule of', left(r.name, 200), case when g.number > 1 then format('(%s)', g.number) end) as name, g.number
          from trimtab.automation_rules r
          cross join generate_series(1, 1000) g (number)
          where r.org_id = v_org_id and r.id = new.rule_id
        ) n
        where not exists (select from trimtab.scheduled_jobs j where j.org_id = v_org_id and j.name = n.name)
        order by n.number
        limit 1), 'Schedule of a rule');
      v_document := jsonb_build_object('status', case when coalesce(new.enabled, true) then 'active' else 'paused' end);
    else
      v_name := new.name;
      v_document := trimtab.schedule_document(trimtab.find_schedule(v_org_id, old.schedule_id))
        - array['starts_at', 'ends_at']
        -- What changes of the clocks do follows from what is new.
        - case when (new.frequency, new.cron_expression) is distinct from (old.frequency, old.cron_expression)
            then array['on_gap', 'on_overlap'] else '{}' end
        || case when new.enabled is distinct from old.enabled
             then jsonb_build_object('status', case when new.enabled then 'active' else 'paused' end) else '{}' end;
    end if;
    new.schedule_id := trimtab.save_schedule(
      v_document || jsonb_strip_nulls(jsonb_build_object(
        'name', v_name, 'job', 'rule', 'rule', new.rule_id, 'timing', v_timing, 'time_zone', v_zone,
        'starts_at', case when new.frequency is distinct from 'once' then to_char(new.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end,
        'ends_at', to_char(new.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))),
      case when tg_op = 'UPDATE' then old.schedule_id end);
  end if;
  select s.* into new from trimtab.automation_schedules s where s.org_id = v_org_id and s.schedule_id = new.schedule_id;
  return new;
end
$$;
comment on function trimtab.write_automation_schedule() is
  'INSTEAD OF trigger of automation_schedules: inserts and updates go through save_schedule() (policies that the view does not show stay), enabled alone through set_schedule_status(), deletes through remove_schedule(). A new one is called Schedule of <rule> unless name says otherwise. Errors: those of these functions, TT004 another organization''s, TT032 a column that the system keeps.';
