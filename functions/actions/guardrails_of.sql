create or replace function trimtab.guardrails_of(p_org_id uuid)
  returns trimtab.guardrails
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select g from trimtab.guardrails g where g.org_id = p_org_id
$$;
comment on function trimtab.guardrails_of(uuid) is
  'The bounds of an organization''s automatic actions. A null row where there are none or the caller may not see them: then nothing is to be done automatically.';
grant execute on function trimtab.guardrails_of(uuid) to trimtab_user, trimtab_engine, trimtab_definer;
