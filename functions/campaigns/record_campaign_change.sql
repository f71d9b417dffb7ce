create or replace function trimtab.record_campaign_change()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the door. Whoever may update a campaign may not write the ledger, the audit log, the journal or the outbox.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_before jsonb := trimtab.campaign_state(old);
  v_after jsonb := trimtab.campaign_state(new);
  v_context record;
  v_change trimtab.campaign_changes;
begin
  if v_before = v_after then
    return null;
  end if;

  update trimtab.campaign_changes c
  set previous_state = v_before, new_state = v_after, status = 'executed', executed_at = v_now
  where c.org_id = new.org_id
    and c.campaign_id = new.id
    and c.status = 'pending'
    and c.transaction_id = pg_current_xact_id()
  returning * into v_change;

  if not found then
    select * into v_context from trimtab.session_context();
    insert into trimtab.campaign_changes (
      org_id, campaign_id, action_type, is_automated, origin, reason, previous_state, new_state,
      status, user_id, login, executed_at, created_at)
    values (
      new.org_id, new.id,
      case
        when new.status <> old.status then 'status_changed'
        when (new.budget, new.daily_budget) is distinct from (old.budget, old.daily_budget) then 'budget_adjusted'
        else 'bid_adjusted'
      end,
      false,
      case when v_context.login_kind is null then 'operator' when v_context.login_kind = 'engine' then 'engine' else 'person' end,
      'Changed directly.', v_before, v_after, 'executed', v_context.user_id, session_user, v_now, v_now)
    returning * into v_change;
  end if;

  insert into trimtab.audit_log (
    org_id, occurred_at, user_id, login, rule_id, run_id, action, entity_type, entity_id, old_values, new_values)
  values (
    new.org_id, v_now, v_change.user_id, session_user, v_change.rule_id, v_change.run_id,
    'campaign.' || v_change.action_type, 'campaign', new.id, v_before, v_after);

  -- One event for each kind of change, so that whoever waits for one kind need not know the others.
  perform trimtab.emit_event(
    new.org_id, k.type,
    jsonb_build_object('change_id', v_change.id, 'action_type', v_change.action_type, 'before', v_before, 'after', v_after),
    'campaign', new.id)
  from (values
    ('campaign.status_changed', new.status is distinct from old.status),
    ('campaign.budget_changed', (new.budget, new.daily_budget) is distinct from (old.budget, old.daily_budget)),
    ('campaign.bid_changed', (new.bid, new.bid_strategy) is distinct from (old.bid, old.bid_strategy))
  ) as k (type, is_changed)
  where k.is_changed;

  if new.platform is not null then
    insert into trimtab.campaign_outbox (org_id, campaign_id, change_id, marked_at)
    values (new.org_id, new.id, v_change.id, v_now)
    on conflict (org_id, campaign_id) do update set change_id = excluded.change_id, marked_at = excluded.marked_at;
  end if;
  return null;
end
$$;
comment on function trimtab.record_campaign_change() is
  'The door (row trigger): completes the announced row of the ledger, or writes one as the person''s own, and with it audit, event and outbox mark, in the transaction of the change.';
alter function trimtab.record_campaign_change() owner to trimtab_definer;
create or replace trigger record_change after update of status, budget, daily_budget, bid, bid_strategy on trimtab.campaigns
  for each row execute function trimtab.record_campaign_change();
create or replace trigger audit_created after insert or delete on trimtab.campaigns
  for each row execute function trimtab.write_audit('campaign', 'id');
create or replace trigger audit_settings
  after update of title, group_id, tags, currency, starts_at, ends_at, autonomous_enabled on trimtab.campaigns
  for each row execute function trimtab.write_audit('campaign', 'id', 'status,budget,daily_budget,bid,bid_strategy,updated_at,activated_at,active_seconds,observed_status,observed_budget,observed_daily_budget,observed_bid,observed_at');
