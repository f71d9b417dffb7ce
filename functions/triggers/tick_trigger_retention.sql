create or replace function trimtab.tick_trigger_retention(p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: deletes across tenants what is kept no longer, which no caller may. For the engine.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_firings_before timestamptz := p_as_of - (
    select make_interval(days => (s.value #>> '{}')::integer) from trimtab.settings s where s.name = 'trigger_firings_kept_days');
  v_measurements_before timestamptz := p_as_of - (
    select make_interval(days => (s.value #>> '{}')::integer) from trimtab.settings s where s.name = 'measurements_kept_days');
  v_count integer;
  v_more integer;
begin
  with old as (
    select f.org_id, f.id
    from trimtab.trigger_firings f
    where f.fired_at < v_firings_before and f.status not in ('running', 'retrying')
    order by f.org_id, f.id
    limit p_limit
    for update skip locked
  )
  delete from trimtab.trigger_firings f using old o where f.org_id = o.org_id and f.id = o.id;
  get diagnostics v_count = row_count;
  with old as (
    select m.org_id, m.subject_type, m.subject_id, m.metric, m.measured_at
    from trimtab.measurements m
    where m.measured_at < v_measurements_before
    order by m.org_id, m.subject_type, m.subject_id, m.metric, m.measured_at
    limit p_limit - v_count
    for update skip locked
  )
  delete from trimtab.measurements m
  using old o
  where m.org_id = o.org_id and m.subject_type = o.subject_type and m.subject_id = o.subject_id and m.metric = o.metric
    and m.measured_at = o.measured_at;
  get diagnostics v_more = row_count;
  return v_count + v_more;
end
$$;
comment on function trimtab.tick_trigger_retention(timestamptz, integer) is
  'Part of the tick: deletes firings and measurements that are older than the settings trigger_firings_kept_days and measurements_kept_days, at most p_limit, and returns how many. The latest value of each measure stays. For the engine.';
alter function trimtab.tick_trigger_retention(timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.tick_trigger_retention(timestamptz, integer) to trimtab_engine;
