create or replace function trimtab.roll_forward_facts(p_org_id uuid, p_before date)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  -- definer: neither the lifetime sums nor the organization's boundary are anybody else's to write. For the clockwork.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_before date := date_trunc('month', p_before::timestamp)::date;
  v_organization trimtab.organizations;
  v_first_needed date;
  v_rows bigint;
begin
  v_organization := trimtab.lock_organization(p_org_id);
  if v_organization.org_id is null then
    raise exception 'there is no organization %', p_org_id
      using errcode = 'TT004', hint = 'It may have been deleted in the meantime.';
  end if;
  v_first_needed := (trimtab.clock() at time zone v_organization.time_zone)::date
    - (select max(w.first_unit) from trimtab.metric_windows w where w.unit = 'day');
  if v_before is null or v_before > v_first_needed then
    raise exception 'facts up to % cannot be rolled forward yet', v_before
      using errcode = 'TT023',
            detail = format('The longest window needs them from %s on by day.', v_first_needed),
            hint = 'Keep facts for at least three months (setting facts_retention_months).';
  end if;
  if v_before <= v_organization.facts_from then
    return 0;
  end if;

  with facts as (
    select
      f.*,
      (f.impressions is not null)::integer * 1
        + (f.clicks is not null)::integer * 2
        + (f.spend is not null)::integer * 4
        + (f.conversions is not null)::integer * 8
        + (f.revenue is not null)::integer * 16
        + (f.likes is not null)::integer * 32
        + (f.shares is not null)::integer * 64
        + (f.comments is not null)::integer * 128
        + (f.reach is not null)::integer * 256 as known_measures
    from trimtab.campaign_metrics f
    where f.org_id = p_org_id
      and f.grain = 'day'
      and f.day >= v_organization.facts_from
      and f.day < v_before
      and f.known_to is null
  ), rates as (
    select d.currency, d.day, trimtab.exchange_rate(d.currency, v_organization.currency, d.day) as rate
    from (select distinct f.currency, f.day from facts f where f.currency <> v_organization.currency) d
  )
  insert into trimtab.campaign_lifetime_metrics (
    org_id, campaign_id, first_day, last_day, days, known_measures, currency, facts_revision, rolled_at,
    impressions, clicks, spend, conversions, revenue, likes, shares, comments, reach_sum, greatest_reach)
  select
    p_org_id, f.campaign_id, min(f.day), max(f.day), count(*), f.known_measures, f.currency, max(f.known_from), trimtab.clock(),
    sum(f.impressions), sum(f.clicks), sum(f.spend), sum(f.conversions), sum(f.revenue),
    sum(f.likes), sum(f.shares), sum(f.comments), sum(f.reach), max(f.reach)
  from facts f
  join trimtab.campaigns c on c.org_id = p_org_id and c.id = f.campaign_id
  left join rates r on r.currency = f.currency and r.day = f.day
  group by f.campaign_id, date_trunc('month', f.day::timestamp), f.known_measures, f.currency, r.rate;
  get diagnostics v_rows = row_count;

  -- From here on these facts count by their sums only. What was known of them before their last change cannot be told.
  update trimtab.organizations o
  set facts_from = v_before,
      replay_floor = greatest(
        o.replay_floor,
        (
          select max(greatest(f.known_from, f.known_to))
          from trimtab.campaign_metrics f
          where f.org_id = p_org_id
            and f.day >= v_organization.facts_from
            and f.day < v_before
            and f.grain in ('day', 'hour', 'breakdown')
        ))
  where o.org_id = p_org_id;
  return v_rows;
end
$$;
comment on function trimtab.roll_forward_facts(uuid, date) is
  'Adds up an organization''s daily facts of the months before p_before into campaign_lifetime_metrics and moves its boundaries: facts_from (facts before it count by their sums, corrections of them are refused) and replay_floor (the last revision that touched them). Lifetime figures stay the same. Returns how many sums were written; 0 when that was done before. Errors: TT004, TT023 when windows still need these days, 55P03.';
alter function trimtab.roll_forward_facts(uuid, date) owner to trimtab_definer;
grant execute on function trimtab.roll_forward_facts(uuid, date) to trimtab_engine;
