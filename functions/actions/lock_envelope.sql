create or replace function trimtab.lock_envelope()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody else may take the run-time lock.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := (select c.org_id from trimtab.session_context() c);
begin
  -- Before any campaign is locked, so that the order is that of a run: the organization first.
  if exists (select from trimtab.spend_caps s where s.org_id = v_org_id) then
    perform trimtab.lock_organization(v_org_id);
  end if;
  return null;
end
$$;
comment on function trimtab.lock_envelope() is
  'Statement trigger: where the caller''s organization has spend caps, a change of what campaigns may spend takes the organization''s lock first. Without a context (operators) the lock is taken by the check at the end.';
alter function trimtab.lock_envelope() owner to trimtab_definer;
create or replace trigger lock_envelope
  before insert or update of status, budget, daily_budget, currency, platform, group_id, ends_at on trimtab.campaigns
  for each statement execute function trimtab.lock_envelope();
