create or replace function trimtab.set_automation_assumptions(
  p_minutes_per_action numeric default null,
  p_hourly_cost numeric default null,
  p_monthly_cost numeric default null
)
  returns trimtab.automation_assumptions
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody may write assumptions directly.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
  v_faults text[];
  v_row trimtab.automation_assumptions;
begin
  v_faults := array(
    select format('%s: found %s, allowed: %s.', f.name, f.value, f.allowed)
    from (values
      ('minutes_per_action', p_minutes_per_action, '0 to 1440', 1440),
      ('hourly_cost', p_hourly_cost, 'an amount of 0 or more', 1e15),
      ('monthly_cost', p_monthly_cost, 'an amount of 0 or more', 1e15)
    ) f (name, value, allowed, highest)
    where not f.value between 0 and f.highest);
  if v_faults <> '{}' then
    raise exception 'these assumptions are not possible'
      using errcode = 'TT038',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'Money is in the organization''s currency; leave out what nobody knows.';
  end if;
  insert into trimtab.automation_assumptions (org_id, minutes_per_action, hourly_cost, monthly_cost, updated_at)
  values (v_org_id, p_minutes_per_action, p_hourly_cost, p_monthly_cost, trimtab.clock())
  on conflict (org_id) do update
  set minutes_per_action = excluded.minutes_per_action, hourly_cost = excluded.hourly_cost,
      monthly_cost = excluded.monthly_cost, updated_at = excluded.updated_at
  returning * into v_row;
  return v_row;
end
$$;
comment on function trimtab.set_automation_assumptions(numeric, numeric, numeric) is
  'Says what the caller''s organization assumes for time saved and cost against benefit: minutes of work that an action stands for, what an hour of it costs, what the automation costs a month (money in the organization''s currency). What is left out or null is not said, also if it was before. Needs admin. Returns the row. Errors: TT001-TT003, TT038 with everything that is wrong.';
alter function trimtab.set_automation_assumptions(numeric, numeric, numeric) owner to trimtab_definer;
grant execute on function trimtab.set_automation_assumptions(numeric, numeric, numeric) to trimtab_user, trimtab_engine;
create or replace trigger audit after insert or update or delete on trimtab.automation_assumptions
  for each row execute function trimtab.write_audit('automation_assumptions', 'org_id', 'updated_at');
