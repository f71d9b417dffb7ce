create or replace function trimtab.find_budget_inefficiency(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (
    campaign_id uuid,
    subject text,
    probability numeric,
    at_stake numeric,
    description text,
    suggested_action text,
    proposed_action jsonb,
    estimated_impact jsonb,
    evidence jsonb
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
-- Names of columns mean the columns, not the results of the same name.
#variable_conflict use_column
declare
  v_limits jsonb := trimtab.detection_limits();
  v_least numeric := (v_limits ->> 'min_probability')::numeric;
  v_currency text;
  v_roi numeric := (v_limits ->> 'inefficiency_roi')::numeric;
  v_min_spend numeric := (v_limits ->> 'inefficiency_min_spend')::numeric;
begin
  select o.currency into v_currency from trimtab.organizations o where o.org_id = p_org_id;

  return query
  with spent as (
    select
      d.campaign_id, d.title, d.currency, d.budget, d.daily_budget,
      d.signals[(select trimtab.signal_position('spend', 'last_30_days'))] as spend,
      d.signals[(select trimtab.signal_position('revenue', 'last_30_days'))] as revenue,
      d.signals[(select trimtab.signal_position('roas', 'last_30_days'))] as roas
    from trimtab.delivering_campaigns(p_org_id, p_as_of, p_known) d
    where d.is_delivering
  ),
  usual as (
    -- Much is what at least half of the campaigns spend less than, or a twentieth of all that is spent.
    select percentile_cont(0.5) within group (order by s.spend)::numeric as middle, sum(s.spend) as total
    from spent s
    where s.spend > 0
  ),
  found as (
    select s.*, u.total
    from spent s
    cross join usual u
    where s.roas < v_roi
      and s.spend >= v_min_spend
      and (s.spend >= u.middle or s.spend >= 0.05 * u.total)
  ),
  asked as (
    -- Twice each: how likely it is below the line, and how likely below half of it.
    select array_agg(f.campaign_id order by f.campaign_id, h.half) as ids, array_agg(v_roi / h.half order by f.campaign_id, h.half) as bounds,
      count(*)::integer as n
    from found f
    cross join (values (1), (2)) h (half)
  ),
  sure as (
    select a.ids[k.ordinality] as campaign_id, max(k.confidence) as probability, min(k.confidence) as below_half
    from asked a
    cross join lateral trimtab.confidence_of(
      p_org_id, a.ids, array_fill('roas'::text, array[a.n]), array_fill('last_30_days'::text, array[a.n]),
      array_fill(null::numeric, array[a.n]), a.bounds, p_as_of, p_known) k
    where a.n > 0
    group by 1
  ),
  judged as (
    select
      f.*, k.probability, k.below_half >= v_least as is_hopeless,
      trimtab.round_down_money(f.spend * (1 - f.roas), v_currency) as loss,
      -- Bring the spending nearer to what it earns, by a half at most.
      least(50, greatest(10, round(100 * (1 - f.roas / v_roi), -1))) as cut
    from found f
    join sure k on k.campaign_id = f.campaign_id
    where k.probability >= v_least
  )
  select
    j.campaign_id, '', j.probability, j.loss,
    format('"%s" earned back %s of every 1 spent in the last 30 days: %s spent, %s lost.',
      j.title, round(j.roas, 2), trimtab.money_text(j.spend, v_currency), trimtab.money_text(j.loss, v_currency)),
    case when j.is_hopeless then 'Pause it, and move the budget to campaigns that pay.'
      else format('Cut the budget by %s%% until it pays, or pause it; see which audiences and creatives still earn their cost.', j.cut) end,
    case when j.is_hopeless then jsonb_build_object('action', 'pause_campaign')
      else jsonb_strip_nulls(jsonb_build_object(
        'action', 'adjust_budget', 'percent', -j.cut,
        'budget', trimtab.round_down_money(j.budget * (1 - j.cut / 100), j.currency),
        'daily_budget', trimtab.round_down_money(j.daily_budget * (1 - j.cut / 100), j.currency),
        'currency', j.currency)) end,
    jsonb_build_object(
      'savings', case when j.is_hopeless then j.loss else trimtab.round_down_money(j.loss * j.cut / 100, v_currency) end,
      'currency', v_currency, 'period_days', 30),
    jsonb_build_object(
      'window', 'last_30_days', 'spend', round(j.spend, 2), 'revenue', round(j.revenue, 2), 'roas', round(j.roas, 4),
      'threshold', v_roi, 'currency', v_currency)
  from judged j;
end
$$;
comment on function trimtab.find_budget_inefficiency(uuid, timestamptz, bigint) is
  'Delivering campaigns that spend much (in 30 days as much as the median campaign, or a twentieth of the whole) and surely earn back less than inefficiency_roi of it. Probability: that the true return is below that. Proposes to pause where it is surely below half, else to cut the budget. Money in the organization''s currency; budgets in the campaign''s.';
grant execute on function trimtab.find_budget_inefficiency(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
