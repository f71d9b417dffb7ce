create or replace function trimtab.tick_triggers(p_org_id uuid, p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: writes firings and carries out targets, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_retry record;
  v_ready record;
  v_status text;
  v_count integer := 0;
begin
  -- Lock order: the organization's row first. Whoever has it does what is to be done; nobody waits here.
  perform from trimtab.organizations o
  where o.org_id = p_org_id and o.archived_at is null
  for no key update skip locked;
  if not found then
    return 0;
  end if;
  perform trimtab.release_held_matches(p_org_id, p_as_of);
  for v_retry in
    select f.id, f.trigger_id
    from trimtab.trigger_firings f
    join trimtab.triggers t on t.org_id = f.org_id and t.id = f.trigger_id and t.status = 'active'
    where f.org_id = p_org_id and f.status = 'retrying' and f.retry_at <= p_as_of
    order by f.retry_at, f.id
    limit p_limit
  loop
    v_count := v_count + 1;
    v_status := trimtab.fire_trigger(p_org_id, v_retry.trigger_id, '{}', p_as_of, v_retry.id);
    -- The time for all of this is over: what was done stays, and the rest follows in the next tick.
    if v_status = 'stopped' then
      return v_count;
    end if;
  end loop;
  for v_ready in
    select r.trigger_id, r.event_ids, r.first_at, r.last_at, r.is_suppressed
    from trimtab.ready_firings(p_org_id, p_as_of, p_limit - v_count) r
  loop
    if v_ready.is_suppressed then
      delete from trimtab.trigger_matches m
      where m.org_id = p_org_id and m.trigger_id = v_ready.trigger_id and m.event_id = any (v_ready.event_ids);
      perform trimtab.record_suppressed(
        p_org_id, v_ready.trigger_id, 'rate_limit', v_ready.event_ids, v_ready.first_at, v_ready.last_at, p_as_of);
    else
      v_status := trimtab.fire_trigger(p_org_id, v_ready.trigger_id, v_ready.event_ids, p_as_of);
    end if;
    v_count := v_count + 1;
    exit when v_status = 'stopped';
  end loop;
  return v_count;
end
$$;
comment on function trimtab.tick_triggers(uuid, timestamptz, integer) is
  'Part of the tick: fires triggers of one organization with the events that wait for them, and those again that failed and whose time has come. At most p_limit times; returns how often. Takes the organization''s lock where it is free; where another has it, returns 0. For the engine.';
alter function trimtab.tick_triggers(uuid, timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.tick_triggers(uuid, timestamptz, integer) to trimtab_engine;
