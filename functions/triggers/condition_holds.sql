create or replace function trimtab.condition_holds(p_payload jsonb, p_condition jsonpath)
  returns boolean
  language plpgsql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return coalesce(p_payload @@ p_condition, p_condition is null);
exception when others then
  -- The operator is silent about most of what cannot be answered, not about all of it (dates with and without a zone).
  return false;
end
$$;
comment on function trimtab.condition_holds(jsonb, jsonpath) is
  'Whether a condition holds for a payload; without a condition it does, and where it cannot be answered it does not. Never raises.';
grant execute on function trimtab.condition_holds(jsonb, jsonpath) to trimtab_user, trimtab_engine, trimtab_definer;
