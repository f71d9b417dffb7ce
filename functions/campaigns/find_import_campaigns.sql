create or replace function trimtab.find_import_campaigns(p_org_id uuid, p_options jsonb)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_currency text := (select o.currency from trimtab.organizations o where o.org_id = p_org_id);
begin
  perform 'PRAGMA:TABLE: trimtab_import (like trimtab.import_row)';
  perform 'PRAGMA:TABLE: trimtab_import_campaigns (like trimtab.import_campaign)';

  insert into pg_temp.trimtab_import_campaigns (
    campaign_key, platform, external_id, title, campaign_id, source_key, currency, first_line)
  select k.campaign_key, k.platform, k.external_id, k.title, k.campaign_id,
         case
           when k.campaign_id is not null then null
           when btrim(k.external_id) <> '' then 'id:' || btrim(k.external_id)
           else 'name:' || trimtab.collapse_title(k.title)
         end,
         k.currency, k.first_line
  from (
    select i.campaign_key, min(i.platform) as platform, min(i.external_id) as external_id, min(i.title) as title,
           min(i.campaign_id::text)::uuid as campaign_id,
           case when min(i.currency) = max(i.currency) then min(i.currency) end as currency,
           min(i.line_number) as first_line
    from pg_temp.trimtab_import i
    where i.skipped is null and i.faults is null
    group by i.campaign_key
  ) k;
  analyze pg_temp.trimtab_import_campaigns;

  -- The same key, the platform's id, and last the same title where that is one campaign only.
  update pg_temp.trimtab_import_campaigns m
  set campaign_id = c.id
  from trimtab.campaigns c
  where c.org_id = p_org_id
    and c.source_key = m.source_key
    and c.platform is not distinct from m.platform;
  update pg_temp.trimtab_import_campaigns m
  set candidates = w.candidates,
      campaign_id = case when w.candidates = 1 then w.id end
  from (
    select n.campaign_key, (array_agg(c.id))[1] as id, count(*) as candidates
    from pg_temp.trimtab_import_campaigns n
    join trimtab.campaigns c
      on c.org_id = p_org_id
      and c.external_id = btrim(n.external_id)
      and c.platform is not distinct from n.platform
    where n.campaign_id is null
    group by n.campaign_key
  ) w
  where m.campaign_key = w.campaign_key;
  with unknown as materialized (
    select distinct n.platform, coalesce(n.platform, '') as on_platform, n.source_key, n.source_key like 'id:%' as has_id,
           trimtab.collapse_title(n.title) as title
    from pg_temp.trimtab_import_campaigns n
    where n.campaign_id is null and n.title is not null
  ), known as materialized (
    select c.id, coalesce(c.platform, '') as on_platform, c.source_key, c.external_id,
           case when c.source_key like 'name:%' then substr(c.source_key, 6) else trimtab.collapse_title(c.title) end as title
    from trimtab.campaigns c
    where c.org_id = p_org_id and exists (select from unknown)
  )
  update pg_temp.trimtab_import_campaigns m
  set candidates = w.candidates,
      campaign_id = case when w.candidates = 1 then w.id end
  from (
    select f.platform, f.source_key, f.id, f.candidates,
           count(*) over (partition by f.id) as claims
    from (
      select u.platform, u.source_key, (array_agg(c.id))[1] as id, count(distinct c.id) as candidates
      from unknown u
      join known c on c.title = u.title and c.on_platform = u.on_platform
      where case
          when c.source_key is null then not u.has_id or c.external_id is null
          when c.source_key like 'name:%' then u.has_id and c.external_id is null
          else not u.has_id
        end
      group by u.platform, u.source_key
    ) f
  ) w
  where m.campaign_id is null
    and m.candidates is null
    and m.source_key = w.source_key
    and m.platform is not distinct from w.platform
    -- Two ids of one file that share a title are two campaigns.
    and (w.claims = 1 or m.source_key like 'name:%');

  -- One currency a campaign: its own, for a new one that of its first row, or else the organization's.
  update pg_temp.trimtab_import_campaigns m
  set currency = c.currency
  from trimtab.campaigns c
  where c.org_id = p_org_id and c.id = m.campaign_id;
  update pg_temp.trimtab_import_campaigns m
  set currency = coalesce(w.currency, v_currency)
  from (
    select distinct on (n.platform, n.source_key) n.platform, n.source_key, i.currency
    from pg_temp.trimtab_import_campaigns n
    left join pg_temp.trimtab_import i
      on i.line_number = n.first_line and i.campaign_key = n.campaign_key
      and i.skipped is null and i.faults is null
    where n.campaign_id is null
    order by n.platform, n.source_key, n.first_line
  ) w
  where m.campaign_id is null
    and m.source_key = w.source_key
    and m.platform is not distinct from w.platform;

  update pg_temp.trimtab_import i
  set faults = jsonb_build_array(case
    when m.candidates > 1 and exists (
      select from trimtab.campaigns c
      where c.org_id = p_org_id and c.external_id = btrim(m.external_id) and c.platform is not distinct from m.platform)
      then jsonb_build_object(
      'column', coalesce(p_options #>> '{headings,external_id}', 'external_id'), 'field', 'external_id', 'value', i.external_id,
      'reason', format('%s campaigns of the organization have this id', m.candidates))
    when m.candidates > 1 then jsonb_build_object(
      'column', coalesce(p_options #>> '{headings,title}', 'title'), 'field', 'title', 'value', i.title,
      'reason', format('%s campaigns of the organization are called so: which one is meant needs its id', m.candidates))
    else jsonb_build_object(
      'column', coalesce(p_options #>> '{headings,currency}', 'currency'), 'field', 'currency', 'value', i.currency,
      'reason', format('the campaign''s currency is %s', m.currency))
    end)
  from pg_temp.trimtab_import_campaigns m
  where i.skipped is null
    and i.faults is null
    and m.campaign_key = i.campaign_key
    and (i.currency <> m.currency or m.campaign_id is null and m.candidates > 1);
end
$$;
comment on function trimtab.find_import_campaigns(uuid, jsonb) is
  'Finds out which campaigns the good rows of trimtab_import mean: by source_key, by the platform''s id, or by a title that only one campaign has. Rows that are ambiguous or in another currency than their campaign become faulty. For close_import(), under the organization''s lock.';
grant execute on function trimtab.find_import_campaigns(uuid, jsonb) to trimtab_definer;
