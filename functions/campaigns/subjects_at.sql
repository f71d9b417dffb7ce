create or replace function trimtab.subjects_at(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_campaign_ids uuid[] default null
)
  returns table (
    campaign_id uuid,
    title text,
    platform text,
    group_id uuid,
    tags text[],
    status text,
    currency text,
    rate numeric,
    starts_at timestamptz,
    ends_at timestamptz,
    signals numeric[],
    live numeric[],
    first_day date,
    facts_end_at timestamptz,
    facts_revision bigint
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_currency text;
  v_now timestamp;
  v_known_at timestamptz;
  v_lifetime_spend integer := trimtab.signal_position('spend', 'lifetime');
begin
  select o.currency, p_as_of at time zone o.time_zone into v_currency, v_now
  from trimtab.organizations o
  where o.org_id = p_org_id;
  if p_known is not null then
    -- As in compute_window_signals(): rates have no revision.
    v_known_at := greatest(
      p_as_of,
      (
        select r.published_at
        from trimtab.knowledge_revisions r
        where r.org_id = p_org_id
          and r.revision <= p_known
        order by r.revision desc
        limit 1
      ));
  end if;

  return query
  with campaigns as materialized (
    select * from trimtab.campaigns_at(p_org_id, p_as_of, p_campaign_ids)
  ), rates as materialized (
    select d.currency, trimtab.exchange_rate(d.currency, v_currency, v_now::date, v_known_at) as rate
    from (select distinct c.currency from campaigns c) d
  )
  select
    c.campaign_id, c.title, c.platform, c.group_id, c.tags, c.status, c.currency, r.rate, c.starts_at, c.ends_at,
    s.signals,
    trimtab.live_values(
      c.hours_running,
      extract(epoch from p_as_of - s.facts_end_at) / 3600,
      s.signals[v_lifetime_spend],
      c.status,
      extract(hour from v_now) * 60 + extract(minute from v_now),
      extract(dow from v_now),
      r.rate, c.budget, c.daily_budget, c.bid),
    s.first_day, s.facts_end_at, s.facts_revision
  from campaigns c
  join rates r on r.currency = c.currency
  join trimtab.signals_at(p_org_id, p_as_of, p_known, p_campaign_ids) s on s.campaign_id = c.campaign_id;
end
$$;
comment on function trimtab.subjects_at(uuid, timestamptz, bigint, uuid[]) is
  'What rules judge: campaigns of an organization (null: all) as campaigns_at() tells them at p_as_of, with their signals as known at revision p_known (null: now) and their live values, see live_values(). rate: what a unit of the campaign''s currency is worth in the organization''s that day; null when no rate is known. Errors: as compute_signals().';
grant execute on function trimtab.subjects_at(uuid, timestamptz, bigint, uuid[]) to trimtab_user, trimtab_engine, trimtab_definer;
