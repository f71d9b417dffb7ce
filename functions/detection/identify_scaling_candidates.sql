create or replace function trimtab.identify_scaling_candidates(
  min_roi numeric default 3,
  min_conversions integer default 10,
  max_budget_multiplier numeric default 3,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (
    campaign_id uuid,
    campaign_title text,
    current_budget numeric,
    suggested_budget numeric,
    roi numeric,
    conversions numeric,
    ctr numeric,
    confidence_score numeric,
    reasoning text,
    confidence_tier numeric,
    total_spend numeric,
    hours_running integer,
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
  where s.signals[(select trimtab.signal_position('roi', 'lifetime'))] >= identify_scaling_candidates.min_roi
    and s.signals[(select trimtab.signal_position('conversions', 'lifetime'))] >= identify_scaling_candidates.min_conversions;

  return query
  with found as (
    select
      c.campaign_id, c.title, c.budget, c.currency as budget_currency, c.autonomous_enabled, c.hours_running,
      v.spend, v.roi, v.conversions, v.ctr, v.facts_age,
      trimtab.scale_confidence_tier(v.conversions, v.roi) as tier
    from trimtab.campaigns_at(v_org_id, p_as_of) c
    join (
      select
        s.campaign_id,
        s.signals[(select trimtab.signal_position('spend', 'lifetime'))] as spend,
        s.signals[(select trimtab.signal_position('roi', 'lifetime'))] as roi,
        s.signals[(select trimtab.signal_position('conversions', 'lifetime'))] as conversions,
        s.signals[(select trimtab.signal_position('ctr', 'lifetime'))] as ctr,
        extract(epoch from p_as_of - s.facts_end_at) / 3600 as facts_age
      from trimtab.signals_at(v_org_id, p_as_of, p_known) s
    ) v on v.campaign_id = c.campaign_id
    where c.status = 'active'
      and (c.ends_at is null or c.ends_at > p_as_of)
      and c.campaign_id = any (v_ids)
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
      array_fill(identify_scaling_candidates.min_roi, array[a.n]), array_fill(null::numeric, array[a.n]), p_as_of, p_known) k
    where a.n > 0
  ),
  suggested as (
    select
      f.*, k.confidence,
      trimtab.round_down_money(
        f.budget * greatest(1, least(
          identify_scaling_candidates.max_budget_multiplier,
          case f.tier when 95 then 2 when 85 then 1.5 when 75 then 1.3 else 1.2 end)),
        f.budget_currency) as new_budget
    from found f
    left join sure k on k.campaign_id = f.campaign_id
  )
  select
    f.campaign_id, f.title, f.budget, f.new_budget, f.roi, f.conversions, f.ctr,
    round(f.confidence * 100, 2),
    format('%s return: %s earned for every 1 spent, over %s conversions (%s%% sure that it is above %s). %s',
      case when f.roi >= 4 then 'Exceptional' when f.roi >= 3.5 then 'Strong' when f.roi >= 3 then 'Good' else 'Fair' end,
      round(f.roi, 2), trim_scale(round(f.conversions, 1)), coalesce(round(f.confidence * 100)::text, '?'),
      identify_scaling_candidates.min_roi,
      case
        when f.budget is null then 'There is no budget to raise.'
        when f.budget = 0 then 'The budget is 0: set one.'
        when f.new_budget <= f.budget then 'The budget stays as it is.'
        else format('Budget times %s: %s to %s.', trim_scale(round(f.new_budget / f.budget, 2)),
          trimtab.money_text(f.budget, f.budget_currency), trimtab.money_text(f.new_budget, f.budget_currency))
      end),
    f.tier, f.spend, floor(f.hours_running)::integer, round(f.facts_age, 1),
    v_currency, f.budget_currency, f.autonomous_enabled
  from suggested f
  order by f.roi desc, f.conversions desc, f.campaign_id;
end
$$;
comment on function trimtab.identify_scaling_candidates(numeric, integer, numeric, timestamptz, bigint) is
  'Active campaigns of the caller''s organization, not ended, that earned at least min_roi times their cost over at least min_conversions conversions, over their lifetime; best first. suggested_budget is the budget times 2, 1.5, 1.3 or 1.2 by confidence_tier 95, 85, 75 or 60, at most times max_budget_multiplier, cut to the smallest unit of budget_currency, the campaign''s; null where there is no budget. total_spend in currency, the organization''s. roi is revenue ÷ spend, ctr percent, hours_running full hours without pauses. confidence_score: percent probability that the true return is above min_roi. Errors: TT001, TT002, TT006.';
grant execute on function trimtab.identify_scaling_candidates(numeric, integer, numeric, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
