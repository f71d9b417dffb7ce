create or replace function trimtab.drop_old_anomalies(p_org_id uuid, p_before timestamptz, p_limit integer)
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
  delete from trimtab.anomalies x
  where x.org_id = p_org_id
    and x.id in (
      select o.id from trimtab.anomalies o where o.org_id = p_org_id and o.last_found_at < p_before limit p_limit);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.drop_old_anomalies(uuid, timestamptz, integer) is
  'Deletes up to p_limit anomalies of an organization that were last found before p_before; returns how many. For the clockwork (tick_retention()).';
alter function trimtab.drop_old_anomalies(uuid, timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.drop_old_anomalies(uuid, timestamptz, integer) to trimtab_engine;
