create or replace function trimtab.remove_rule_condition(p_rule_id uuid, p_path text, p_reason text default null)
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
  v_path text[] := trimtab.document_path(p_path);
begin
  perform trimtab.lock_organization(v_org_id);
  v_rule := trimtab.find_rule(v_org_id, p_rule_id);
  if v_path[1] is distinct from 'conditions' or cardinality(v_path) < 3 or v_rule.document #> v_path is null then
    raise exception 'there is no condition at %', coalesce(p_path, 'null')
      using errcode = 'TT030',
            detail = format('path: found %s, allowed: %s.', coalesce(p_path, 'null'), (
              select string_agg(distinct l.value ->> 'path', ', ') from jsonb_array_elements(v_rule.leaves) l
              where l.value -> 'evidence_of' is null or l.value -> 'evidence_of' = 'null')),
            hint = 'A condition is named by its place in the document, counted from 0: conditions.all[0]. A group goes with all that is in it.';
  end if;
  perform trimtab.save_rule(v_rule.document #- v_path, p_rule_id, p_reason);
  return (trimtab.find_rule(v_org_id, p_rule_id)).version;
end
$$;
comment on function trimtab.remove_rule_condition(uuid, text, text) is
  'Takes a condition (or a group with all that is in it) out of the rule by its place in the document, such as conditions.all[0]. Returns the rule''s version. Errors: those of save_rule().';
alter function trimtab.remove_rule_condition(uuid, text, text) owner to trimtab_definer;
grant execute on function trimtab.remove_rule_condition(uuid, text, text) to trimtab_user, trimtab_engine;
