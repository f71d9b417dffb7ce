create or replace function trimtab.add_rule_action(
  p_rule_id uuid,
  p_action jsonb,
  p_reason text default null,
  p_place integer default null
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
  v_count integer;
begin
  perform trimtab.lock_organization(v_org_id);
  v_rule := trimtab.find_rule(v_org_id, p_rule_id);
  v_count := jsonb_array_length(v_rule.document -> 'actions');
  if p_place not between 1 and v_count + 1 then
    raise exception 'the rule has no place % for an action', p_place
      using errcode = 'TT030',
            detail = format('place: found %s, allowed: 1 to %s.', p_place, v_count + 1),
            hint = 'Places are counted from 1; without one the action comes last.';
  end if;
  perform trimtab.save_rule(
    jsonb_insert(v_rule.document, array['actions', (coalesce(p_place, v_count + 1) - 1)::text], coalesce(p_action, 'null')),
    p_rule_id, p_reason);
  return (trimtab.find_rule(v_org_id, p_rule_id)).version;
end
$$;
comment on function trimtab.add_rule_action(uuid, jsonb, text, integer) is
  'Adds an action to the rule, last or at a place counted from 1. Returns the rule''s version. Errors: those of save_rule().';
alter function trimtab.add_rule_action(uuid, jsonb, text, integer) owner to trimtab_definer;
grant execute on function trimtab.add_rule_action(uuid, jsonb, text, integer) to trimtab_user, trimtab_engine;
