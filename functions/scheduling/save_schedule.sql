create or replace function trimtab.save_schedule(p_document jsonb, p_schedule_id uuid default null)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: schedules are written through the functions of this room only, so that each stored one can be run.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_schema constant jsonb := '{
    "type": "object", "additionalProperties": false, "required": ["name", "job", "timing"],
    "properties": {
      "name": {"type": "string", "maxLength": 255}, "description": {"type": "string", "maxLength": 2000},
      "job": {"type": "string"}, "rule": {"type": "string"}, "arguments": {"type": "object"}, "timing": {"type": "object"},
      "time_zone": {"type": "string"},
      "on_gap": {"type": "string", "enum": ["shift", "skip"]}, "on_overlap": {"type": "string", "enum": ["first", "last", "both"]},
      "starts_at": {"type": "string"}, "ends_at": {"type": "string"}, "max_runs": {"type": "integer", "minimum": 1, "maximum": 1000000000},
      "timeout_seconds": {"type": "integer", "minimum": 1, "maximum": 86400},
      "missed": {"type": "string", "enum": ["skip", "last", "all"]}, "catchup_window": {"type": ["string", "object"]},
      "overlap": {"type": "string", "enum": ["skip", "buffer_one", "allow"]},
      "jitter_seconds": {"type": "integer", "minimum": 0, "maximum": 86400},
      "pause_after_failures": {"type": "integer", "minimum": 1, "maximum": 1000000},
      "status": {"type": "string", "enum": ["active", "paused"]}}}';
  v_org_id uuid := trimtab.require_org('manager');
  v_now timestamptz := trimtab.clock();
  v_document jsonb := trimtab.read_schedule(p_document);
  v_faults text[];
  v_old trimtab.scheduled_jobs;
  v_new trimtab.scheduled_jobs;
  v_rule record;
  v_read record;
