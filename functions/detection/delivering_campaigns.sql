create or replace function trimtab.delivering_campaigns(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (
    campaign_id uuid,
    title text,
    currency text,
    budget numeric,
    daily_budget numeric,
    signals numeric[],
    is_delivering boolean
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_impressions integer := trimtab.signal_position('impressions', 'last_7_days');
  v_spend integer := trimtab.signal_position('spend', 'last_7_days');
begin
  return query
  select
    c.campaign_id, c.title, c.currency, c.budget, c.daily_budget, s.signals,
    (coalesce(s.signals[v_impressions] > 0, false) or coalesce(s.signals[v_spend] > 0, false))
      and (c.ends_at is null or c.ends_at > p_as_of)
  from trimtab.campaigns_at(p_org_id, p_as_of) c
  join trimtab.signals_at(p_org_id, p_as_of, p_known) s on s.campaign_id = c.campaign_id
  where c.status = 'active';
end
$$;
comment on function trimtab.delivering_campaigns(uuid, timestamptz, bigint) is
  'The active campaigns of an organization with their signals, and whether they were shown or cost anything in the last 7 days and their end has not passed: one that stopped is ended, not broken. Errors: as signals_at().';
grant execute on function trimtab.delivering_campaigns(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
