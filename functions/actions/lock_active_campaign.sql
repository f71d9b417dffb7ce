create or replace function trimtab.lock_active_campaign(
  p_org_id uuid,
  p_campaign_id uuid,
  p_reason text,
  p_confidence numeric,
  p_origin text
)
  returns trimtab.campaigns
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_campaign trimtab.campaigns := trimtab.lock_campaign(p_org_id, p_campaign_id, p_reason, p_confidence, p_origin);
begin
  if v_campaign.status <> 'active' then
    raise exception 'campaign "%" is not active', v_campaign.title
      using errcode = 'TT011',
            detail = format('Campaign %s is %s.', v_campaign.id, v_campaign.status),
            hint = 'Only active campaigns are paused or scaled. A person can set its status to active first.';
  end if;
  return v_campaign;
end
$$;
comment on function trimtab.lock_active_campaign(uuid, uuid, text, numeric, text) is
  'lock_campaign() for what is done to active campaigns only. Errors: as there, and TT011 not active. For the system''s own functions.';
grant execute on function trimtab.lock_active_campaign(uuid, uuid, text, numeric, text) to trimtab_definer;
