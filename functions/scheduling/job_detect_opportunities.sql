create or replace function trimtab.job_detect_opportunities(p_org_id uuid, p_arguments jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('found', trimtab.store_detected_opportunities(p_org_id, (p_context ->> 'as_of')::timestamptz));
end
$$;
comment on function trimtab.job_detect_opportunities(uuid, jsonb, jsonb) is
  'Handler of schedules that look for opportunities: store_detected_opportunities(). Returns {found}: how many are new.';
grant execute on function trimtab.job_detect_opportunities(uuid, jsonb, jsonb) to trimtab_definer;
