create or replace function trimtab.set_rule_status(p_rule_id uuid, p_status text, p_reason text default null)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: rules are written through the functions of this room only.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
  v_rule trimtab.automation_rules;
begin
  perform trimtab.lock_organization(v_org_id);
  v_rule := trimtab.find_rule(v_org_id, p_rule_id, true);
  if p_status is null or p_status not in ('active', 'shadow', 'paused', 'archived') then
    raise exception 'a rule cannot be %', coalesce(p_status, 'null')
      using errcode = 'TT030',
            detail = format('status: found %s, allowed: active, shadow, paused, archived.', coalesce(p_status, 'nothing')),
            hint = 'active acts, shadow decides and records only, paused does neither, archived is gone from the lists.';
  end if;
  perform trimtab.require_rule_role(v_rule.status, p_status);
  if v_rule.status = p_status then
    return v_rule.version;
  end if;
  v_rule.status := p_status;
  v_rule.document := v_rule.document || jsonb_build_object('status', p_status);
  perform trimtab.store_rule(
    v_org_id, p_rule_id, v_rule,
    array(select row(t.*)::trimtab.rule_terms from trimtab.rule_terms t where t.org_id = v_org_id and t.rule_id = p_rule_id),
    nullif(btrim(p_reason), ''));
  return v_rule.version + 1;
end
$$;
comment on function trimtab.set_rule_status(uuid, text, text) is
  'Takes a rule to active, shadow, paused or archived (and out of the archive again) as a version of its own; what it says stays. Nothing is written where it is so already. Role analyst from shadow to archived, else manager. Returns the rule''s version. Errors: TT001–TT003, TT030, TT031, 23505 the name was given to another one meanwhile.';
alter function trimtab.set_rule_status(uuid, text, text) owner to trimtab_definer;
grant execute on function trimtab.set_rule_status(uuid, text, text) to trimtab_user, trimtab_engine;
