create or replace function trimtab.save_trigger(p_document jsonb)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: triggers are written through the functions of this room only, so that each stored one can be matched.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
declare
  v_org_id uuid := trimtab.require_org('manager');
  v_now timestamptz := trimtab.clock();
  v_new trimtab.triggers;
  v_old trimtab.triggers;
  v_compiled record;
  v_faults text[];
begin
  perform trimtab.lock_organization(v_org_id);
  select c.compiled, c.faults into v_compiled from trimtab.compile_trigger(v_org_id, p_document) c;
  v_new := v_compiled.compiled;
  v_faults := v_compiled.faults;
  if v_faults <> '{}' then
    raise exception 'the trigger is not valid (faults: %)', cardinality(v_faults)
      using errcode = 'TT077',
            detail = array_to_string(v_faults, E'\n'),
            hint = '{"name": "…", "event": {"type": "mention.received", "condition": "$.sentiment < -0.5"}, "target": {"type": "alert"}}';
  end if;
  select t.* into v_old from trimtab.triggers t where t.org_id = v_org_id and t.name = v_new.name;
  v_new.id := coalesce(v_old.id, gen_random_uuid());
  if v_old.id is not null and not v_new.document ? 'status' then
    v_new.status := v_old.status;
  end if;
  if v_old.document = v_new.document and v_old.status = v_new.status then
    return v_old.id;
  end if;
  insert into trimtab.triggers (
    org_id, id, name, description, status, document, source, event_type, subject_type, subject_id, condition, filter_path,
    filter_operator, filter_value, metric, metric_window, test, operator, level, hysteresis, change_amount, is_percent, direction, since, milestone_every, milestone_levels,
    rate_limit_count, rate_limit_seconds, debounce_seconds, longest_wait_seconds, batch_events, batch_seconds, target_code, target,
    created_by, created_at, updated_at)
  values (
    v_org_id, v_new.id, v_new.name, v_new.description, v_new.status, v_new.document, v_new.source, v_new.event_type,
    v_new.subject_type, v_new.subject_id, v_new.condition, v_new.filter_path, v_new.filter_operator, v_new.filter_value, v_new.metric, v_new.metric_window, v_new.test, v_new.operator, v_new.level,
    v_new.hysteresis, v_new.change_amount, v_new.is_percent, v_new.direction, v_new.since, v_new.milestone_every,
    v_new.milestone_levels, v_new.rate_limit_count, v_new.rate_limit_seconds, v_new.debounce_seconds, v_new.longest_wait_seconds,
    v_new.batch_events, v_new.batch_seconds, v_new.target_code, v_new.target, trimtab.current_user_id(), v_now, v_now)
  on conflict on constraint triggers_pkey do update
  set description = excluded.description, status = excluded.status, document = excluded.document, source = excluded.source,
      event_type = excluded.event_type, subject_type = excluded.subject_type, subject_id = excluded.subject_id,
      condition = excluded.condition, filter_path = excluded.filter_path, filter_operator = excluded.filter_operator,
      filter_value = excluded.filter_value, metric = excluded.metric, metric_window = excluded.metric_window, test = excluded.test,
      operator = excluded.operator, level = excluded.level, hysteresis = excluded.hysteresis,
      change_amount = excluded.change_amount, is_percent = excluded.is_percent, direction = excluded.direction,
      since = excluded.since, milestone_every = excluded.milestone_every, milestone_levels = excluded.milestone_levels,
      rate_limit_count = excluded.rate_limit_count, rate_limit_seconds = excluded.rate_limit_seconds,
      debounce_seconds = excluded.debounce_seconds, longest_wait_seconds = excluded.longest_wait_seconds,
      batch_events = excluded.batch_events, batch_seconds = excluded.batch_seconds, target_code = excluded.target_code,
      target = excluded.target, updated_at = excluded.updated_at;
  if v_new.source = 'metric' and v_new.status = 'active'
    and (v_old.status is distinct from 'active' or v_old.document -> 'metric' is distinct from v_new.document -> 'metric')
  then
    perform trimtab.refresh_signals(v_org_id);
    perform trimtab.baseline_trigger(v_org_id, v_new.id);
  elsif v_new.source = 'event' then
    delete from trimtab.trigger_states s where s.org_id = v_org_id and s.trigger_id = v_new.id;
  end if;
  return v_new.id;
end
$$;
comment on function trimtab.save_trigger(jsonb) is
  'Creates a trigger of the caller''s organization, or replaces the one of the same name (role manager), and returns its id. {name, description, status, event {type, subject_type, subject_id, condition} or metric {metric, window, subject_type, subject_id, threshold | change | milestone}, rate_limit {count, seconds}, debounce {seconds, longest_seconds}, batch {events, seconds}, target {type, …}}. A trigger that watches a metric takes what there is as known. A replaced one stays active or paused where nothing is said; the same document again writes nothing. Errors: TT001–TT003, TT077 not valid (every fault), 55P03 when another holds the organization for five seconds.';
alter function trimtab.save_trigger(jsonb) owner to trimtab_definer;
grant execute on function trimtab.save_trigger(jsonb) to trimtab_user, trimtab_engine;
create or replace trigger audit after insert or update or delete on trimtab.triggers
  for each row execute function trimtab.write_audit('trigger', 'id', 'fired_count,failed_count,suppressed_count,last_fired_at,last_error,last_error_at,updated_at');
