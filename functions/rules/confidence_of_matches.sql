create or replace function trimtab.confidence_of_matches(
  p_org_id uuid,
  p_matches trimtab.rule_match[],
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_rules trimtab.automation_rules[] default null,
  p_terms trimtab.rule_terms[] default null
)
  returns table (place bigint, score numeric)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  -- Its plans look dear, because nobody knows how few rows functions return; compiling them takes longer than running them.
  set jit to off
  set plan_cache_mode to force_generic_plan
as $$
#variable_conflict use_column
declare
  v_rules trimtab.automation_rules[] := coalesce(p_rules, array(
    select r from trimtab.automation_rules r
    where r.org_id = p_org_id and r.id in (select m.rule_id from unnest(p_matches) m)));
  v_terms trimtab.rule_terms[] := coalesce(p_terms, array(
    select t from trimtab.rule_terms t
    where t.org_id = p_org_id and t.rule_id in (select m.rule_id from unnest(p_matches) m)));
begin
  return query
  with leaf as (
    -- The conditions of the term that holds; minima of evidence were counted, there is nothing to doubt.
    select m.place, l.leaf, m.campaign_id, m.found[abs(l.leaf)] as value,
           r.leaves -> abs(l.leaf) - 1 -> 'condition' as condition, t.bounds[l.position] as bounds
    from unnest(p_matches) with ordinality m (rule_id, campaign_id, term, found, facts_end_at, facts_revision, place)
    join unnest(v_rules) r on r.id = m.rule_id
    join unnest(v_terms) t on t.rule_id = m.rule_id and t.term = m.term
    cross join lateral unnest(t.leaves) with ordinality l (leaf, position)
    where m.campaign_id is not null
      and r.leaves -> abs(l.leaf) - 1 ->> 'evidence_of' is null
  ), rate as (
    select l.place, l.leaf, l.campaign_id, l.value, l.condition, l.bounds, x.code as metric, trimtab.evidence_window(l.condition ->> 'window') as span
    from leaf l
    join trimtab.metrics named on named.code = l.condition ->> 'metric'
    join trimtab.metrics x on x.code = coalesce(named.same_as, named.code) and x.aggregate = 'ratio' and x.code <> 'frequency'
    where l.condition ->> 'type' in ('metric_threshold', 'performance_change')
  ), signal as (
    select s.campaign_id, s.signals
    from trimtab.signals_at(
      p_org_id, p_as_of, p_known,
      array(select distinct a.campaign_id from rate a)) s
    where exists (select from rate a where a.condition ? 'compare_to' or a.condition ->> 'type' = 'performance_change')
  ), question as materialized (
    -- A change is asked as a quotient of two rates where both windows are in the catalogue. What else a rate is compared with
    -- is taken as it was found: the bound is what the other figure makes of it.
    select a.place, a.leaf, a.campaign_id, a.metric, a.span, o.other_span,
           k.factor * coalesce(lower(b.bound), '-Infinity') + k.shift as lower,
           k.factor * coalesce(upper(b.bound), 'Infinity') + k.shift as upper,
           row_number() over (order by a.place, a.leaf, b.bound) as number
    from rate a
    left join signal s on s.campaign_id = a.campaign_id
    left join lateral (
      select w.code as other_span
      from trimtab.metric_windows w
      where a.condition ->> 'type' = 'performance_change' and a.span = a.condition ->> 'window'
        and (w.code = a.condition ->> 'compare'
          or coalesce(a.condition ->> 'compare', 'period_before') = 'period_before' and w.previous_of = a.span)
    ) o on true
    cross join lateral (
      select
        s.signals[trimtab.signal_position(a.metric, a.span)] as present,
        case
          when a.condition ->> 'measure' = 'absolute' then s.signals[trimtab.signal_position(a.metric, a.span)] - a.value
          else s.signals[trimtab.signal_position(a.metric, a.span)] / nullif(1 + a.value / 100, 0)
        end as past
    ) found
    cross join lateral (
      select
        case
          when a.condition ->> 'type' = 'metric_threshold' then 1
          when o.other_span is not null and a.condition ->> 'measure' = 'absolute' then 1 / nullif(found.past, 0)
          when o.other_span is not null then 0.01
          when a.condition ->> 'measure' = 'absolute' then 1
          else nullif(found.past, 0) / 100
        end as factor,
        case
          when a.condition ->> 'type' = 'metric_threshold' and not a.condition ? 'compare_to' then 0
          when a.condition ->> 'type' = 'metric_threshold' then found.present - a.value
          when o.other_span is not null then 1
          else found.past
        end as shift
    ) k
    cross join lateral unnest(a.bounds) b (bound)
  ), answer as (
    select c.ordinality as number, c.confidence
    from (
      select array_agg(q.campaign_id order by q.number) as campaigns, array_agg(q.metric order by q.number) as metrics,
             array_agg(q.span order by q.number) as spans,
             array_agg(q.other_span order by q.number) as others,
             array_agg(nullif(q.lower, '-Infinity') order by q.number) as lowers,
             array_agg(nullif(q.upper, 'Infinity') order by q.number) as uppers
      from question q
    ) a
    cross join lateral trimtab.confidence_of(
      p_org_id, a.campaigns, a.metrics, a.spans, a.lowers, a.uppers, p_as_of, p_known, a.others) c
    where a.campaigns is not null
  ), doubt as (
    -- A condition with several ranges holds with the sum of their probabilities; one that nothing is known of, with none.
    select q.place, q.leaf, 1 - least(1, sum(a.confidence)) as doubt, bool_or(a.confidence is null or q.lower is null) as is_unknown
    from question q
    left join answer a on a.number = q.number
    group by q.place, q.leaf
  )
  -- Bonferroni: whatever the conditions have to do with each other, all hold with at least this probability.
  select m.place,
         case when bool_or(d.is_unknown) then null
              else round(100 * greatest(0, 1 - coalesce(sum(d.doubt), 0)), 2) end
  from unnest(p_matches) with ordinality m (rule_id, campaign_id, term, found, facts_end_at, facts_revision, place)
  left join doubt d on d.place = m.place
  group by m.place;
end
$$;
comment on function trimtab.confidence_of_matches(uuid, trimtab.rule_match[], timestamptz, bigint, trimtab.automation_rules[], trimtab.rule_terms[]) is
  'How likely it is, in percent, that the conditions of each match truly hold (place: position in p_matches): for each rate among them the probability of confidence_of(), and together the lower bound of Bonferroni, 1 minus the sum of the doubts. Counts, ranks, findings, the calendar and a campaign''s own attributes are certain. A change between two windows of the catalogue is as unsure as both; any other comparison takes the figure compared with as it was found. A window outside the catalogue is judged by the evidence of evidence_window(). Null where nothing is known.';
grant execute on function trimtab.confidence_of_matches(uuid, trimtab.rule_match[], timestamptz, bigint, trimtab.automation_rules[], trimtab.rule_terms[]) to trimtab_user, trimtab_engine, trimtab_definer;
