create or replace function trimtab.create_guardrails(p_org_id uuid)
  returns void
  language sql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  insert into trimtab.guardrails (org_id, updated_at) values (p_org_id, trimtab.clock())
  on conflict do nothing
$$;
comment on function trimtab.create_guardrails(uuid) is
  'Gives a new organization its guardrails with their defaults: the handler of organization_created. Called again, it changes nothing. For the system''s own functions.';
grant execute on function trimtab.create_guardrails(uuid) to trimtab_definer;
