create or replace function trimtab.save_rule(
  p_org_id uuid,
  p_rule_id uuid,
  p_name text,
  p_rule_type text,
  p_condition jsonb,
  p_action jsonb,
  p_priority integer default 50,
  p_status text default 'active',
  p_description text default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: rules are written through this function only, so that each stored one is compiled and each change is a version.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_rule trimtab.automation_rules;
  v_compiled record;
  v_faults text[] := '{}';
  v_detail text;
begin
  if p_org_id is distinct from trimtab.require_org('manager') then
    raise exception 'rules are saved for the organization of the session only'
      using errcode = 'TT004',
            detail = format('%s is not it.', coalesce(p_org_id::text, 'null')),
            hint = 'Give trimtab.current_org_id().';
  end if;
  if p_name is null or btrim(p_name) = '' then
    v_faults := v_faults || 'rule_name: found nothing, allowed: a name.'::text;
  end if;
  if p_priority is null then
    v_faults := v_faults || 'priority: found nothing, allowed: a whole number.'::text;
  end if;
  if p_status is null or p_status not in ('active', 'paused', 'archived') then
    v_faults := v_faults || format('status: found %s, allowed: active, paused, archived.', coalesce(p_status, 'nothing'));
  end if;
  begin
    perform trimtab.check_action(p_rule_type, p_action);
  exception when sqlstate 'TT030' then
    get stacked diagnostics v_detail = pg_exception_detail;
    v_faults := v_faults || string_to_array(v_detail, E'\n');
  end;
  begin
    select * into v_compiled from trimtab.compile_condition(p_condition);
  exception when sqlstate 'TT030' then
    get stacked diagnostics v_detail = pg_exception_detail;
    v_faults := v_faults || string_to_array(v_detail, E'\n');
  end;
  if v_faults <> '{}' then
    raise exception 'the rule is not valid (faults: %)', cardinality(v_faults)
      using errcode = 'TT030',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'For example condition {"metric": "roi", "operator": "<", "threshold": 0.5, "min_spend": 50}, action {"type": "auto_pause"}.';
  end if;
  perform trimtab.lock_organization(p_org_id);

  if p_rule_id is null then
    insert into trimtab.automation_rules (
      org_id, name, description, rule_type, status, priority, condition, action, signal_positions, bounds,
      created_by, created_at, updated_at)
    values (
      p_org_id, p_name, p_description, p_rule_type, p_status, p_priority, p_condition, p_action,
      v_compiled.signal_positions, v_compiled.bounds, trimtab.current_user_id(), v_now, v_now)
    returning * into v_rule;
  else
    select * into v_rule
    from trimtab.automation_rules r
    where r.org_id = p_org_id and r.id = p_rule_id and r.status <> 'archived';
    if not found then
      raise exception 'there is no rule % in this organization', p_rule_id
        using errcode = 'TT031', hint = 'select id, rule_name from trimtab.autonomous_rules;';
    end if;
    update trimtab.automation_rules r
    set name = p_name, description = coalesce(p_description, r.description), rule_type = p_rule_type, status = p_status,
        priority = p_priority, condition = p_condition, action = p_action,
        signal_positions = v_compiled.signal_positions, bounds = v_compiled.bounds,
        version = r.version + 1, updated_at = v_now
    where r.org_id = p_org_id and r.id = p_rule_id
      and (r.name, r.rule_type, r.status, r.priority, r.condition, r.action, r.description)
          is distinct from (p_name, p_rule_type, p_status, p_priority, p_condition, p_action, coalesce(p_description, r.description))
    returning * into v_rule;
    if not found then
      return p_rule_id;
    end if;
  end if;

  insert into trimtab.rule_versions (org_id, rule_id, version, document, changed_by, login, valid_from)
  values (p_org_id, v_rule.id, v_rule.version, trimtab.rule_document(v_rule), trimtab.current_user_id(), session_user, v_now);
  return v_rule.id;
end
$$;
comment on function trimtab.save_rule(uuid, uuid, text, text, jsonb, jsonb, integer, text, text) is
  'Creates (p_rule_id null) or changes a rule of the caller''s organization; role manager. Compiles it and writes an immutable version; saving it unchanged writes nothing. Returns the rule''s id. Errors: TT004 another organization, TT030 not valid (every fault of all its parts), TT031 unknown, 23505 the name is taken.';
alter function trimtab.save_rule(uuid, uuid, text, text, jsonb, jsonb, integer, text, text) owner to trimtab_definer;
grant execute on function trimtab.save_rule(uuid, uuid, text, text, jsonb, jsonb, integer, text, text) to trimtab_user, trimtab_engine;
create or replace trigger audit after insert or update or delete on trimtab.automation_rules
  for each row execute function trimtab.write_audit('rule', 'id', 'signal_positions,bounds,updated_at');
