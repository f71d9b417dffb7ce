create or replace function trimtab.make_import_campaigns(p_org_id uuid)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_zone text := (select o.time_zone from trimtab.organizations o where o.org_id = p_org_id);
  v_user_id uuid := trimtab.current_user_id();
  v_count bigint;
begin
  perform 'PRAGMA:TABLE: trimtab_import (like trimtab.import_row)';
  perform 'PRAGMA:TABLE: trimtab_import_campaigns (like trimtab.import_campaign)';

  -- A campaign that was known by its title or made by hand is from now on known by its key.
  update trimtab.campaigns c
  set source_key = m.source_key, external_id = coalesce(c.external_id, nullif(btrim(m.external_id), ''))
  from (
    select distinct on (n.campaign_id) n.campaign_id, n.source_key, n.external_id
    from pg_temp.trimtab_import_campaigns n
    where n.candidates = 1
    order by n.campaign_id, n.first_line
  ) m
  where c.org_id = p_org_id
    and c.id = m.campaign_id
    and (c.source_key is null or c.source_key like 'name:%' and m.source_key like 'id:%');

  with wanted as (
    select n.platform, n.source_key,
           (array_agg(nullif(btrim(n.external_id), '') order by n.first_line))[1] as external_id,
           (array_agg(trimtab.collapse_title(n.title) order by n.first_line) filter (where btrim(n.title) <> ''))[1] as title,
           min(n.currency) as currency, min(d.first_day) as first_day, max(d.last_day) as last_day
    from pg_temp.trimtab_import_campaigns n
    -- Some rows, and with them days or whole campaigns, have gone to quarantine since the campaigns were looked up.
    join (
      select i.campaign_key, min(i.day) as first_day, max(i.day) as last_day
      from pg_temp.trimtab_import i
      where i.skipped is null and i.faults is null
        and exists (select from pg_temp.trimtab_import_campaigns u where u.campaign_id is null)
      group by i.campaign_key
    ) d on n.campaign_key = d.campaign_key
    where n.campaign_id is null
      and coalesce(n.candidates, 0) < 2
    group by n.platform, n.source_key
  ), said as (
    select distinct on (n.platform, n.source_key) n.platform, n.source_key,
           i.campaign_status, i.campaign_budget, i.campaign_daily_budget
    from pg_temp.trimtab_import i
    join pg_temp.trimtab_import_campaigns n on n.campaign_key = i.campaign_key
    where n.campaign_id is null
      and i.skipped is null and i.faults is null
      and (i.campaign_status is not null or i.campaign_budget is not null or i.campaign_daily_budget is not null)
    order by n.platform, n.source_key, i.day desc, i.line_number desc
  ), made as (
    insert into trimtab.campaigns (
      org_id, title, platform, external_id, source_key, status, budget, daily_budget, currency, starts_at, active_seconds,
      observed_status, observed_budget, observed_daily_budget, observed_at, created_by, created_at, updated_at)
    select p_org_id, coalesce(w.title, w.external_id), w.platform, w.external_id, w.source_key,
           coalesce(s.campaign_status, 'active'), s.campaign_budget, s.campaign_daily_budget, w.currency,
           w.first_day::timestamp at time zone v_zone,
           case when coalesce(s.campaign_status, 'active') in ('active', 'draft') then 0
             else extract(epoch from ((w.last_day + 1)::timestamp at time zone v_zone) - (w.first_day::timestamp at time zone v_zone))
           end,
           s.campaign_status, s.campaign_budget, s.campaign_daily_budget, case when s.source_key is not null then v_now end,
           v_user_id, v_now, v_now
    from wanted w
    left join said s on s.source_key = w.source_key and s.platform is not distinct from w.platform
    returning id, platform, source_key
  ), marked as (
    update pg_temp.trimtab_import_campaigns m
    set campaign_id = made.id
    from made
    where m.campaign_id is null
      and m.source_key = made.source_key
      and m.platform is not distinct from made.platform
  )
  select count(*) into v_count from made;
  return v_count;
end
$$;
comment on function trimtab.make_import_campaigns(uuid) is
  'Makes the campaigns that the good rows of trimtab_import name and nobody knows: active unless the file says otherwise, since the first day on which there is a fact. Returns how many. For close_import(), under the organization''s lock.';
grant execute on function trimtab.make_import_campaigns(uuid) to trimtab_definer;
