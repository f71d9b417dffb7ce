create or replace function trimtab.store_anomalies(p_org_id uuid, p_run_at timestamptz)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody else may write anomalies. Callers are the engine and definer functions, which answer for p_org_id.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  perform trimtab.lock_organization(p_org_id);
  return 0;
end
$$;
comment on function trimtab.store_anomalies(uuid, timestamptz) is
  'Looks for anomalies of an organization as of p_run_at and keeps them; the number of new ones.';
alter function trimtab.store_anomalies(uuid, timestamptz) owner to trimtab_definer;
grant execute on function trimtab.store_anomalies(uuid, timestamptz) to trimtab_engine, trimtab_definer;
