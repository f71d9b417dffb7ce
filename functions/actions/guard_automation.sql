create or replace function trimtab.guard_automation()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: reads the whole ledger and all campaigns of the organization, whoever the change is done for.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_stop text;
  v_guardrails trimtab.guardrails;
  v_day_before jsonb;
  v_paused integer;
  v_active integer;
  v_faults text[];
begin
  if tg_op = 'INSERT' then
    v_stop := trimtab.automation_stop(new.org_id);
    if v_stop is not null then
      raise exception 'automation is stopped'
        using errcode = 'TT019',
              detail = v_stop,
              hint = 'An admin of the organization, or for the system an operator, can start it again. People can change campaigns all the time.';
    end if;
    return new;
  end if;

  -- The change is made: it is in the ledger with both states. What automation may do at once is bounded whatever rule asked for it.
  v_guardrails := trimtab.guardrails_of(new.org_id);
  select h.previous_state into v_day_before
  from trimtab.campaign_changes h
  where h.org_id = new.org_id and h.campaign_id = new.campaign_id and h.origin = 'rule' and h.status = 'executed'
    and h.executed_at > v_now - interval '24 hours'
    and ((h.new_state ->> 'budget')::numeric > (h.previous_state ->> 'budget')::numeric
      or (h.new_state ->> 'daily_budget')::numeric > (h.previous_state ->> 'daily_budget')::numeric)
  order by h.number
  limit 1;
  v_faults := array(
    select format('%s rises from %s to %s; at most %s %% in one step and %s %% in 24 hours (since %s) are allowed.',
      f.name, trim_scale(f.before), trim_scale(f.after), trim_scale(v_guardrails.max_budget_step_percent),
      trim_scale(v_guardrails.max_daily_budget_step_percent), trim_scale(f.day_before))
    from (
      select k.name, (new.previous_state ->> k.name)::numeric as before, (new.new_state ->> k.name)::numeric as after,
             coalesce((v_day_before ->> k.name)::numeric, (new.previous_state ->> k.name)::numeric) as day_before
      from (values ('budget'), ('daily_budget')) k (name)
    ) f
    where f.after > f.before
      and (f.after > f.before * (1 + v_guardrails.max_budget_step_percent / 100)
        or f.after > f.day_before * (1 + v_guardrails.max_daily_budget_step_percent / 100)
        or v_guardrails.org_id is null)
    order by f.name);

  if new.previous_state ->> 'status' = 'active' and new.new_state ->> 'status' = 'paused' then
    select count(*) into v_paused
    from trimtab.campaign_changes h
    where h.org_id = new.org_id and h.origin = 'rule' and h.status = 'executed'
      and h.executed_at > v_now - interval '24 hours'
      and h.previous_state ->> 'status' = 'active' and h.new_state ->> 'status' = 'paused';
    select count(*) into v_active from trimtab.campaigns c where c.org_id = new.org_id and c.status = 'active';
    if v_guardrails.org_id is null or v_paused > greatest(
      sign(v_guardrails.max_pause_share_percent), floor(v_guardrails.max_pause_share_percent / 100 * (v_active + v_paused))) then
      v_faults := v_faults || format('With this one, automation has paused %s campaigns within 24 hours; at most %s %% of the %s that were active are allowed.',
        v_paused, trim_scale(v_guardrails.max_pause_share_percent), v_active + v_paused);
    end if;
  end if;

  if v_faults <> '{}' then
    raise exception 'the guardrails do not allow this change'
      using errcode = 'TT018',
            detail = array_to_string(v_faults, ' '),
            hint = 'A person may do it; an admin may change the guardrails.';
  end if;
  return null;
end
$$;
comment on function trimtab.guard_automation() is
  'Row trigger on the ledger: an automatic change is refused where automation is stopped (TT019), and a rule''s change that goes beyond the guardrails'' steps or pauses more than its share (TT018). People are bound by spend caps only.';
alter function trimtab.guard_automation() owner to trimtab_definer;
create or replace trigger guard_automation before insert on trimtab.campaign_changes
  for each row when (new.origin in ('rule', 'engine') and new.status = 'pending') execute function trimtab.guard_automation();
create or replace trigger guard_steps after update on trimtab.campaign_changes
  for each row when (new.origin = 'rule' and old.status = 'pending' and new.status = 'executed')
  execute function trimtab.guard_automation();
