-- Facts, published the real way.
--
--   select test.campaign(:'acme', 'Summer sale') as summer \gset
--   select test.facts(:'acme', :'summer', '2026-05-01', 1000, 50, 20, 2, 60);
--   select test.facts(:'acme', :'summer', '2026-05-01', 1000, 50, 20, 2, 60, p_days => 30);   … the same on 30 days
--   select test.facts(:'acme', :'summer', '2026-05-01', 400, 9, 8, 1, 10, p_dimension => 'creative', p_subject => 'A');
--   select test.facts(:'acme', :'summer', '2026-05-01', 40, 5, 2, 0, 0, p_hour => 13);

create function test.campaign(
  p_org uuid,
  p_title text default 'Campaign',
  p_platform text default 'meta',
  p_status text default 'active',
  p_starts_at timestamptz default trimtab.clock() - interval '60 days',
  p_daily_budget numeric default null,
  p_budget numeric default null,
  p_currency text default null
)
  returns uuid
  language sql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
  insert into trimtab.campaigns (org_id, title, platform, status, starts_at, activated_at, daily_budget, budget, currency, source_key)
  select o.org_id, p_title, p_platform, p_status, p_starts_at, case when p_status = 'active' then p_starts_at end,
         p_daily_budget, p_budget, coalesce(p_currency, o.currency), 'name:' || trimtab.collapse_title(p_title)
  from trimtab.organizations o
  where o.org_id = p_org
  returning id
$$;
comment on function test.campaign(uuid, text, text, text, timestamptz, numeric, numeric, text) is
  'A new campaign, as an import would have made it; its id.';

create function test.facts(
  p_org uuid,
  p_campaign uuid,
  p_day date,
  p_impressions bigint default null,
  p_clicks bigint default null,
  p_spend numeric default null,
  p_conversions numeric default null,
  p_revenue numeric default null,
  p_reach bigint default null,
  p_frequency numeric default null,
  p_likes bigint default null,
  p_shares bigint default null,
  p_comments bigint default null,
  p_days integer default 1,
  p_hour integer default null,
  p_dimension text default null,
  p_subject text default null,
  p_currency text default null
)
  returns bigint
  language plpgsql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
declare
  v_batch_id uuid := trimtab.open_import(p_org, 'test.facts', 'test', jsonb_build_object('totals', p_dimension is null));
begin
  insert into pg_temp.trimtab_import (
    line_number, campaign_id, currency, day, local_hour, creative, audience, placement, device, hour_of_day,
    impressions, clicks, spend, conversions, revenue, reach, frequency, likes, shares, comments)
  select n + 1, p_campaign, p_currency, p_day + n, p_hour,
         case p_dimension when 'creative' then p_subject end, case p_dimension when 'audience' then p_subject end,
         case p_dimension when 'placement' then p_subject end, case p_dimension when 'device' then p_subject end,
         case p_dimension when 'hour' then p_subject end,
         p_impressions, p_clicks, p_spend, p_conversions, p_revenue, p_reach, p_frequency, p_likes, p_shares, p_comments
  from generate_series(0, p_days - 1) as n;
  return test.finish_facts(p_org, v_batch_id);
end
$$;
comment on function test.facts(uuid, uuid, date, bigint, bigint, numeric, numeric, numeric, bigint, numeric, bigint, bigint, bigint, integer, integer, text, text, text) is
  'Publishes the same facts of a campaign for p_days days (or one hour of the organization''s local day, or a breakdown) through the real import; the knowledge revision, null when they were known just so. Raises when a row is refused.';

create function test.finish_facts(p_org uuid, p_batch_id uuid)
  returns bigint
  language plpgsql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
declare
  v_batch trimtab.import_batches := trimtab.close_import(p_org, p_batch_id);
begin
  if v_batch.rows_quarantined > 0 then
    raise exception 'refused: %', (
      select string_agg(distinct q.faults::text, ' ') from trimtab.quarantined_rows q where q.org_id = p_org and q.batch_id = p_batch_id);
  end if;
  return v_batch.revision;
end
$$;
comment on function test.finish_facts(uuid, uuid) is
  'Finishes an import that a helper began with trimtab.open_import() and filled by insert into pg_temp.trimtab_import; the knowledge revision.';
