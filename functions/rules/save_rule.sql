create or replace function trimtab.save_rule(p_document jsonb, p_rule_id uuid default null, p_reason text default null)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: rules are written through the functions of this room only, so that each stored one is compiled and each change is a version.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
  v_document jsonb := p_document;
  v_old trimtab.automation_rules;
  v_new record;
  v_faults text[];
begin
  perform trimtab.lock_organization(v_org_id);
  if p_rule_id is not null then
    v_old := trimtab.find_rule(v_org_id, p_rule_id);
    perform trimtab.require_rule_role(v_old.status, 'shadow');
    -- A new rule that names no status starts in shadow; one that exists stays what it is.
    if jsonb_typeof(v_document) = 'object' and not v_document ?| array['status', 'enabled', 'is_active'] then
      v_document := v_document || jsonb_build_object('status', v_old.status);
    end if;
  end if;
  select c.rule, c.terms into v_new from trimtab.compile_rule(v_document) c;
  perform trimtab.require_rule_role(v_old.status, (v_new.rule).status);
  v_faults := trimtab.scope_faults(v_org_id, v_new.rule) || trimtab.action_faults(v_org_id, v_new.rule);
  if v_faults <> '{}' then
    raise exception 'the rule is not valid (faults: %)', cardinality(v_faults)
      using errcode = 'TT030',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'select id, title from trimtab.campaigns; select id, name from trimtab.campaign_groups;';
  end if;
  return trimtab.store_rule(v_org_id, p_rule_id, v_new.rule, v_new.terms, nullif(btrim(p_reason), ''));
end
$$;
comment on function trimtab.save_rule(jsonb, uuid, text) is
  'Creates (p_rule_id null) or replaces a rule of the caller''s organization by a document of any shape that normalize_rule() reads, compiles it and writes an immutable version with who and why (p_reason). A document without a status starts in shadow; an existing rule keeps its status. The same document again writes nothing. Role analyst while the rule is and stays in shadow, else manager. Returns the rule''s id. Errors: TT001–TT003, TT030 not valid (every fault: path, found, allowed), TT031 unknown or archived, 23505 the name is taken.';
alter function trimtab.save_rule(jsonb, uuid, text) owner to trimtab_definer;
grant execute on function trimtab.save_rule(jsonb, uuid, text) to trimtab_user, trimtab_engine;
create or replace trigger audit after insert or update or delete on trimtab.automation_rules
  for each row execute function trimtab.write_audit('rule', 'id', 'signal_positions,bounds,leaves,features,compiler,execution_count,success_count,failure_count,partial_count,shadow_count,last_executed_at,last_success_at,last_shadow_at,updated_at');
