create or replace function trimtab.lock_campaign(
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
  v_campaign trimtab.campaigns;
begin
  if p_reason is null or btrim(p_reason) = '' then
    raise exception 'an action needs a reason'
      using errcode = 'TT015',
            detail = 'p_reason is empty.',
            hint = 'Say why, with the figures; it is what people read later.';
  end if;
  if not (p_confidence >= 0 and p_confidence <= 100) then
    raise exception 'a confidence is a number of percent from 0 to 100'
      using errcode = 'TT015',
            detail = format('The confidence given is %s.', p_confidence),
            hint = 'Give null when nobody computed one.';
  end if;

  perform trimtab.lock_organization(p_org_id);
  -- The row is locked as well: people's own updates do not wait for the organization.
  select c.* into v_campaign
  from trimtab.campaigns c
  where c.org_id = p_org_id and c.id = p_campaign_id
  for no key update;

  if not found then
    raise exception 'there is no such campaign'
      using errcode = 'TT010',
            detail = format('No campaign of the organization has the id %s.', coalesce(p_campaign_id::text, 'null')),
            hint = 'select id, title, status from trimtab.campaigns.';
  end if;
  if v_campaign.ends_at <= trimtab.clock() and v_campaign.status in ('active', 'paused') then
    raise exception 'campaign "%" is not active any more', v_campaign.title
      using errcode = 'TT011',
            detail = format('Campaign %s ended at %s.', v_campaign.id, v_campaign.ends_at),
            hint = 'A person can move its end (ends_at).';
  end if;
  if p_origin = 'rule' and not v_campaign.autonomous_enabled then
    raise exception 'campaign "%" is not for the autopilot', v_campaign.title
      using errcode = 'TT016',
            detail = format('Campaign %s has autonomous_enabled = false.', v_campaign.id),
            hint = 'A manager can set autonomous_enabled to true.';
  end if;
  return v_campaign;
end
$$;
comment on function trimtab.lock_campaign(uuid, uuid, text, numeric, text) is
  'What every action begins with: checks its arguments, takes the organization''s lock and the campaign''s row in this order, and returns the campaign, whatever its status. Errors: TT015 no reason or an impossible confidence, TT010 unknown, TT011 ended, TT016 a rule on a campaign that opted out. For the system''s own functions.';
grant execute on function trimtab.lock_campaign(uuid, uuid, text, numeric, text) to trimtab_definer;
