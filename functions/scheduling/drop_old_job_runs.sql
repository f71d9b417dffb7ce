create or replace function trimtab.drop_old_job_runs(p_org_id uuid, p_before timestamptz, p_limit integer)
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
  delete from trimtab.job_runs x
  where x.org_id = p_org_id
    and x.id in (
      select o.id from trimtab.job_runs o where o.org_id = p_org_id and o.completed_at < p_before limit p_limit);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.drop_old_job_runs(uuid, timestamptz, integer) is
  'Deletes up to p_limit runs of an organization''s schedules that were over before p_before; returns how many. For the clockwork (tick_retention()).';
alter function trimtab.drop_old_job_runs(uuid, timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.drop_old_job_runs(uuid, timestamptz, integer) to trimtab_engine;
