create or replace function trimtab.find_rule(p_org_id uuid, p_rule_id uuid, p_archived boolean default false)
  returns trimtab.automation_rules
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_rule trimtab.automation_rules;
begin
  select r.* into v_rule
  from trimtab.automation_rules r
  where r.org_id = p_org_id and r.id = p_rule_id and (p_archived or r.status <> 'archived');
  if not found then
    raise exception 'there is no rule % in this organization', coalesce(p_rule_id::text, 'null')
      using errcode = 'TT031',
            detail = case
              when exists (select from trimtab.automation_rules r where r.org_id = p_org_id and r.id = p_rule_id) then 'It is archived.'
              else 'It is unknown here.'
            end,
            hint = 'select id, rule_name from trimtab.autonomous_rules; set_rule_status() takes a rule out of the archive.';
  end if;
  return v_rule;
end
$$;
comment on function trimtab.find_rule(uuid, uuid, boolean) is
  'A rule of the organization by its id; archived ones only where p_archived. Errors: TT031.';
grant execute on function trimtab.find_rule(uuid, uuid, boolean) to trimtab_user, trimtab_engine, trimtab_definer;
