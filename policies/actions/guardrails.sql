alter table trimtab.guardrails enable row level security;
alter table trimtab.guardrails force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.guardrails;
create policy identities on trimtab.guardrails to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.guardrails;
create policy tenant_select on trimtab.guardrails for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));
drop policy if exists tenant_update on trimtab.guardrails;
create policy tenant_update on trimtab.guardrails for update to trimtab_user
  using (org_id = (select trimtab.current_org_for('admin')))
  with check (org_id = (select trimtab.require_org('admin')));

grant select, insert, update, delete on trimtab.guardrails to trimtab_definer;
grant select on trimtab.guardrails to trimtab_engine;
grant select on trimtab.guardrails to trimtab_user;
grant update (autopilot_enabled, max_facts_age_hours, min_confidence_percent, cool_off_hours, budget_cooldown_hours, max_budget_step_percent, max_daily_budget_step_percent, max_pause_share_percent, reversal_hours) on trimtab.guardrails to trimtab_user;
