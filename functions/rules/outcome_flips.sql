create or replace function trimtab.outcome_flips(
  p_rule trimtab.automation_rules,
  p_terms trimtab.rule_terms[],
  p_found numeric[]
)
  returns jsonb
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  with literal as (
    select t.term, l.leaf, p.position, b.bounds, p_found[abs(l.leaf)] as value, coalesce(b.bounds @> p_found[abs(l.leaf)], false) as holds
    from unnest(p_terms) t
    cross join lateral unnest(t.leaves) with ordinality l (leaf, place)
    cross join lateral (select t.signal_positions[l.place] as position) p
    cross join lateral (select t.bounds[l.place] as bounds) b
  ), metric as (
    -- What may be thought to change: figures, not ranks, the calendar or a name.
    select l.position, min(abs(l.leaf)) as leaf, min(l.value) as value
    from literal l
    where p_rule.leaves -> (abs(l.leaf) - 1) #>> '{condition,type}' in ('metric_threshold', 'performance_change', 'budget_pacing')
       or p_rule.leaves -> (abs(l.leaf) - 1) ->> 'evidence_of' is not null
    group by l.position
  ), term as (
    -- With everything else as it is: the values of one metric with which a term would hold.
    select m.position, l.term,
           coalesce(range_intersect_agg(l.bounds) filter (where l.position = m.position), '{(,)}') as bounds,
           coalesce(bool_and(l.holds) filter (where l.position <> m.position), true) as others_hold
    from metric m
    cross join literal l
    group by m.position, l.term
  ), outcome as (
    select t.position, coalesce(range_agg(u.bound) filter (where t.others_hold), '{}'::nummultirange) as holds_with
    from term t
    left join lateral unnest(t.bounds) u (bound) on true
    group by t.position
  ), state as (
    select bool_or(t.holds) as holds
    from (select bool_and(l.holds) as holds from literal l group by l.term) t
  ), target as (
    select m.leaf, m.value, s.holds, u.bound,
           case when m.value <= lower(u.bound) or m.value is null or upper(u.bound) is null then coalesce(lower(u.bound), upper(u.bound))
                else upper(u.bound) end as edge
    from metric m
    join outcome o on o.position = m.position
    cross join state s
    cross join lateral unnest(case when s.holds then '{(,)}'::nummultirange - o.holds_with else o.holds_with end) u (bound)
  ), nearest as (
    select distinct on (t.leaf) t.*
    from target t
    where t.edge is not null or t.value is null
    order by t.leaf, abs(t.edge - t.value) nulls last, t.edge
  )
  select coalesce(jsonb_agg(jsonb_build_object(
      'metric', coalesce(c.condition ->> 'metric', c.condition ->> 'type'),
      'window', c.condition ->> 'window',
      'condition', c.condition,
      'value', n.value,
      'flips_at', n.edge,
      'reached', case when n.edge is null then 'any' when n.edge = lower(n.bound) and lower_inc(n.bound) or n.edge = upper(n.bound) and upper_inc(n.bound) then 'at' else
        case when n.edge = lower(n.bound) then 'above' else 'below' end end,
      'change', n.edge - n.value,
      'change_percent', round(100 * (n.edge - n.value) / nullif(abs(n.value), 0), 2))
    order by abs((n.edge - n.value) / nullif(n.value, 0)) nulls last, n.leaf), '[]')
  from nearest n
  cross join lateral (select p_rule.leaves -> (n.leaf - 1) -> 'condition' as condition) c
$$;
comment on function trimtab.outcome_flips(trimtab.automation_rules, trimtab.rule_terms[], numeric[]) is
  'For each figure that a rule looks at the smallest change of it alone that would turn the outcome round, from the values found (one a leaf): [{metric, window, condition, value, flips_at, reached (at, above or below flips_at; any: it need only be known), change, change_percent}], the smallest relative change first. A figure that cannot turn it alone is not listed; ranks, the calendar and findings are no figures.';
grant execute on function trimtab.outcome_flips(trimtab.automation_rules, trimtab.rule_terms[], numeric[]) to trimtab_user, trimtab_engine, trimtab_definer;
