create or replace function trimtab.prepare_guardrails()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_faults text[];
begin
  -- Only what is changed is asked after: the stop switch must work whatever the other figures are.
  v_faults := array(
    select format('%s is %s; a number up to %s is allowed.', k.name, k.figure, k.greatest)
    from (values
      ('max_facts_age_hours', old.max_facts_age_hours, new.max_facts_age_hours, 87600),
      ('cool_off_hours', old.cool_off_hours, new.cool_off_hours, 87600),
      ('reversal_hours', old.reversal_hours, new.reversal_hours, 87600),
      ('budget_cooldown_hours', old.budget_cooldown_hours, new.budget_cooldown_hours, 87600),
      ('max_budget_step_percent', old.max_budget_step_percent, new.max_budget_step_percent, 1000000),
      ('max_daily_budget_step_percent', old.max_daily_budget_step_percent, new.max_daily_budget_step_percent, 1000000)
    ) k (name, before, figure, greatest)
    where k.figure <> k.before and k.figure > k.greatest);
  if v_faults <> '{}' then
    raise exception 'the guardrails cannot be changed like this'
      using errcode = 'TT015',
            detail = array_to_string(v_faults, ' '),
            hint = 'Times reach up to ten years; what is not a number or is infinite bounds nothing.';
  end if;
  new.updated_at := trimtab.clock();
  return new;
end
$$;
comment on function trimtab.prepare_guardrails() is 'Row trigger: when the guardrails were last changed; figures that no decision could be made with, or that bound nothing, are refused. Errors: TT015.';
create or replace trigger prepare before update on trimtab.guardrails
  for each row execute function trimtab.prepare_guardrails();
create or replace trigger least_role before update on trimtab.guardrails
  for each statement execute function trimtab.refuse_low_role('admin');
create or replace trigger audit after insert or update or delete on trimtab.guardrails
  for each row execute function trimtab.write_audit('guardrails', 'org_id', 'updated_at');
