create or replace function trimtab.execute_rule(p_rule_id uuid, p_campaign_ids uuid[] default null)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  -- definer: takes the run-time lock and writes executions and held decisions, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
begin
  return trimtab.execute_rule_as(trimtab.require_org('manager'), p_rule_id, p_campaign_ids, 'person');
end
$$;
comment on function trimtab.execute_rule(uuid, uuid[]) is
  'Judges one rule of the caller''s organization now, for all its campaigns or some (p_campaign_ids), and acts, as a run would (role manager). The way in which a person executes a rule with the trigger manual; gates, cooldowns and limits hold for it too, but no other rule''s priority. Returns {executed, shadowed, held_back, failed}, with stopped and stop_reason while a stop switch is on. Errors: TT001–TT003, TT031 unknown, TT037 an event''s rule or one that is not active or in shadow, 55P03 when another holds the organization for five seconds.';
alter function trimtab.execute_rule(uuid, uuid[]) owner to trimtab_definer;
grant execute on function trimtab.execute_rule(uuid, uuid[]) to trimtab_user, trimtab_engine;
