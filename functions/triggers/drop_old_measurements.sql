create or replace function trimtab.drop_old_measurements(p_org_id uuid, p_before timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody deletes these rows but the clockwork.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  delete from trimtab.measurements x
  where x.org_id = p_org_id
    and (x.subject_type, x.subject_id, x.metric, x.measured_at) in (
      select o.subject_type, o.subject_id, o.metric, o.measured_at
      from trimtab.measurements o
      where o.org_id = p_org_id and o.measured_at < p_before
      limit p_limit);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.drop_old_measurements(uuid, timestamptz, integer) is
  'Deletes up to p_limit measurements of an organization from before p_before; returns how many. The latest value of each measure stays in latest_measurements. For the clockwork (tick_retention()).';
alter function trimtab.drop_old_measurements(uuid, timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.drop_old_measurements(uuid, timestamptz, integer) to trimtab_engine;
