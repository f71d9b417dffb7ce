create or replace function trimtab.note_envelope()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody else may write envelope_checks.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_before jsonb := case when tg_op = 'UPDATE' then trimtab.envelope_state(old) end;
begin
  if trimtab.may_spend_more(v_before, trimtab.envelope_state(new), trimtab.clock()) is null then
    return null;
  end if;
  if current_setting('transaction_isolation') <> 'read committed' then
    -- Its snapshot may be older than a cap: then the organization's row is newer than the snapshot, and this fails (40001).
    perform trimtab.lock_organization(new.org_id);
  end if;
  if not exists (select from trimtab.spend_caps s where s.org_id = new.org_id) then
    return null;
  end if;
  if current_setting('transaction_isolation') <> 'read committed' then
    -- Nor would it see what others have committed until it gets the lock.
    raise exception 'with spend caps, more may be spent in read committed transactions only'
      using errcode = 'TT018',
            detail = format('This transaction is %s.', current_setting('transaction_isolation')),
            hint = 'begin isolation level read committed.';
  end if;
  insert into trimtab.envelope_checks (org_id, campaign_id, before)
  values (new.org_id, new.id, v_before)
  on conflict do nothing;
  -- What an action does is settled at once, so that the failure is that of one action and not of a whole run.
  if exists (
    select from trimtab.campaign_changes h
    where h.org_id = new.org_id and h.campaign_id = new.id and h.transaction_id = pg_current_xact_id()
      and (h.is_automated or h.origin = 'rollback')
  ) then
    perform trimtab.settle_envelope(new.org_id);
  end if;
  return null;
end
$$;
comment on function trimtab.note_envelope() is
  'Row trigger: notes a campaign that may spend more than before, or that brings what it has spent under other caps, where the organization has spend caps, for the check at the end of the transaction; what an action does is checked at once. Errors: TT018.';
alter function trimtab.note_envelope() owner to trimtab_definer;
-- Their names come after record_change: by then the ledger holds the state that ended, which the month's worst is read from.
-- A campaign that an import makes is reported, not decided: it is spending already, and is never refused.
create or replace trigger spend_caps after insert on trimtab.campaigns
  for each row when (new.status = 'active' and not (new.source_key is not null and current_user = 'trimtab_definer'))
  execute function trimtab.note_envelope();
create or replace trigger spend_caps_changed after update on trimtab.campaigns
  for each row when (
    (old.currency, old.platform, old.group_id) is distinct from (new.currency, new.platform, new.group_id)
    or new.status = 'active'
      and (old.status, old.budget, old.daily_budget, old.ends_at) is distinct from (new.status, new.budget, new.daily_budget, new.ends_at))
  execute function trimtab.note_envelope();
