create or replace function trimtab.release_held_matches(p_org_id uuid, p_as_of timestamptz)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_group record;
  v_count integer := 0;
begin
  -- What failed with a trigger that has been paused since is not tried again.
  with stopped as (
    update trimtab.trigger_firings f
    set status = 'suppressed', reason = 'paused', retry_at = null, completed_at = p_as_of
    where f.org_id = p_org_id
      and f.status = 'retrying'
      and not exists (
        select from trimtab.triggers t where t.org_id = f.org_id and t.id = f.trigger_id and t.status = 'active')
    returning f.id, f.trigger_id, f.event_count
  ), gone as (
    delete from trimtab.trigger_matches m
    using stopped s
    where m.org_id = p_org_id and m.firing_id = s.id
  )
  update trimtab.triggers t
  set suppressed_count = t.suppressed_count + s.events
  from (select s.trigger_id, sum(s.event_count) as events from stopped s group by s.trigger_id) s
  where t.org_id = p_org_id and t.id = s.trigger_id;
  for v_group in
    with gone as (
      delete from trimtab.trigger_matches m
      where m.org_id = p_org_id
        and m.firing_id is null
        and (m.held_back is not null or not exists (
          select from trimtab.triggers t where t.org_id = m.org_id and t.id = m.trigger_id and t.status = 'active'))
      returning m.trigger_id, m.event_id, m.recorded_at, coalesce(m.held_back, 'paused') as reason
    )
    select g.trigger_id, g.reason, array_agg(g.event_id order by g.event_id) as event_ids,
      min(g.recorded_at) as first_at, max(g.recorded_at) as last_at
    from gone g
    group by g.trigger_id, g.reason
    order by g.trigger_id, g.reason
  loop
    perform trimtab.record_suppressed(
      p_org_id, v_group.trigger_id, v_group.reason, v_group.event_ids, v_group.first_at, v_group.last_at, p_as_of);
    v_count := v_count + cardinality(v_group.event_ids);
  end loop;
  return v_count;
end
$$;
comment on function trimtab.release_held_matches(uuid, timestamptz) is
  'Lets go and records what no trigger may fire with: events that it caused itself, that stand at the end of a chain, or that wait for one that was paused; of a removed one nothing is recorded. Returns how many. For the system''s own functions, under the organization''s lock.';
grant execute on function trimtab.release_held_matches(uuid, timestamptz) to trimtab_definer;
