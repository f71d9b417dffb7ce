create or replace function trimtab.add_rule_condition(
  p_rule_id uuid,
  p_condition jsonb,
  p_reason text default null,
  p_group text default 'conditions.all'
)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: takes the organization's lock, so that of two changes at once none is lost.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
  v_rule trimtab.automation_rules;
  v_group jsonb;
begin
  perform trimtab.lock_organization(v_org_id);
  v_rule := trimtab.find_rule(v_org_id, p_rule_id);
  v_group := v_rule.document #> trimtab.document_path(p_group);
  if jsonb_typeof(v_group) is distinct from 'array' then
    raise exception 'there is no group of conditions at %', coalesce(p_group, 'null')
      using errcode = 'TT030',
            detail = format('group: found %s, allowed: the path of an all or any in %s.', coalesce(p_group, 'null'), v_rule.document -> 'conditions'),
            hint = 'For example conditions.all, or conditions.all[1].any.';
  end if;
  perform trimtab.save_rule(
    jsonb_set(v_rule.document, trimtab.document_path(p_group), v_group || jsonb_build_array(p_condition)), p_rule_id, p_reason);
  return (trimtab.find_rule(v_org_id, p_rule_id)).version;
end
$$;
comment on function trimtab.add_rule_condition(uuid, jsonb, text, text) is
  'Adds a condition (or a group of them) at the end of a group of the rule, the outermost unless p_group names another. Returns the rule''s version. Errors: those of save_rule().';
alter function trimtab.add_rule_condition(uuid, jsonb, text, text) owner to trimtab_definer;
grant execute on function trimtab.add_rule_condition(uuid, jsonb, text, text) to trimtab_user, trimtab_engine;
