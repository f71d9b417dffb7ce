create or replace function trimtab.job_measure_effects(p_org_id uuid, p_arguments jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('measured', trimtab.measure_organization_impact(p_org_id, (p_context ->> 'as_of')::timestamptz));
end
$$;
comment on function trimtab.job_measure_effects(uuid, jsonb, jsonb) is
  'Handler of schedules that measure what actions did: measure_organization_impact(). Returns {measured}: how many actions.';
grant execute on function trimtab.job_measure_effects(uuid, jsonb, jsonb) to trimtab_definer;