begin
  perform trimtab.lock_organization(v_org_id);
  v_faults := trimtab.schema_faults(c_schema, v_document, 'schedule');
  if jsonb_typeof(v_document) is distinct from 'object' then
    v_document := '{}';
  end if;
  if p_schedule_id is null then
    select j.* into v_old from trimtab.scheduled_jobs j
    where j.org_id = v_org_id and j.name = btrim(v_document ->> 'name');
  else
    v_old := trimtab.find_schedule(v_org_id, p_schedule_id);
  end if;
  if v_old.id is not null then
    perform from trimtab.scheduled_jobs j where j.org_id = v_org_id and j.id = v_old.id for no key update;
    v_old := trimtab.find_schedule(v_org_id, v_old.id);
  end if;

  v_new := v_old;
  v_new.name := btrim(v_document ->> 'name');
  v_new.description := nullif(btrim(v_document ->> 'description'), '');
  v_new.handler := v_document ->> 'job';
  v_new.arguments := case jsonb_typeof(v_document -> 'arguments') when 'object' then v_document -> 'arguments' else '{}' end;
  v_new.timing := v_document -> 'timing';
  v_new.rule_id := null;
  if v_new.name = '' then
    v_faults := array_append(v_faults, 'schedule.name: found nothing but blanks, allowed: a name.');
  end if;
  if exists (
    select from trimtab.scheduled_jobs j where j.org_id = v_org_id and j.name = v_new.name and j.id is distinct from v_old.id)
  then
    v_faults := array_append(v_faults, format('schedule.name: found %s, which another schedule has.', to_jsonb(v_new.name)));
  end if;

  -- What runs.
  if v_new.handler is not null then
    v_faults := v_faults || trimtab.job_faults(v_org_id, v_new.handler, v_new.arguments);
  end if;
  if (v_document ? 'rule') <> coalesce(v_new.handler = 'rule', false) then
    v_faults := array_append(v_faults, case
      when v_document ? 'rule' then format('schedule.rule: found %s, allowed only with the job rule.', v_document -> 'rule')
      else 'schedule.rule: found nothing, allowed: the name or the id of a rule.' end);
  elsif v_document ? 'rule' then
    select r.id, r.name, r.trigger_kind into v_rule
    from trimtab.automation_rules r
    where r.org_id = v_org_id and r.status <> 'archived' and (r.name = v_document ->> 'rule' or r.id::text = lower(v_document ->> 'rule'))
    order by r.name = v_document ->> 'rule' desc
    limit 1;
    if not found then
      v_faults := array_append(v_faults, format('schedule.rule: found %s, allowed: the name or the id of a rule that is not archived.', v_document -> 'rule'));
    elsif v_rule.trigger_kind <> 'manual' then
      v_faults := array_append(v_faults, format(
        'schedule.rule: found "%s", which is judged %s, allowed: a rule with the trigger manual. select trimtab.change_rule(%L, ''{"trigger": {"on": "manual"}}'').',
        v_rule.name, case v_rule.trigger_kind when 'event' then 'when its event comes' else 'by every run of the autopilot as well' end, v_rule.id));
    end if;
    v_new.rule_id := v_rule.id;
  end if;

  -- When.
  v_new.time_zone := (select o.time_zone from trimtab.organizations o where o.org_id = v_org_id);
  if v_document ->> 'time_zone' is not null then
    begin
      v_new.time_zone := v_document ->> 'time_zone';
    exception when check_violation or invalid_parameter_value then
      v_faults := array_append(v_faults, format(
        'schedule.time_zone: found %s, allowed: an IANA name such as Europe/Berlin, or UTC.', v_document -> 'time_zone'));
    end;
  end if;
  v_new.starts_at := trimtab.read_moment(v_document ->> 'starts_at', v_new.time_zone);
  v_new.ends_at := trimtab.read_moment(v_document ->> 'ends_at', v_new.time_zone);
  v_faults := v_faults || array_remove(array[
    case when v_document ? 'starts_at' and v_new.starts_at is null
      then format('schedule.starts_at: found %s, allowed: a time such as "2026-12-01 09:00" (local) or "2026-12-01T09:00Z".', v_document -> 'starts_at') end,
    case when v_document ? 'ends_at' and v_new.ends_at is null
      then format('schedule.ends_at: found %s, allowed: a time such as "2026-12-01 09:00" (local) or "2026-12-01T09:00Z".', v_document -> 'ends_at') end,
    case when v_new.ends_at <= coalesce(v_new.starts_at, v_now) and (v_old.ends_at is distinct from v_new.ends_at or v_new.ends_at <= v_new.starts_at)
      then format('schedule.ends_at: found %s, allowed: a time after %s.', v_document -> 'ends_at', coalesce(v_document ->> 'starts_at', 'now')) end
  ], null);
  v_new.plans := '{}';
  v_new.cron := null;
  v_new.event_type := null;
  v_new.event_delay := null;
  if jsonb_typeof(v_new.timing) = 'object' then
    v_read := trimtab.read_timing(v_new.timing, 'schedule.timing');
    if v_read.timing ? 'every' and not v_read.timing ? 'starts_at' and v_new.starts_at is not null then
      -- What counts from somewhere counts from where it starts.
      v_read := trimtab.read_timing(v_read.timing || jsonb_build_object(
        'starts_at', to_char(v_new.starts_at at time zone v_new.time_zone, 'YYYY-MM-DD HH24:MI')), 'schedule.timing');
    end if;
    v_faults := v_faults || v_read.faults;
    v_new.timing := coalesce(v_read.timing, v_new.timing);
    v_new.plans := v_read.plans;
    v_new.cron := v_read.timing ->> 'cron';
    if v_read.timing ->> 'frequency' = 'relative' then
      v_new.event_type := v_read.timing ->> 'event';
      v_new.event_delay := trimtab.read_duration(v_read.timing -> 'after');
      if v_new.handler = 'emit_event' and v_new.arguments ->> 'event' = v_new.event_type then
        v_faults := array_append(v_faults, 'arguments.event: found the event after which it runs, allowed: another one.');
      end if;
    end if;
  end if;
  v_new.on_gap := coalesce(v_document ->> 'on_gap', case when trimtab.is_hourly(v_new.plans) then 'skip' else 'shift' end);
  v_new.on_overlap := coalesce(v_document ->> 'on_overlap', case when trimtab.is_hourly(v_new.plans) then 'both' else 'first' end);

  -- How.
  v_new.catchup_window := interval '24 hours';
  if v_document ? 'catchup_window' then
    v_new.catchup_window := trimtab.read_duration(v_document -> 'catchup_window');
    if v_new.catchup_window is null or v_new.catchup_window <= interval '0' then
      v_faults := array_append(v_faults, format(
        'schedule.catchup_window: found %s, allowed: a length of time such as "6 hours".', v_document -> 'catchup_window'));
    end if;
  end if;
  if v_faults = '{}' then
    v_new.max_runs := (v_document ->> 'max_runs')::numeric;
    v_new.timeout_seconds := coalesce((v_document ->> 'timeout_seconds')::numeric, 300);
    v_new.missed := coalesce(v_document ->> 'missed', 'last');
    v_new.overlap := coalesce(v_document ->> 'overlap', 'skip');
    v_new.jitter_seconds := coalesce((v_document ->> 'jitter_seconds')::numeric, 0);
    v_new.pause_after_failures := (v_document ->> 'pause_after_failures')::numeric;
    v_new.status := coalesce(v_document ->> 'status', case when v_old.status = 'completed' then 'active' else v_old.status end, 'active');

    -- A change of what it does leaves its next run alone.
    if (v_old.plans, v_old.event_type, v_old.time_zone, v_old.on_gap, v_old.on_overlap, v_old.starts_at, v_old.ends_at, v_old.max_runs, v_old.status)
       is distinct from
       (v_new.plans, v_new.event_type, v_new.time_zone, v_new.on_gap, v_new.on_overlap, v_new.starts_at, v_new.ends_at, v_new.max_runs, v_new.status)
    then
      -- What was due before the change is due as it was.
      perform trimtab.settle_slots(v_org_id, v_old.id, v_now);
      v_new.settled_until := v_now;
      v_new.next_run_at := null;
      if v_new.status = 'active' and v_new.event_type is null then
        v_new.next_run_at := trimtab.next_slot(
          v_new.plans, v_new.time_zone, v_now, v_new.on_gap, v_new.on_overlap, v_new.starts_at, v_new.ends_at);
        if v_new.next_run_at is null then
          v_faults := array_append(v_faults, format(
            'schedule.timing: found %s, after which there is no run%s.', v_new.timing,
            case when v_new.ends_at is not null then ' before ends_at' else ' any more' end));
        end if;
      end if;
      if v_old.run_count >= v_new.max_runs then
        v_faults := array_append(v_faults, format('schedule.max_runs: found %s, but it has run %s times.', v_new.max_runs, v_old.run_count));
      end if;
      if v_old.status is distinct from v_new.status then
        v_new.consecutive_failures := 0;
      end if;
    end if;
  end if;
  if v_faults <> '{}' then
    raise exception 'the schedule is not valid (faults: %)', cardinality(v_faults)
      using errcode = 'TT073',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'select trimtab.save_schedule(''{"name": "Monday nine", "job": "autopilot_run", "timing": {"frequency": "weekly", "days_of_week": ["mon"], "at": "09:00"}, "time_zone": "America/New_York"}'').';
  end if;
  v_new.next_run_wall := v_new.next_run_at at time zone v_new.time_zone;

  if v_old.id is null then
    v_new.id := gen_random_uuid();
    insert into trimtab.scheduled_jobs (
      org_id, id, name, description, handler, rule_id, arguments, timing, plans, cron, event_type, event_delay, time_zone, on_gap,
      on_overlap, starts_at, ends_at, max_runs, timeout_seconds, missed, catchup_window, overlap, jitter_seconds,
      pause_after_failures, status, settled_until, next_run_at, next_run_wall, created_by, created_at, updated_at)
    values (
      v_org_id, v_new.id, v_new.name, v_new.description, v_new.handler, v_new.rule_id, v_new.arguments, v_new.timing, v_new.plans,
      v_new.cron, v_new.event_type, v_new.event_delay, v_new.time_zone, v_new.on_gap, v_new.on_overlap, v_new.starts_at,
      v_new.ends_at, v_new.max_runs, v_new.timeout_seconds, v_new.missed, v_new.catchup_window, v_new.overlap,
      v_new.jitter_seconds, v_new.pause_after_failures, v_new.status, v_new.settled_until, v_new.next_run_at,
      v_new.next_run_wall, trimtab.current_user_id(), v_now, v_now);
  else
    update trimtab.scheduled_jobs j
    set name = v_new.name, description = v_new.description, handler = v_new.handler, rule_id = v_new.rule_id,
        arguments = v_new.arguments, timing = v_new.timing, plans = v_new.plans, cron = v_new.cron, event_type = v_new.event_type,
        event_delay = v_new.event_delay, time_zone = v_new.time_zone, on_gap = v_new.on_gap, on_overlap = v_new.on_overlap,
        starts_at = v_new.starts_at, ends_at = v_new.ends_at, max_runs = v_new.max_runs, timeout_seconds = v_new.timeout_seconds,
        missed = v_new.missed, catchup_window = v_new.catchup_window, overlap = v_new.overlap, jitter_seconds = v_new.jitter_seconds,
        pause_after_failures = v_new.pause_after_failures, status = v_new.status, settled_until = v_new.settled_until,
        next_run_at = v_new.next_run_at, next_run_wall = v_new.next_run_wall, consecutive_failures = v_new.consecutive_failures,
        updated_at = v_now
    where j.org_id = v_org_id and j.id = v_old.id;
  end if;
  return v_new.id;
