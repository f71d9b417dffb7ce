create or replace function trimtab.compile_rule(p_document jsonb, out rule trimtab.automation_rules, out terms trimtab.rule_terms[])
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  set plan_cache_mode to force_generic_plan
as $$
#variable_conflict use_column
declare
  c_most_leaves constant integer := 50;
  c_most_terms constant integer := 500;
  c_statuses constant text[] := array['draft', 'active', 'paused', 'completed', 'archived'];
  c_minima constant text[] := array['min_spend', 'min_conversions', 'min_clicks', 'min_impressions', 'min_duration_hours'];
  c_minima_of constant text[] := array['spend', 'conversions', 'clicks', 'impressions', 'hours_running'];
  c_everything constant nummultirange := nummultirange(numrange(null, null));
  v_document jsonb;
  v_faults text[];
  v_compiled record;
  v_actions text[];
begin
  select n.document, n.faults into v_document, v_faults from trimtab.normalize_rule(p_document) n;
  if v_faults is not null then
    raise exception 'the rule is not valid (faults: %)', cardinality(v_faults)
      using errcode = 'TT030',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'For example {"name": "Dear conversions", "conditions": [{"metric": "cpa", "operator": ">", "threshold": 50, "min_spend": 100}], "actions": [{"type": "pause_campaign"}]}.';
  end if;

  with recursive metrics as materialized (
    select m.* from trimtab.rule_metrics() m
  ), nodes as (
    -- The tree, flat. Negation goes down to the leaves: under it all becomes any, and any all.
    select 'conditions'::text as path, '{}'::integer[] as place, v_document -> 'conditions' as node, false as negated
    union all
    select case when m.key = 'not' then n.path || '.not' else format('%s.%s[%s]', n.path, m.key, e.place - 1) end,
      n.place || e.place::integer, e.node, n.negated <> (m.key = 'not')
    from nodes n
    cross join lateral (
      select case when n.node ? 'all' then 'all' when n.node ? 'any' then 'any' when n.node ? 'not' then 'not' end
    ) m (key)
    cross join lateral jsonb_array_elements(
      case when m.key = 'not' then jsonb_build_array(n.node -> 'not') else n.node -> m.key end) with ordinality e (node, place)
    where m.key is not null and not n.node ? 'type'
  ), said as materialized (
    select n.path, n.place, n.node, n.negated, n.node ? 'type' as is_leaf,
      case
        when n.node ? 'type' then null
        when n.node ? 'not' then 'all'
        when n.node ? 'any' <> n.negated then 'any'
        else 'all'
      end as kind,
      row_number() over (order by n.place)::integer as id
    from nodes n
  ), conditions as (
    -- Each leaf, behind it the minima of evidence that it asks for; those of the whole rule come last.
    select s.path, s.place, 0 as minimum, s.node as condition, s.id as node_id, s.negated
    from said s
    where s.is_leaf
    union all
    select s.path || '.' || x.name, s.place, x.minimum::integer,
      jsonb_build_object('type', 'metric_threshold', 'metric', x.metric, 'operator', '>=', 'threshold', s.node -> x.name)
        || case when x.metric = 'hours_running' then '{}' else jsonb_build_object('window', coalesce(s.node ->> 'window', 'lifetime')) end,
      s.id, false
    from (
      select s.path, s.place, s.node, s.id from said s where s.is_leaf
      union all
      select 'evidence', '{2147483647}', v_document -> 'evidence', null where v_document ? 'evidence'
    ) s
    cross join lateral unnest(c_minima, c_minima_of) with ordinality x (name, metric, minimum)
    where s.node ? x.name
  ), numbered as (
    select c.*, row_number() over (order by c.place, c.minimum)::integer as leaf, c.condition ->> 'type' as type,
      c.condition - c_minima as asked
    from conditions c
  ), kinds as (
    select l.*, v.judges, m.place as metric_place, w.position as window_place,
      case
        when l.type = 'metric_threshold' and l.condition ? 'compare_to' then 'difference'
        when l.type in ('time_based', 'day_of_week', 'campaign_status') then l.type
        when l.type = 'event_payload' then
          case when l.condition ->> 'operator' <> 'contains'
              and not jsonb_path_exists(l.condition -> 'value', '$[*] ? (@.type() != "number")')
            then 'figure' else 'answer' end
        when l.condition ?& array['operator', 'threshold'] then 'figure'
        else 'answer'
      end as form,
      coalesce(l.condition -> 'threshold', l.condition -> 'value') as threshold,
      v.judges = 'facts' and (l.type <> 'metric_threshold' or coalesce(m.judges_facts, true) or coalesce(o.judges_facts, false)) as judges_facts
    from numbered l
    join trimtab.rule_vocabulary v on v.kind = 'condition' and v.code = l.type
    left join metrics m on l.type = 'metric_threshold' and m.metric = l.condition ->> 'metric'
    left join metrics o on l.type = 'metric_threshold' and o.metric = l.condition -> 'compare_to' ->> 'metric'
    left join trimtab.metric_windows w on w.code = l.condition ->> 'window'
  ), bounded as materialized (
    select k.leaf, k.path, k.condition, k.minimum, k.node_id, k.negated, k.judges, k.judges_facts,
      case
        when k.type = 'campaign_status' then -4
        when k.type = 'time_based' then -5
        when k.type = 'day_of_week' then -6
        when k.form = 'figure' and k.metric_place < 0 then k.metric_place
        when k.form = 'figure' and k.metric_place > 0 and k.window_place is not null
          then (k.metric_place - 1) * (select count(*)::integer from trimtab.metric_windows) + k.window_place
      end as position,
      case k.form
        when 'figure' then k.asked - array['operator', 'threshold', 'value']
        when 'difference' then k.asked - array['operator']
        else k.asked
      end as feature,
      case k.form
        when 'campaign_status' then (
          select range_agg(numrange(p.code, p.code, '[]'))
          from jsonb_array_elements_text(k.condition -> 'statuses') s (status)
          cross join lateral (select array_position(c_statuses, s.status)::numeric) p (code)
        )
        when 'day_of_week' then (
          select range_agg(numrange(d.day::numeric, d.day::numeric, '[]')) from jsonb_array_elements_text(k.condition -> 'days') d (day)
        )
        when 'time_based' then (
          select case when t.since < t.until then nummultirange(numrange(t.since, t.until))
            else nummultirange(numrange(t.since, 1440), numrange(0, t.until)) end
          from (
            select split_part(k.condition ->> 'from', ':', 1)::numeric * 60 + split_part(k.condition ->> 'from', ':', 2)::numeric,
              split_part(k.condition ->> 'to', ':', 1)::numeric * 60 + split_part(k.condition ->> 'to', ':', 2)::numeric
          ) t (since, until)
        )
        when 'figure' then trimtab.operator_bounds(k.condition ->> 'operator', k.threshold)
        when 'difference' then trimtab.operator_bounds(k.condition ->> 'operator', '0')
        else nummultirange(numrange(1, null, '[)'))
      end as bounds
    from kinds k
  ), features as materialized (
    select f.feature, (row_number() over (order by f.leaf) - 1)::integer as place
    from (select b.feature, min(b.leaf) as leaf from bounded b where b.position is null group by b.feature) f
  ), leaves as materialized (
    select b.leaf, b.path, b.condition, b.minimum, b.node_id, b.negated, b.judges, b.judges_facts, b.bounds,
      coalesce(b.position, -100 - f.place) as position,
      first_value(b.leaf) over (partition by b.node_id order by b.minimum) as main
    from bounded b
    left join features f on f.feature = b.feature and b.position is null
  ), members as materialized (
    select p.id, array_agg(c.id order by c.place) as members
    from said p
    join said c on cardinality(c.place) = cardinality(p.place) + 1 and c.place[1:cardinality(p.place)] = p.place
    where not p.is_leaf
    group by p.id
  ), multiplied as (
    -- Multiplied out, from the top: a leaf is kept, all puts its members in the queue, any goes on once for each of them.
    select '{}'::integer[] as kept, array[1] as queue, '{}'::integer[] as turns, 1::bigint as width
    union all
    select case when s.is_leaf then t.kept || s.id else t.kept end,
      case when s.is_leaf then t.queue[2:] when s.kind = 'all' then coalesce(m.members, '{}') || t.queue[2:] else a.member || t.queue[2:] end,
      case when s.kind = 'any' then t.turns || a.turn else t.turns end,
      count(*) over ()
    from multiplied t
    join said s on s.id = t.queue[1]
    left join members m on m.id = s.id
    cross join lateral (
      select x.member, x.turn::integer from unnest(m.members) with ordinality x (member, turn) where s.kind = 'any'
      union all
      select null, null where s.kind is distinct from 'any'
    ) a (member, turn)
    where t.width <= c_most_terms
  ), distinct_terms as materialized (
    select t.leaves, min(t.turns) as turns
    from (
      select t.turns, array(
          select case when l.negated then - l.leaf else l.leaf end
          from leaves l
          where l.node_id = any (t.kept) or l.node_id is null
          order by case when l.position > 0 then 0 when l.position > -100 then 1 else 2 end, l.leaf
        ) as leaves
      from multiplied t
      where t.queue = '{}' and t.width <= c_most_terms
    ) t
    group by t.leaves
  ), compiled_terms as materialized (
    select row_number() over (order by t.turns)::integer as term, t.leaves, p.positions, p.bounds, p.statuses
    from distinct_terms t
    cross join lateral (
      select coalesce(array_agg(l.position order by x.place), '{}'),
        coalesce(array_agg(case when x.leaf < 0 then c_everything - l.bounds else l.bounds end order by x.place), '{}'),
        range_intersect_agg(case when x.leaf < 0 then c_everything - l.bounds else l.bounds end) filter (where l.position = -4)
      from unnest(t.leaves) with ordinality x (leaf, place)
      join leaves l on l.leaf = abs(x.leaf)
    ) p (positions, bounds, statuses)
  )
  select
    (select count(*) from leaves) as leaf_count,
    exists (select from multiplied m where m.width > c_most_terms) as is_too_wide,
    (
      select jsonb_agg(jsonb_build_object('path', l.path, 'condition', l.condition)
          || case when l.minimum = 0 then '{}' when l.node_id is null then '{"evidence_of": 0}' else jsonb_build_object('evidence_of', l.main) end
        order by l.leaf)
      from leaves l
    ) as leaves,
    (select array_agg(l.position order by l.leaf) from leaves l) as positions,
    (select array_agg(l.bounds order by l.leaf) from leaves l) as bounds,
    (select jsonb_agg(f.feature order by f.place) from features f) as features,
    (select array_agg(row(null, null, t.term, t.leaves, t.positions, t.bounds)::trimtab.rule_terms order by t.term) from compiled_terms t) as terms,
    exists (select from leaves l where l.judges in ('facts', 'campaign', 'findings')) as judges_campaigns,
    exists (select from leaves l where l.judges_facts) as judges_facts,
    exists (select from leaves l where l.judges = 'calendar') as judges_calendar,
    exists (select from leaves l where l.position = -4) as judges_status,
    (select bool_or(t.statuses is null) from compiled_terms t) as is_any_status,
    array(
      select s.status
      from unnest(c_statuses) with ordinality s (status, code)
      where exists (select from compiled_terms t where t.statuses @> s.code::numeric)
      order by s.code
    ) as statuses
    into v_compiled;

  v_actions := array(select a ->> 'type' from jsonb_array_elements(v_document -> 'actions') a);
  if v_compiled.leaf_count > c_most_leaves then
    v_faults := array[format('conditions: found %s conditions and minima of evidence, allowed: at most %s.', v_compiled.leaf_count, c_most_leaves)];
  end if;
  if v_compiled.is_too_wide then
    v_faults := v_faults || format('conditions: found groups that make more than %s alternatives, allowed: at most %s.', c_most_terms, c_most_terms);
  end if;
  if v_faults is not null then
    raise exception 'the rule says too much at once (faults: %)', cardinality(v_faults)
      using errcode = 'TT030',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'Split the rule: two rules with the same actions do what one with "any" does.';
  end if;

  rule.name := v_document ->> 'name';
  rule.description := v_document ->> 'description';
  rule.rule_type := v_document ->> 'rule_type';
  rule.status := v_document ->> 'status';
  rule.priority := (v_document ->> 'priority')::integer;
  rule.document := v_document;
  rule.trigger_kind := v_document -> 'trigger' ->> 'on';
  rule.event_type := v_document -> 'trigger' ->> 'event';
  rule.cooldown_minutes := (v_document ->> 'cooldown_minutes')::integer;
  rule.campaign_cooldown_minutes := (v_document ->> 'campaign_cooldown_minutes')::integer;
  rule.max_executions_per_day := (v_document ->> 'max_executions_per_day')::integer;
  rule.min_confidence_percent := (v_document ->> 'min_confidence')::numeric;
  rule.leaves := coalesce(v_compiled.leaves, '[]');
  rule.signal_positions := coalesce(v_compiled.positions, '{}');
  rule.bounds := coalesce(v_compiled.bounds, '{}');
  rule.features := coalesce(v_compiled.features, '[]');
  rule.statuses := case
    when v_compiled.judges_status then case when not v_compiled.is_any_status then v_compiled.statuses end
    when not 'resume_campaign' = any (v_actions) then array['active']
    when v_actions && array['pause_campaign', 'adjust_budget', 'adjust_bid', 'implement_recommendation'] then array['active', 'paused']
    else array['paused']
  end;
  rule.scope_campaigns := (select array_agg(e::uuid) from jsonb_array_elements_text(v_document -> 'scope' -> 'campaigns') e);
  rule.scope_platforms := (select array_agg(e) from jsonb_array_elements_text(v_document -> 'scope' -> 'platforms') e);
  rule.scope_groups := (select array_agg(e::uuid) from jsonb_array_elements_text(v_document -> 'scope' -> 'groups') e);
  rule.scope_tags := (select array_agg(lower(e)) from jsonb_array_elements_text(v_document -> 'scope' -> 'tags') e);
  rule.scope_related_to := (v_document -> 'scope' ->> 'related_to')::uuid;
  rule.is_scope_related := coalesce((v_document -> 'scope' ->> 'related')::boolean, false);
  rule.judges_campaigns := rule.trigger_kind <> 'event' or v_compiled.judges_campaigns;
  rule.judges_facts := v_compiled.judges_facts;
  rule.judges_calendar := v_compiled.judges_calendar;
  rule.changes := array(
    select distinct v.changes
    from trimtab.rule_vocabulary v
    where v.kind = 'action' and v.code = any (v_actions) and v.changes <> 'nothing'
    order by v.changes);
  rule.compiler := trimtab.rule_compiler();
  terms := coalesce(v_compiled.terms, '{}');
end
$$;
comment on function trimtab.compile_rule(jsonb) is
  'A rule''s document of any shape (see normalize_rule) as a row with its compiled columns filled (not org_id, id, version, created_*), and its terms. A leaf whose value compares two metrics is their difference, held against 0; one without operator and threshold, or with an answer instead of a figure (texts, lists), holds at 1 and above. statuses: what the conditions say of the status; where they say nothing, active campaigns (paused ones for a rule that resumes). Error TT030: every fault in DETAIL, also where the groups make more than 50 conditions or 500 alternatives.';
grant execute on function trimtab.compile_rule(jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
