create or replace function trimtab.save_rule(p_document jsonb, p_rule_id uuid default null, p_reason text default null)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: rules are written through this function only, so that each stored one is compiled and each change is a version.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  raise exception 'save_rule() is being built' using errcode = '0A000';
end
$$;
comment on function trimtab.save_rule(jsonb, uuid, text) is 'Being built.';
alter function trimtab.save_rule(jsonb, uuid, text) owner to trimtab_definer;
grant execute on function trimtab.save_rule(jsonb, uuid, text) to trimtab_user, trimtab_engine;
create or replace trigger audit after insert or update or delete on trimtab.automation_rules
  for each row execute function trimtab.write_audit('rule', 'id', 'signal_positions,bounds,leaves,features,compiler,execution_count,success_count,failure_count,partial_count,shadow_count,last_executed_at,last_success_at,last_shadow_at,updated_at');
