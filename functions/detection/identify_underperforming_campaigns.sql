create or replace function trimtab.identify_underperforming_campaigns(
  min_spend numeric default 50,
  max_roi numeric default 1,
  min_duration_hours integer default 24,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (
    campaign_id uuid,
    campaign_title text,
    current_budget numeric,
    total_spend numeric,
    roi numeric,
    ctr numeric,
    conversion_rate numeric,
    hours_running integer,
    recommendation text,
    confidence_score numeric,
    confidence_tier numeric,
    facts_age_hours numeric,
    currency text,
    budget_currency text,
    autonomous_enabled boolean
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
-- Names of columns mean the columns; the parameters are named in full.
#variable_conflict use_column
declare
  v_org_id uuid := trimtab.require_org('viewer');
  v_currency text;
  v_ids uuid[];
begin
  select o.currency into v_currency from trimtab.organizations o where o.org_id = v_org_id;

  select array_agg(s.campaign_id) into v_ids
  from trimtab.signals_at(v_org_id, p_as_of, p_known) s
  where s.signals[(select trimtab.signal_position('roi', 'lifetime'))] < identify_underperforming_campaigns.max_roi
    and s.signals[(select trimtab.signal_position('spend', 'lifetime'))] >= identify_underperforming_campaigns.min_spend;

  return query
  with found as (
    select
      c.campaign_id, c.title, c.budget, c.currency as budget_currency, c.autonomous_enabled, c.hours_running,
      s.signals[(select trimtab.signal_position('spend', 'lifetime'))] as spend,
      s.signals[(select trimtab.signal_position('roi', 'lifetime'))] as roi,
      s.signals[(select trimtab.signal_position('ctr', 'lifetime'))] as ctr,
      s.signals[(select trimtab.signal_position('conversion_rate', 'lifetime'))] as conversion_rate,
      extract(epoch from p_as_of - s.facts_end_at) / 3600 as facts_age
    from trimtab.campaigns_at(v_org_id, p_as_of) c
    join trimtab.signals_at(v_org_id, p_as_of, p_known) s on s.campaign_id = c.campaign_id
    where c.status = 'active'
      and (c.ends_at is null or c.ends_at > p_as_of)
      and c.campaign_id = any (v_ids)
      and c.hours_running >= identify_underperforming_campaigns.min_duration_hours
  ),
  asked as (
    select array_agg(f.campaign_id order by f.campaign_id) as ids, count(*)::integer as n
    from found f
  ),
  sure as (
    select a.ids[k.ordinality] as campaign_id, k.confidence
    from asked a
    cross join lateral trimtab.confidence_of(
      v_org_id, a.ids, array_fill('roas'::text, array[a.n]), array_fill('lifetime'::text, array[a.n]),
      array_fill(null::numeric, array[a.n]),
      array_fill(identify_underperforming_campaigns.max_roi, array[a.n]), p_as_of, p_known) k
    where a.n > 0
  )
  select
    f.campaign_id, f.title, f.budget, f.spend, f.roi, f.ctr, f.conversion_rate,
    floor(f.hours_running)::integer,
    case
      when k.confidence < 0.5 then
        format('MONITOR: earned back %s of %s, but so few figures prove little (%s%% sure that it is below %s)',
          round(f.roi, 2), trimtab.money_text(f.spend, v_currency), round(k.confidence * 100), identify_underperforming_campaigns.max_roi)
      when f.roi < 0.5 then
        format('CRITICAL: pause now; less than half of %s came back (return %s)', trimtab.money_text(f.spend, v_currency), round(f.roi, 2))
      when f.roi < 1 then
        format('HIGH: consider pausing; it loses money (return %s on %s)', round(f.roi, 2), trimtab.money_text(f.spend, v_currency))
      else
        format('MEDIUM: earns its cost, but less than the %s asked for (return %s on %s)',
          identify_underperforming_campaigns.max_roi, round(f.roi, 2), trimtab.money_text(f.spend, v_currency))
    end,
    round(k.confidence * 100, 2),
    trimtab.pause_confidence_tier(f.roi),
    round(f.facts_age, 1),
    v_currency, f.budget_currency, f.autonomous_enabled
  from found f
  left join sure k on k.campaign_id = f.campaign_id
  order by f.roi, f.spend desc, f.campaign_id;
end
$$;
comment on function trimtab.identify_underperforming_campaigns(numeric, numeric, integer, timestamptz, bigint) is
  'Active campaigns of the caller''s organization, not ended, that spent at least min_spend, ran at least min_duration_hours and earned back less than max_roi times their cost, over their lifetime; worst first. A campaign whose return is not known is not among them. total_spend in currency, the organization''s; current_budget in budget_currency, the campaign''s. roi is revenue ÷ spend; ctr and conversion_rate are percent; hours_running are full hours without pauses. recommendation begins with CRITICAL (return below 0.5), HIGH (below 1), MEDIUM (below max_roi) or MONITOR (the figures are too few to tell). confidence_score: percent probability that the true return is below max_roi; confidence_tier: the step of pause_confidence_tier(). Errors: TT001, TT002, TT006.';
grant execute on function trimtab.identify_underperforming_campaigns(numeric, numeric, integer, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
