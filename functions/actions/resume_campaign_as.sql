create or replace function trimtab.resume_campaign_as(
  p_org_id uuid,
  p_campaign_id uuid,
  p_reason text,
  p_confidence numeric,
  p_origin text,
  p_evidence jsonb default '{}',
  p_expected_impact text default null,
  p_rule_id uuid default null,
  p_rule_version integer default null,
  p_run_id uuid default null,
  p_only_paused_by_rules boolean default true
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_campaign trimtab.campaigns := trimtab.lock_campaign(p_org_id, p_campaign_id, p_reason, p_confidence, p_origin);
  v_last trimtab.campaign_changes;
begin
  if v_campaign.status <> 'paused' then
    raise exception 'campaign "%" is not paused', v_campaign.title
      using errcode = 'TT065',
            detail = format('Campaign %s is %s.', v_campaign.id, v_campaign.status),
            hint = 'Only paused campaigns are resumed.';
  end if;
  if p_only_paused_by_rules then
    -- Who decided last that it stands still.
    select l.* into v_last
    from trimtab.campaign_changes l
    where l.org_id = p_org_id
      and l.campaign_id = v_campaign.id
      and l.status in ('executed', 'rolled_back')
      and l.previous_state ->> 'status' <> l.new_state ->> 'status'
    order by l.number desc
    limit 1;
    if v_last.origin is distinct from 'rule' or v_last.status <> 'executed' then
      raise exception 'campaign "%" was not paused by a rule', v_campaign.title
        using errcode = 'TT065',
              detail = case when v_last.id is null then 'The ledger does not know who paused it.'
                else format('Its last change of status was made at %s by %s (%s).', v_last.executed_at, v_last.origin, v_last.action_type) end,
              hint = 'A rule resumes others'' campaigns only with "only_paused_by_rules": false.';
    end if;
  end if;
  return trimtab.change_campaign_as(
    v_campaign, 'status_changed', '{"status": "active"}', p_reason, p_confidence, p_origin, p_evidence, p_expected_impact,
    p_rule_id, p_rule_version, p_run_id);
end
$$;
comment on function trimtab.resume_campaign_as(uuid, uuid, text, numeric, text, jsonb, text, uuid, integer, uuid, boolean) is
  'Sets a paused campaign to active on behalf of p_origin (rule, person, engine) and returns the id in the ledger (status_changed). With p_only_paused_by_rules only where its last change of status was a rule''s and was not taken back. Errors: as lock_campaign(), TT065 not paused, or not by a rule; nothing is written then. Spend caps are asked by the door. For the system''s own functions.';
grant execute on function trimtab.resume_campaign_as(uuid, uuid, text, numeric, text, jsonb, text, uuid, integer, uuid, boolean) to trimtab_definer;
