create or replace function trimtab.remove_rule_action(p_rule_id uuid, p_place integer, p_reason text default null)
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
  if (p_place between 1 and v_count) is not true then
    raise exception 'the rule has no action %', coalesce(p_place::text, 'null')
      using errcode = 'TT030',
            detail = format('place: found %s, allowed: 1 to %s.', coalesce(p_place::text, 'null'), v_count),
            hint = 'Places are counted from 1.';
  end if;
  perform trimtab.save_rule(v_rule.document #- array['actions', (p_place - 1)::text], p_rule_id, p_reason);
  return (trimtab.find_rule(v_org_id, p_rule_id)).version;
end
$$;
comment on function trimtab.remove_rule_action(uuid, integer, text) is
  'Takes the action at a place, counted from 1, out of the rule. Returns the rule''s version. Errors: those of save_rule(); the last action cannot go.';
alter function trimtab.remove_rule_action(uuid, integer, text) owner to trimtab_definer;
grant execute on function trimtab.remove_rule_action(uuid, integer, text) to trimtab_user, trimtab_engine;