end
$$;
comment on function trimtab.save_schedule(jsonb, uuid) is
  'Creates a schedule of the caller''s organization (role manager), or changes the one of that name (or p_schedule_id): {name, job, rule, arguments, timing, time_zone, on_gap, on_overlap, starts_at, ends_at, max_runs, timeout_seconds, missed, catchup_window, overlap, jitter_seconds, pause_after_failures, status, description}; see docs/schedules. The document takes the place of the old one, but what has run is still counted, a status that is not named stays, and a next run that the change does not touch stays; slots that were due before stay due. Other spellings: read_schedule(). Returns the schedule''s id. Errors: TT001–TT003, TT073 not valid (every fault: path, found, allowed), TT074 p_schedule_id is unknown.';
alter function trimtab.save_schedule(jsonb, uuid) owner to trimtab_definer;
grant execute on function trimtab.save_schedule(jsonb, uuid) to trimtab_user, trimtab_engine;
create or replace trigger audit after insert or delete or update of name, description, handler, rule_id, arguments, timing, time_zone, on_gap,
    on_overlap, starts_at, ends_at, max_runs, timeout_seconds, missed, catchup_window, overlap, jitter_seconds, pause_after_failures, status
  on trimtab.scheduled_jobs
  for each row execute function trimtab.write_audit('schedule', 'id', 'plans,settled_until,next_run_at,next_run_wall,last_slot_at,last_run_at,run_count,failure_count,consecutive_failures,last_error,updated_at');
