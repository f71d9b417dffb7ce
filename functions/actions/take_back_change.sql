create or replace function trimtab.take_back_change(
  p_org_id uuid,
  p_change_id uuid,
  p_reason text default null,
  p_accept_changes boolean default false
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_change trimtab.campaign_changes;
  v_campaign trimtab.campaigns;
  v_present jsonb;
  v_is_closed boolean;
  v_has_ended boolean;
  v_restored jsonb;
  v_already jsonb;
  v_left jsonb;
  v_rollback_id uuid;
begin
  perform trimtab.lock_organization(p_org_id);
  select l.* into v_change
  from trimtab.campaign_changes l
  where l.org_id = p_org_id and l.id = p_change_id;

  if not found then
    raise exception 'there is no such action'
      using errcode = 'TT013',
            detail = format('The ledger of the organization has no row %s.', coalesce(p_change_id::text, 'null')),
            hint = 'select id, action_type, reason, status from trimtab.autonomous_actions order by created_at desc.';
  end if;
  if v_change.status = 'rolled_back' then
    return jsonb_build_object(
      'action_id', v_change.id, 'status', 'rolled_back', 'already_rolled_back', true,
      'rolled_back_at', v_change.rolled_back_at, 'rolled_back_by', v_change.rolled_back_by,
      'rollback_id', (
        select r.id from trimtab.campaign_changes r
        where r.org_id = p_org_id and r.rollback_of = v_change.id
        order by r.number desc
        limit 1),
      'restored', '{}'::jsonb, 'already', '{}'::jsonb, 'left', '{}'::jsonb);
  end if;
  if v_change.status <> 'executed' or v_change.action_type = 'rollback' then
    raise exception 'this row of the ledger cannot be taken back'
      using errcode = 'TT014',
            detail = format('Row %s is a %s with the status %s.', v_change.id, v_change.action_type, v_change.status),
            hint = 'Only what was executed can be taken back, and a rollback is not taken back: do the action again instead.';
  end if;

  select c.* into v_campaign
  from trimtab.campaigns c
  where c.org_id = p_org_id and c.id = v_change.campaign_id
  for no key update;
  v_present := trimtab.campaign_state(v_campaign);
  v_is_closed := v_campaign.status in ('completed', 'archived') and v_campaign.status <> v_change.new_state ->> 'status';
  v_has_ended := coalesce(v_campaign.ends_at <= v_now, false);

  with written as (
    select n.key, n.value as wrote, v_change.previous_state -> n.key as before, v_present -> n.key as now
    from jsonb_each(v_change.new_state) n
    where n.value <> v_change.previous_state -> n.key
  ), judged as (
    select w.*, s.id as change_id, s.executed_at, s.user_id,
      case
        when w.now = w.before then 'already'
        when w.now <> w.wrote or s.id is not null then 'changed since'
        when v_is_closed then 'the campaign is ' || v_campaign.status
        when v_has_ended and w.key = 'status' and w.before = '"active"' then 'the campaign ended'
        else 'restore'
      end as verdict
    from written w
    left join lateral (
      -- Who changed it since and was not taken back. A value that went away and came back is somebody's decision, too.
      select l.id, l.executed_at, l.user_id
      from trimtab.campaign_changes l
      where l.org_id = p_org_id
        and l.campaign_id = v_change.campaign_id
        and l.number > v_change.number
        and l.status in ('executed', 'rolled_back')
        and (w.now <> w.wrote or (l.status = 'executed' and l.action_type <> 'rollback'))
        and l.previous_state -> w.key <> l.new_state -> w.key
      order by l.number desc
      limit 1
    ) s on true
  )
  select
    coalesce(jsonb_object_agg(j.key, j.before) filter (where j.verdict = 'restore'), '{}'),
    coalesce(jsonb_object_agg(j.key, j.before) filter (where j.verdict = 'already'), '{}'),
    coalesce(jsonb_object_agg(j.key, jsonb_build_object(
        'now', j.now, 'wrote', j.wrote, 'before', j.before, 'because', j.verdict,
        'changed_at', case when j.verdict = 'changed since' then j.executed_at end,
        'changed_by', case when j.verdict = 'changed since' then j.user_id end,
        'change_id', case when j.verdict = 'changed since' then j.change_id end))
      filter (where j.verdict not in ('restore', 'already')), '{}')
    into v_restored, v_already, v_left
  from judged j;

  if v_restored = '{}' and v_already = '{}' and not p_accept_changes then
    raise exception 'nothing of this action can be taken back'
      using errcode = 'TT014',
            detail = (
              select string_agg(format('%s: the action wrote %s (before: %s), now it is %s: %s.',
                l.key, l.value ->> 'wrote', coalesce(l.value ->> 'before', 'nothing'), coalesce(l.value ->> 'now', 'nothing'),
                l.value ->> 'because'), ' ' order by l.key)
              from jsonb_each(v_left) l),
            hint = 'Take back the later action first, or change the campaign yourself: update trimtab.campaigns set … .';
  end if;

  if v_restored <> '{}' then
    v_rollback_id := trimtab.announce_change(
      p_org_id, v_campaign.id, 'rollback', 'rollback',
      coalesce(nullif(btrim(p_reason), ''), 'Taken back: ' || v_change.reason),
      p_rollback_of => v_change.id);
    update trimtab.campaigns c
    set status = case when v_restored ? 'status' then v_restored ->> 'status' else c.status end,
        budget = case when v_restored ? 'budget' then (v_restored ->> 'budget')::numeric else c.budget end,
        daily_budget = case when v_restored ? 'daily_budget' then (v_restored ->> 'daily_budget')::numeric else c.daily_budget end,
        bid = case when v_restored ? 'bid' then (v_restored ->> 'bid')::numeric else c.bid end,
        bid_strategy = case when v_restored ? 'bid_strategy' then v_restored ->> 'bid_strategy' else c.bid_strategy end
    where c.org_id = p_org_id and c.id = v_campaign.id;
  end if;

  update trimtab.campaign_changes l
  set status = 'rolled_back', rolled_back_at = v_now, rolled_back_by = trimtab.current_user_id()
  where l.org_id = p_org_id and l.id = v_change.id;
  insert into trimtab.audit_log (
    org_id, occurred_at, user_id, login, rule_id, run_id, action, entity_type, entity_id, old_values, new_values)
  values (
    p_org_id, v_now, trimtab.current_user_id(), session_user, v_change.rule_id, v_change.run_id,
    'campaign_change.rolled_back', 'campaign_change', v_change.id,
    jsonb_build_object('status', v_change.status),
    jsonb_build_object('status', 'rolled_back', 'reason', p_reason, 'rollback_id', v_rollback_id));
  perform trimtab.emit_event(
    p_org_id, 'action.rolled_back',
    jsonb_build_object('change_id', v_change.id, 'rollback_id', v_rollback_id,
      'restored', v_restored, 'already', v_already, 'left', v_left),
    'campaign', v_campaign.id);

  return jsonb_build_object(
    'action_id', v_change.id, 'status', 'rolled_back', 'already_rolled_back', false,
    'rolled_back_at', v_now, 'rolled_back_by', trimtab.current_user_id(), 'rollback_id', v_rollback_id,
    'restored', v_restored, 'already', v_already, 'left', v_left);
end
$$;
comment on function trimtab.take_back_change(uuid, uuid, text, boolean) is
  'Takes back what a row of the ledger wrote, as rollback_action() describes. With p_accept_changes it is called rolled back even where everything was changed since. For the system''s own functions.';
grant execute on function trimtab.take_back_change(uuid, uuid, text, boolean) to trimtab_definer;
