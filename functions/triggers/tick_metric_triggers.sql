create or replace function trimtab.tick_metric_triggers(p_org_id uuid, p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: writes what triggers know and the journal, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_triggers uuid[];
  v_trigger_id uuid;
  v_subjects uuid[];
  v_count integer;
  v_is_done boolean := false;
  v_code text;
  v_message text;
begin
  -- Lock order: the organization's row first. Whoever has it does what is to be done; nobody waits here.
  perform from trimtab.organizations o
  where o.org_id = p_org_id and o.archived_at is null
  for no key update skip locked;
  if not found then
    return 0;
  end if;
  v_triggers := array(
    select t.id from trimtab.triggers t
    where t.org_id = p_org_id and t.source = 'metric' and t.status = 'active' order by t.id);
  if exists (select from trimtab.triggers t where t.org_id = p_org_id and t.id = any (v_triggers) and t.subject_type = 'campaign') then
    perform trimtab.refresh_signals(p_org_id);
  end if;
  with oldest as (
    select m.id from trimtab.metric_marks m where m.org_id = p_org_id order by m.id limit p_limit for update skip locked
  ), taken as (
    delete from trimtab.metric_marks m
    using oldest o
    where m.org_id = p_org_id and m.id = o.id
    returning m.subject_id
  )
  select count(*), array_agg(distinct t.subject_id) into v_count, v_subjects from taken t;
  if v_count = 0 or v_triggers = '{}' then
    return v_count;
  end if;
  -- The blocks isolate failures: all at once where that goes well, else each trigger on its own.
  begin
    perform trimtab.judge_metric_triggers(p_org_id, v_triggers, v_subjects, p_as_of);
    v_is_done := true;
  exception
    when serialization_failure then
      raise;
    when query_canceled or assert_failure or others then
      get stacked diagnostics v_code = returned_sqlstate;
      if v_code = '57014' then
        raise;
      end if;
  end;
  if not v_is_done then
    foreach v_trigger_id in array v_triggers loop
      begin
        perform trimtab.judge_metric_triggers(p_org_id, array[v_trigger_id], v_subjects, p_as_of);
      exception
        when serialization_failure then
          raise;
        when assert_failure or others then
          get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
          insert into trimtab.trigger_firings (
            org_id, trigger_id, trigger_name, status, event_count, target_code, error_code, error_message, fired_at, completed_at)
          select p_org_id, t.id, t.name, 'failed', 0, t.target_code, v_code, v_message, p_as_of, p_as_of
          from trimtab.triggers t
          where t.org_id = p_org_id and t.id = v_trigger_id;
          update trimtab.triggers t
          set failed_count = t.failed_count + 1, last_error = v_message, last_error_at = p_as_of
          where t.org_id = p_org_id and t.id = v_trigger_id;
      end;
    end loop;
  end if;
  return v_count;
end
$$;
comment on function trimtab.tick_metric_triggers(uuid, timestamptz, integer) is
  'Part of the tick: lets triggers that watch metrics look at subjects whose measures changed. At most p_limit marks of them at a time; returns how many. Those that fire write an event to the journal. One that cannot be judged is recorded and costs the others nothing. Takes the organization''s lock where it is free; where another has it, returns 0. For the engine.';
alter function trimtab.tick_metric_triggers(uuid, timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.tick_metric_triggers(uuid, timestamptz, integer) to trimtab_engine;
