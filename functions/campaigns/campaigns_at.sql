create or replace function trimtab.campaigns_at(p_org_id uuid, p_as_of timestamptz, p_campaign_ids uuid[])
  returns table (
    campaign_id uuid,
    title text,
    platform text,
    group_id uuid,
    tags text[],
    status text,
    budget numeric,
    daily_budget numeric,
    bid numeric,
    currency text,
    autonomous_enabled boolean,
    starts_at timestamptz,
    ends_at timestamptz,
    hours_running numeric
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  -- With some campaigns their rows are looked up, without them all of the organization's are read: two plans.
  set plan_cache_mode to force_custom_plan
as $$
#variable_conflict use_column
declare
  v_end timestamptz := trimtab.clock();
begin
  if p_as_of >= trimtab.clock() then
    return query
    select
      c.id, c.title, c.platform, c.group_id, c.tags,
      c.status, c.budget, c.daily_budget, c.bid, c.currency::text, c.autonomous_enabled, c.starts_at, c.ends_at,
      trimtab.hours_active(c.status, c.active_seconds, c.activated_at, c.ends_at, p_as_of)
    from trimtab.campaigns c
    where c.org_id = p_org_id
      and (p_campaign_ids is null or c.id = any (p_campaign_ids));
    return;
  end if;

  return query
  with later as (
    -- What was changed after the moment asked for. The state then is what the first of these changes found.
    select
      h.campaign_id,
      h.number,
      h.previous_state,
      h.new_state ->> 'status' as status,
      h.executed_at as since,
      lead(h.executed_at, 1, v_end) over (partition by h.campaign_id order by h.number) as until
    from trimtab.campaign_changes h
    where h.org_id = p_org_id
      and h.executed_at > p_as_of
      and h.status in ('executed', 'rolled_back')
      and (p_campaign_ids is null or h.campaign_id = any (p_campaign_ids))
  ), first_later as (
    select distinct on (l.campaign_id) l.campaign_id, l.previous_state, l.since
    from later l
    order by l.campaign_id, l.number
  ), active_later as (
    select
      l.campaign_id,
      sum(extract(epoch from least(l.until, c.ends_at) - least(l.since, c.ends_at))) filter (where l.status = 'active') as seconds
    from later l
    join trimtab.campaigns c on c.org_id = p_org_id and c.id = l.campaign_id
    group by l.campaign_id
  ), states as (
    select
      c.id, c.title, c.platform, c.group_id, c.tags, c.currency::text, c.autonomous_enabled, c.starts_at, c.ends_at,
      case when f.campaign_id is null then c.status else f.previous_state ->> 'status' end as status,
      case when f.campaign_id is null then c.budget else (f.previous_state ->> 'budget')::numeric end as budget,
      case when f.campaign_id is null then c.daily_budget else (f.previous_state ->> 'daily_budget')::numeric end as daily_budget,
      case when f.campaign_id is null then c.bid else (f.previous_state ->> 'bid')::numeric end as bid,
      -- Active seconds up to the present, and how many of them lie after the moment asked for.
      c.active_seconds
        + case when c.status = 'active'
            then coalesce(greatest(extract(epoch from least(v_end, c.ends_at) - c.activated_at), 0), 0)
            else 0
          end as total,
      coalesce(a.seconds, 0)
        + case when coalesce(f.previous_state ->> 'status', c.status) = 'active' and coalesce(f.since, v_end) > p_as_of
            -- Before it was activated there is nothing to take away.
            then greatest(extract(epoch from least(coalesce(f.since, v_end), c.ends_at)
              - least(greatest(p_as_of, case when f.campaign_id is null then c.activated_at end), c.ends_at)), 0)
            else 0
          end as later
    from trimtab.campaigns c
    left join first_later f on f.campaign_id = c.id
    left join active_later a on a.campaign_id = c.id
    where c.org_id = p_org_id
      and (p_campaign_ids is null or c.id = any (p_campaign_ids))
  )
  select
    s.id, s.title, s.platform, s.group_id, s.tags,
    s.status, s.budget, s.daily_budget, s.bid, s.currency, s.autonomous_enabled, s.starts_at, s.ends_at,
    greatest(s.total - s.later, 0) / 3600
  from states s;
end
$$;
comment on function trimtab.campaigns_at(uuid, timestamptz, uuid[]) is
  'Campaigns of an organization (null: all) as they were at a moment: the ledger of changes undone back to it, so before the first record the earliest known state. Money in the campaign''s currency. hours_running: hours for which it had been active by then, pauses and the time after ends_at left out, not rounded. Title, platform, group, tags, currency, dates and autonomous_enabled are those of the present.';
grant execute on function trimtab.campaigns_at(uuid, timestamptz, uuid[]) to trimtab_user, trimtab_engine, trimtab_definer;

create or replace function trimtab.campaigns_at(p_org_id uuid, p_as_of timestamptz default trimtab.clock())
  returns table (
    campaign_id uuid,
    title text,
    platform text,
    group_id uuid,
    tags text[],
    status text,
    budget numeric,
    daily_budget numeric,
    bid numeric,
    currency text,
    autonomous_enabled boolean,
    starts_at timestamptz,
    ends_at timestamptz,
    hours_running numeric
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return query select * from trimtab.campaigns_at(p_org_id, p_as_of, null);
end
$$;
comment on function trimtab.campaigns_at(uuid, timestamptz) is 'All campaigns of an organization as they were at a moment.';
grant execute on function trimtab.campaigns_at(uuid, timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
