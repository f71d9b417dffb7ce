create or replace function trimtab.automation_stop(p_org_id uuid)
  returns text
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select case
    when trimtab.system_stop() is not null then trimtab.system_stop()
    when (select g.autopilot_enabled from trimtab.guardrails g where g.org_id = p_org_id) is not true
      then 'The autopilot is switched off (guardrails.autopilot_enabled).'
  end
$$;
comment on function trimtab.automation_stop(uuid) is
  'Why automation stands still for an organization: the system''s stop, its own, or no guardrails; null while it does not.';
grant execute on function trimtab.automation_stop(uuid) to trimtab_user, trimtab_engine, trimtab_definer;
