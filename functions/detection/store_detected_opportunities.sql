create or replace function trimtab.store_detected_opportunities(p_org_id uuid, p_run_at timestamptz)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody else may write opportunities. Callers are the engine and definer functions, which answer for p_org_id.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  perform trimtab.lock_organization(p_org_id);
  return (
    select count(*)
    from trimtab.keep_opportunities(
      p_org_id,
      (select coalesce(jsonb_agg(to_jsonb(f)), '[]') from trimtab.find_opportunities(p_org_id, p_run_at) f),
      p_run_at) k
    where k.is_new
  );
end
$$;
comment on function trimtab.store_detected_opportunities(uuid, timestamptz) is
  'Looks for opportunities of an organization as of p_run_at and keeps them; the number of new ones. Again on the same facts it writes nothing. For the engine. Errors: as find_opportunities().';
alter function trimtab.store_detected_opportunities(uuid, timestamptz) owner to trimtab_definer;
grant execute on function trimtab.store_detected_opportunities(uuid, timestamptz) to trimtab_engine, trimtab_definer;
