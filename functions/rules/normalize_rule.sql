create or replace function trimtab.normalize_rule(p_document jsonb, out document jsonb, out faults text[])
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  set plan_cache_mode to force_generic_plan
as $$
declare
  -- What a stored rule carries and the caller does not decide.
  c_bookkeeping constant text[] := array[
    'id', 'rule_id', 'org_id', 'created_by', 'created_at', 'updated_at', 'deleted_at', 'version', 'copied_from',
    'execution_count', 'success_count', 'failure_count', 'total_executions', 'successful_executions', 'failed_executions',
    'last_executed_at', 'last_success_at'];
  c_parts constant text[] := array[
    'conditions', 'condition', 'trigger_conditions', 'trigger_condition', 'actions', 'action', 'trigger', 'scope', 'evidence'];
  c_statuses constant text[] := array['draft', 'active', 'paused', 'completed', 'archived'];
  c_deepest constant integer := 12;
  c_most_conditions constant integer := 50;
  c_most_actions constant integer := 20;
  c_most_faults constant integer := 100;
  v_metrics text[];
  v_percents text[];
  v_live text[];
  v_windows text[];
  v_given jsonb;
  v_condition_keys text[];
  v_action_keys text[];
  v_conditions jsonb;
  v_actions jsonb;
  v_trigger jsonb;
  v_trigger_path text := 'trigger';
  v_scope jsonb;
  v_logic text;
  v_is_event boolean;
  v_is_fraction boolean;
  v_faults text[] := '{}';
  v_found text[];
  v_parts jsonb;
begin
  if jsonb_typeof(p_document) is distinct from 'object' then
    faults := array[format('document: found %s, allowed: an object.', coalesce(jsonb_typeof(p_document), 'nothing'))];
    return;
  end if;
  if octet_length(p_document::text) > 100000 then
    faults := array[format('document: found %s bytes, allowed: at most 100000.', octet_length(p_document::text))];
    return;
  end if;

  select array_agg(m.metric order by m.place > 0, m.metric), array_agg(m.metric order by m.metric) filter (where m.unit = 'percent'),
         array_agg(m.metric) filter (where m.place < 0)
    into v_metrics, v_percents, v_live
  from trimtab.rule_metrics() m;
  select array_agg(w.code order by w.position) into v_windows from trimtab.metric_windows w;

  select coalesce(jsonb_object_agg(g.key, g.value), '{}') into v_given
  from jsonb_each(p_document) g
  where g.value <> 'null' and g.key <> all (c_bookkeeping) and not (g.key = 'orchestration_id');
  if coalesce(p_document -> 'orchestration_id', 'null') <> 'null' then
    v_faults := array['orchestration_id: found ' || left((p_document -> 'orchestration_id')::text, 100)
      || ', allowed: nothing; name the campaigns in scope.'];
  end if;

  -- Where the older documents say it otherwise, the parts are put together first.
  v_condition_keys := array(
    select k.key from unnest(c_parts[1:4]) with ordinality k (key, place) where v_given ? k.key order by k.place);
  v_action_keys := array(select k.key from unnest(c_parts[5:6]) with ordinality k (key, place) where v_given ? k.key order by k.place);
  v_conditions := v_given -> v_condition_keys[1];
  v_actions := v_given -> v_action_keys[1];
  if cardinality(v_condition_keys) > 1 or cardinality(v_action_keys) > 1 then
    v_faults := v_faults || array(
      select format('%s: found beside %s, allowed: one of them.', k.key, k.first)
      from (
        select unnest(v_condition_keys[2:]), v_condition_keys[1]
        union all
        select unnest(v_action_keys[2:]), v_action_keys[1]
      ) k (key, first));
  end if;
  if jsonb_typeof(v_conditions) = 'object' and v_conditions ?| array['metric', 'field'] and v_conditions ? 'min_confidence'
    and v_conditions ->> 'type' is distinct from 'recommendation_exists'
  then
    if not v_given ? 'min_confidence' then
      v_given := v_given || jsonb_build_object('min_confidence', v_conditions -> 'min_confidence');
    end if;
    v_conditions := v_conditions - 'min_confidence';
  end if;
  -- The engine whose rules look so counts percent metrics as fractions.
  v_is_fraction := coalesce(
    v_condition_keys[1] = 'condition' and v_conditions ? 'metric' and v_conditions ? 'value'
      and not v_conditions ?| array['threshold', 'unit', 'type']
      and regexp_replace(lower(v_conditions ->> 'metric'), '^metrics\.', '') = any (v_percents),
    false);
  if v_is_fraction then
    v_conditions := v_conditions || '{"unit": "fraction"}';
    if jsonb_typeof(v_conditions -> 'value') = 'number' and abs((v_conditions ->> 'value')::numeric) > 1 then
      v_faults := v_faults || format(
        'condition.value: found %s, allowed: a fraction (0.01 is 1 %%), or in percent beside "unit": "percent".',
        left(v_conditions ->> 'value', 100));
    end if;
  end if;
  v_logic := case when lower(v_given ->> 'condition_logic') in ('or', 'any') then 'any' else 'all' end;

  v_trigger := case jsonb_typeof(v_given -> 'trigger')
    when 'object' then
      case when jsonb_typeof(v_given -> 'trigger' -> 'config') = 'object'
        then (v_given -> 'trigger') - 'config' || (v_given -> 'trigger' -> 'config')
        else v_given -> 'trigger'
      end
    when 'string' then
      case when v_given ->> 'trigger' like '%.%'
        then jsonb_build_object('on', 'event', 'event', v_given -> 'trigger')
        else jsonb_build_object('on', v_given -> 'trigger')
      end
  end;
  if v_trigger is null and v_given ? 'trigger' then
    v_faults := v_faults || format('trigger: found %s, allowed: an object with on and event.', left(v_given ->> 'trigger', 100));
  elsif v_given ? 'trigger_type' or v_given ? 'trigger_config' then
    v_trigger_path := case when v_given ? 'trigger' then 'trigger' else 'trigger_config' end;
    v_trigger := case when v_given ? 'trigger_type' then jsonb_build_object('on', v_given -> 'trigger_type') else '{}' end
      || coalesce(v_trigger, '{}')
      || case when jsonb_typeof(v_given -> 'trigger_config') = 'object' then v_given -> 'trigger_config' else '{}' end;
  end if;
  v_trigger := coalesce(v_trigger, '{"on": "run"}');
  if not v_trigger ?| array['on', 'type'] and v_trigger ?| array['event', 'event_type', 'event_name'] then
    v_trigger := v_trigger || '{"on": "event"}';
  elsif lower(coalesce(v_trigger ->> 'on', v_trigger ->> 'type')) in ('schedule', 'scheduled', 'condition', 'performance') then
    v_trigger := (v_trigger - 'type') || '{"on": "run"}';
  end if;
  v_is_event := coalesce(lower(coalesce(v_trigger ->> 'on', v_trigger ->> 'type')) = 'event', false);

  v_scope := case
    when not v_given ? 'scope' or lower(v_given ->> 'scope') = 'all' then '{}'
    when jsonb_typeof(v_given -> 'scope') = 'object' then v_given -> 'scope'
  end;
  if v_scope is null then
    v_faults := v_faults || format('scope: found %s, allowed: an object.', left(v_given ->> 'scope', 100));
  elsif v_given ? 'entity_id' then
    v_scope := v_scope || jsonb_build_object('campaigns', v_given -> 'entity_id');
  end if;
  if v_given ? 'evidence' and jsonb_typeof(v_given -> 'evidence') <> 'object' then
    v_faults := v_faults || format('evidence: found %s, allowed: an object.', left(v_given ->> 'evidence', 100));
  end if;

  -- One statement for all the rest: the tree is flattened, each part is read by the vocabulary, and put together again.
  with recursive nodes as (
    select v_condition_keys[1] as path, '{}'::integer[] as place, v_conditions as node, r.kind, r.members, r.members_path, r.fault
    from trimtab.rule_node(v_conditions, v_condition_keys[1], v_logic) r
    where v_conditions is not null
    union all
    select c.path, n.place || c.place, c.node, r.kind, r.members, r.members_path, r.fault
    from nodes n
    cross join lateral (
      select case when n.kind = 'not' then n.members_path else format('%s[%s]', n.members_path, e.place - 1) end, e.place::integer, e.node
      from jsonb_array_elements(n.members) with ordinality e (node, place)
      where n.kind <> 'leaf' and cardinality(n.place) < c_deepest
    ) c (path, place, node)
    cross join lateral trimtab.rule_node(c.node, c.path, 'all') r
  ), leaves as materialized (
    select n.path, n.place, t.code, n.node ->> 'type' as type_found,
      case
        when jsonb_typeof(n.node) <> 'object' or t.code is null then null
        when t.code = 'campaign_status' then (
          select (n.node - array['type', 'field', 'operator', 'statuses', 'status', 'value']) || jsonb_build_object('statuses', case
            when not n.node ? 'operator' or trimtab.rule_value(n.node -> 'operator', 'operator', null, null, array['=', 'in']) is not null
              or s.given is null then s.stated
            when trimtab.rule_value(n.node -> 'operator', 'operator', null, null, array['!=']) is not null
              then (select coalesce(jsonb_agg(a.status), '[]') from unnest(c_statuses) a (status) where not s.given @> to_jsonb(a.status))
            else n.node -> 'operator'
          end)
          from (
            select g.stated, trimtab.rule_value(g.stated, 'words', null, null, c_statuses)
            from (select coalesce(n.node -> 'statuses', n.node -> 'status', n.node -> 'value', 'null')) g (stated)
          ) s (stated, given)
        )
        when n.node ? 'type' then n.node - 'type'
        when n.node ? 'field' then n.node || case t.code
          when 'metric_threshold' then jsonb_build_object('field', regexp_replace(t.field, '^(metrics|campaign)\.', ''))
          when 'event_payload' then jsonb_build_object('field', regexp_replace(btrim(n.node ->> 'field'), '^(payload|event)\.', ''))
          else jsonb_build_object('field', regexp_replace(t.field, '^campaign\.', ''))
        end
        else n.node
      end as raw
    from nodes n
    cross join lateral (
      select f.field, case
        when n.node ? 'type' then (
          select v.code
          from trimtab.rule_vocabulary v
          where v.kind = 'condition' and (v.code = lower(n.node ->> 'type') or lower(n.node ->> 'type') = any (v.aliases)))
        when n.node ? 'metric' then 'metric_threshold'
        when f.field is null then null
        when f.field like 'metrics.%' then 'metric_threshold'
        when f.field like 'payload.%' or f.field like 'event.%' then 'event_payload'
        when f.field = 'campaign.status' then 'campaign_status'
        when f.field like 'campaign.%' and substr(f.field, 10) <> all (v_metrics) then 'campaign_attribute'
        when f.field like 'campaign.%' then 'metric_threshold'
        when v_is_event then 'event_payload'
        when f.field = 'status' then 'campaign_status'
        when f.field in ('title', 'platform', 'group', 'tags', 'currency') then 'campaign_attribute'
        else 'metric_threshold'
      end
      from (select case when jsonb_typeof(n.node -> 'field') = 'string' then lower(btrim(n.node ->> 'field')) end) f (field)
    ) t (field, code)
    where n.kind = 'leaf' and cardinality(n.place) < c_deepest
  ), listed_actions as (
    select
      case when jsonb_typeof(v_actions) = 'array' then format('%s[%s]', v_action_keys[1], a.place - 1) else v_action_keys[1] end as path,
      a.place::integer as place,
      case
        when jsonb_typeof(a.node) <> 'object' then null
        when jsonb_typeof(a.node -> 'params') = 'object' then (a.node - 'params') || (a.node -> 'params')
        when jsonb_typeof(a.node -> 'parameters') = 'object' then (a.node - 'parameters') || (a.node -> 'parameters')
        when jsonb_typeof(a.node -> 'config') = 'object' then (a.node - 'config') || (a.node -> 'config')
        else a.node
      end as raw,
      a.node
    from jsonb_array_elements(
      case jsonb_typeof(v_actions) when 'array' then v_actions when 'null' then '[]' else jsonb_build_array(v_actions) end
    ) with ordinality a (node, place)
    where v_actions is not null and a.place <= c_most_actions + 1
  ), actions as materialized (
    select l.path, l.place, l.node, l.node ->> 'type' as type_found, v.kind, v.code,
      l.raw - 'type' - case when jsonb_typeof(l.raw -> 'notify_admin') = 'boolean' then array['notify_admin'] else '{}' end as raw
    from listed_actions l
    left join trimtab.rule_vocabulary v on (v.code = lower(l.raw ->> 'type') or lower(l.raw ->> 'type') = any (v.aliases))
      and (v.kind = 'action' or v.kind = 'rule' and v.position >= 10)
    union all
    select l.path || '.notify_admin', l.place, '{}', null, 'action', 'send_notification', '{"recipients": "role:admin"}'
    from listed_actions l
    where l.raw -> 'notify_admin' = 'true'
  ), items as (
    select 'document' as path, '{0}'::integer[] as place, 'rule' as kind, 'document' as code,
      case when jsonb_typeof(v_given -> 'priority') = 'string'
          and lower(btrim(v_given ->> 'priority')) in ('low', 'medium', 'high', 'critical')
        then jsonb_set(v_given - c_parts, '{priority}', (case lower(btrim(v_given ->> 'priority'))
          when 'low' then '25' when 'medium' then '50' when 'high' then '75' else '100' end)::jsonb)
        else v_given - c_parts
      end as raw
    union all
    select v_trigger_path, '{1}', 'rule', 'trigger', v_trigger
    union all
    select 'scope', '{2}', 'rule', 'scope', v_scope where v_scope is not null
    union all
    select 'evidence', '{4}', 'rule', 'evidence', v_given -> 'evidence' where jsonb_typeof(v_given -> 'evidence') = 'object'
    union all
    select l.path, 3 || l.place, 'condition', l.code, l.raw from leaves l where l.raw is not null
    union all
    select l.path || '.compare_to', 3 || l.place, 'rule', 'comparison', l.raw -> 'compare_to'
    from leaves l
    where l.code = 'metric_threshold' and jsonb_typeof(l.raw -> 'compare_to') = 'object'
    union all
    select a.path, array[5, a.place], a.kind, a.code, a.raw from actions a where a.code is not null
  ), named as materialized (
    -- Each key that is given, with the parameter that it means.
    select i.path, i.place, i.kind, i.code, k.key, k.value, p.name, p.value_type, p.minimum, p.maximum,
      case p.value_type
        when 'metric' then v_metrics
        when 'window' then v_windows || p.allowed
        else p.allowed
      end as allowed
    from items i
    cross join lateral jsonb_each(i.raw) k
    left join trimtab.rule_vocabulary_parameters p
      on p.kind = i.kind and p.code = i.code and (p.name = k.key or k.key = any (p.aliases))
    where k.value <> 'null'
  ), read as materialized (
    select n.*, case
        when n.name is null then null
        when n.value_type = 'comparison' then case when jsonb_typeof(n.value) = 'object' then '{}'::jsonb end
        else trimtab.rule_value(n.value, n.value_type, n.minimum, n.maximum, n.allowed)
      end as normal,
      count(*) over (partition by n.path, n.name) as times
    from named n
  ), built as materialized (
    select i.path, i.place, i.kind, i.code, coalesce(r.names, '{}') as names,
      coalesce(d.defaults, '{}') - case when r.normal ->> 'metric' = any (v_live) then array['window'] else '{}' end
        || coalesce(r.normal, '{}') as normal,
      d.required
    from items i
    left join (
      select r.path, array_agg(r.name) as names, jsonb_object_agg(r.name, r.normal) filter (where r.normal is not null) as normal
      from read r
      where r.name is not null
      group by r.path
    ) r on r.path = i.path
    left join (
      select p.kind, p.code, jsonb_object_agg(p.name, p.default_value) filter (where p.default_value is not null and p.value_type <> 'any') as defaults,
        array_agg(p.name) filter (where p.is_required and p.value_type <> 'any' or p.is_required and p.kind <> 'rule') as required
      from trimtab.rule_vocabulary_parameters p
      group by p.kind, p.code
    ) d on d.kind = i.kind and d.code = i.code
  ), finished as materialized (
    select b.path, b.place, b.kind, b.code, b.names, b.normal as stated,
      case b.code
        when 'metric_threshold' then
          b.normal - array['unit', 'compare_to', 'threshold']
            || case
                 when not b.normal ? 'threshold' then '{}'
                 when b.normal ->> 'unit' is distinct from 'fraction' then jsonb_build_object('threshold', b.normal -> 'threshold')
                 when jsonb_typeof(b.normal -> 'threshold') = 'number'
                   then jsonb_build_object('threshold', trim_scale((b.normal ->> 'threshold')::numeric * 100))
                 else jsonb_build_object('threshold', (
                   select jsonb_agg(trim_scale(t.number::numeric * 100) order by t.place)
                   from jsonb_array_elements_text(b.normal -> 'threshold') with ordinality t (number, place)))
               end
            || case when b.normal ? 'compare_to' then jsonb_build_object('compare_to', c.normal) else '{}' end
        when 'send_notification' then
          case when b.normal ? 'recipients' or b.normal ->> 'channel' = 'slack' then b.normal
            else b.normal || '{"recipients": ["role:admin"]}' end
        when 'adjust_budget' then
          case when b.normal ->> 'change' = 'ratio' then '{"window": "last_7_days"}' || b.normal else b.normal end
        when 'adjust_bid' then
          case when b.normal ->> 'change' = 'ratio' then '{"window": "last_7_days"}' || b.normal else b.normal end
        when 'auto_scale_up' then
          jsonb_build_object('change', 'percent', 'value', trim_scale(((b.normal ->> 'multiplier')::numeric - 1) * 100))
            || case when b.normal ? 'max_budget' then jsonb_build_object('ceiling', b.normal -> 'max_budget') else '{}' end
        when 'increase_budget' then
          jsonb_build_object('change', 'percent', 'value', b.normal -> 'value')
            || case when b.normal ? 'max_budget' then jsonb_build_object('ceiling', b.normal -> 'max_budget') else '{}' end
        when 'decrease_budget' then
          jsonb_build_object('change', 'percent', 'value', - abs((b.normal ->> 'value')::numeric))
            || case when b.normal ? 'min_budget' then jsonb_build_object('floor', b.normal -> 'min_budget') else '{}' end
        else b.normal
      end
      || case when b.kind = 'condition' or b.kind = 'action' or b.place[1] = 5
           then jsonb_build_object('type', case when b.kind = 'rule' then 'adjust_budget' else b.code end)
           else '{}'
         end as normal
    from built b
    left join built c on b.code = 'metric_threshold' and c.path = b.path || '.compare_to'
  ), crossed (path, place, key, is_wrong, found, allowed) as (
    -- What one value asks of another.
    select f.path, f.place, w.key, w.is_wrong, w.found, w.allowed
    from finished f
    cross join lateral (select f.stated ->> 'operator', f.stated -> coalesce(case when f.stated ? 'threshold' then 'threshold' end, 'value'))
      o (operator, threshold)
    cross join lateral (
      values
        ('threshold', f.code = 'metric_threshold' and not f.names && array['threshold', 'compare_to'], null, 'a number, or compare_to'),
        ('threshold', f.code = 'metric_threshold' and f.names @> array['threshold', 'compare_to'], f.stated -> 'threshold', 'none beside compare_to'),
        ('operator', f.code = 'metric_threshold' and f.names @> array['compare_to'] and o.operator in ('between', 'in'),
          f.stated -> 'operator', '>, >=, <, <=, =, != beside compare_to'),
        ('unit', f.code = 'metric_threshold' and f.stated ->> 'unit' = 'fraction' and f.stated ->> 'metric' <> all (v_percents),
          f.stated -> 'unit', 'only for ' || array_to_string(v_percents, ', ')),
        (case when f.stated ? 'threshold' then 'threshold' else 'value' end,
          f.kind = 'condition' and o.threshold is not null and case
            when o.operator = 'between' then jsonb_typeof(o.threshold) <> 'array' or jsonb_array_length(o.threshold) <> 2
              or jsonb_typeof(o.threshold -> 0) <> 'number' or jsonb_typeof(o.threshold -> 1) <> 'number'
              or (o.threshold ->> 0)::numeric > (o.threshold ->> 1)::numeric
            when o.operator = 'in' then jsonb_typeof(o.threshold) <> 'array'
            when o.operator in ('>', '>=', '<', '<=') then jsonb_typeof(o.threshold) <> 'number'
            else jsonb_typeof(o.threshold) in ('array', 'object')
          end,
          o.threshold,
          case o.operator
            when 'between' then 'two numbers, the lower one first'
            when 'in' then 'a list'
            when 'contains' then 'one value'
            when '=' then 'one value'
            when '!=' then 'one value'
            else 'a number'
          end),
        ('value', f.code = 'campaign_attribute' and f.stated ? 'value'
            and jsonb_path_exists(f.stated -> 'value', '$[*] ? (@.type() != "string")'), f.stated -> 'value', 'texts'),
        ('metric', f.code in ('performance_change', 'metric_rank') and f.stated ->> 'metric' = any (v_live), f.stated -> 'metric',
          'a metric with a window'),
        ('window', f.code = 'performance_change' and f.stated ->> 'compare' = 'period_before' and f.stated ->> 'window' = 'lifetime',
          f.stated -> 'window', 'a window that has a beginning'),
        -- Whole days, 14 at most, or the last 24 hours.
        ('window', f.code = 'performance_change' and f.stated ->> 'compare' = 'same_weekdays' and case
            when f.stated ->> 'window' like 'days%' then
              abs(split_part(f.stated ->> 'window', '_', 2)::integer - split_part(f.stated ->> 'window', '_', 4)::integer) > 13
            else f.stated ->> 'window' !~
              '^(today|yesterday|before_today|before_yesterday|previous_([37]|14)_days|last_([1-9]|1[0-4])_days|last_24_hours)$'
          end,
          f.stated -> 'window', 'whole days, at most 14, or last_24_hours'),
        ('compare', f.code = 'performance_change' and f.stated ->> 'compare' = f.stated ->> 'window', f.stated -> 'compare', 'another window'),
        ('count', f.code = 'metric_rank' and not f.names && array['count', 'percent'], null, 'a number, or percent'),
        ('percent', f.code = 'metric_rank' and f.names @> array['count', 'percent'], f.stated -> 'percent', 'either this or count'),
        ('to', f.code = 'time_based' and f.stated ->> 'from' = f.stated ->> 'to', f.stated -> 'to', 'another time than from'),
        ('from', f.code = 'time_based' and f.stated ->> 'from' = '24:00', f.stated -> 'from', 'a time before 24:00'),
        ('monthly_budget', f.code = 'budget_pacing' and f.stated ? 'monthly_budget' and f.stated ->> 'period' <> 'month',
          f.stated -> 'monthly_budget', 'only beside "period": "month"'),
        ('type', f.code = 'event_payload' and not v_is_event, '"event_payload"'::jsonb, 'only in rules whose trigger is an event'),
        ('value', f.code in ('adjust_budget', 'adjust_bid') and f.stated ->> 'change' <> 'ratio' and not f.names @> array['value'], null, 'a number'),
        ('value', f.code in ('adjust_budget', 'adjust_bid') and f.stated ? 'value' and case f.stated ->> 'change'
            when 'percent' then (f.stated ->> 'value')::numeric not between -99.9999 and 10000 or (f.stated ->> 'value')::numeric = 0
            when 'absolute' then (f.stated ->> 'value')::numeric = 0
            when 'to' then (f.stated ->> 'value')::numeric <= 0
            else true
          end, f.stated -> 'value', case f.stated ->> 'change'
            when 'percent' then 'percent above -100, not 0' when 'absolute' then 'an amount other than 0'
            when 'to' then 'an amount above 0' else 'none beside "change": "ratio"' end),
        ('metric', f.code in ('adjust_budget', 'adjust_bid') and f.stated ->> 'change' = 'ratio' and not f.names @> array['metric'], null, 'the metric of the ratio'),
        ('metric', f.code in ('adjust_budget', 'adjust_bid') and f.stated ->> 'metric' = any (v_live), f.stated -> 'metric', 'a metric with a window'),
        ('target', f.code in ('adjust_budget', 'adjust_bid') and f.stated ->> 'change' = 'ratio' and not f.names @> array['target'], null, 'a number above 0'),
        ('change', f.code in ('adjust_budget', 'adjust_bid') and f.stated ->> 'change' <> 'ratio' and f.names && array['metric', 'window', 'target'],
          f.stated -> 'change', 'ratio beside metric, window or target'),
        ('ceiling', f.code in ('adjust_budget', 'adjust_bid') and (f.stated ->> 'ceiling')::numeric < (f.stated ->> 'floor')::numeric,
          f.stated -> 'ceiling', 'not below floor'),
        ('value', f.code = 'decrease_budget' and f.stated -> 'value' = '0', f.stated -> 'value', 'a number other than 0'),
        ('event', f.code = 'trigger' and f.stated ->> 'on' = 'event' and not f.names @> array['event'], null, 'the type of the event, such as mention.received'),
        ('event', f.code = 'trigger' and f.stated ->> 'on' <> 'event' and f.stated ? 'event', f.stated -> 'event', 'only beside "on": "event"'),
        ('related', f.code = 'scope' and f.stated -> 'related' = 'true' and not v_is_event, f.stated -> 'related', 'only in rules whose trigger is an event'),
        ('entity_id', f.code = 'document' and f.stated ->> 'entity_type' = 'account' and f.stated ? 'entity_id', f.stated -> 'entity_id', 'none beside "entity_type": "account"'),
        ('condition_logic', f.code = 'document' and f.stated ->> 'condition_logic' in ('or', 'any') and jsonb_typeof(v_conditions) = 'object'
            and v_conditions ?| array['all', 'and', 'not'], f.stated -> 'condition_logic', 'custom beside groups')
    ) w (key, is_wrong, found, allowed)
    where f.kind in ('rule', 'condition', 'action')
  ), wrong (place, path, key, found, allowed) as (
    select r.place, r.path, r.key, left(r.value::text, 100),
      case
        when r.name is not null then trimtab.rule_value_allowed(r.value_type, r.minimum, r.maximum, r.allowed)
          || case r.kind || '.' || r.code || '.' || r.name
            when 'rule.document.priority' then ', or low, medium, high, critical'
            when 'rule.scope.campaigns' then ' (select id, title from trimtab.campaigns)'
            when 'rule.scope.groups' then ' (select id, name from trimtab.campaign_groups)'
            else ''
          end
        else 'no such key; ' || coalesce((
          select string_agg(p.name, ', ' order by p.position)
          from trimtab.rule_vocabulary_parameters p
          where p.kind = r.kind and p.code = r.code and p.position < 200), 'there are none')
      end
    from read r
    where r.normal is null
    union all
    select r.place, r.path, max(r.key), 'it twice', string_agg(r.key, ' or ' order by r.key)
    from read r
    where r.name is not null and r.times > 1
    group by r.place, r.path, r.name
    union all
    select b.place, b.path, m.name, 'nothing', trimtab.rule_value_allowed(
        p.value_type, p.minimum, p.maximum,
        case p.value_type when 'metric' then v_metrics when 'window' then v_windows || p.allowed else p.allowed end)
    from built b
    cross join lateral unnest(b.required) m (name)
    join trimtab.rule_vocabulary_parameters p on p.kind = b.kind and p.code = b.code and p.name = m.name
    where m.name <> all (b.names)
    union all
    select c.place, c.path, c.key, coalesce(left(c.found::text, 100), 'nothing'), c.allowed from crossed c where c.is_wrong
    union all
    select 3 || l.place, l.path, case when jsonb_typeof(l.node) = 'object' then 'type' end,
      case when jsonb_typeof(l.node) = 'object' then coalesce('"' || left(l.type_found, 100) || '"', 'nothing') else left(l.node::text, 100) end,
      case when jsonb_typeof(l.node) = 'object'
        then (select string_agg(v.code, ', ' order by v.position) from trimtab.rule_vocabulary v where v.kind = 'condition')
        else 'an object'
      end
    from (select s.*, n.node from leaves s join nodes n on n.path = s.path and n.place = s.place where s.raw is null) l
    union all
    select array[5, a.place], a.path, case when a.raw is not null then 'type' end,
      case when a.raw is not null then coalesce('"' || left(a.type_found, 100) || '"', 'nothing') else left(a.node::text, 100) end,
      case when a.raw is not null
        then (select string_agg(v.code, ', ' order by v.position) from trimtab.rule_vocabulary v where v.kind = 'action')
        else 'an object'
      end
    from actions a
    where a.code is null
  ), told (place, fault) as (
    select w.place, format('%s: found %s, allowed: %s.',
      concat_ws('.', nullif(w.path, 'document'), left(w.key, 100)), w.found, w.allowed)
    from wrong w
    union all
    select 3 || n.place, n.fault from nodes n where n.fault is not null and not (n.place = '{}' and n.node in ('[]', '{"all": []}'))
    union all
    select 3 || n.place, format('%s: found conditions %s groups deep, allowed: at most %s.', n.path, cardinality(n.place), c_deepest - 1)
    from nodes n
    where cardinality(n.place) = c_deepest
    union all
    select '{3}', format('%s: found %s conditions, allowed: at most %s; split the rule.', v_condition_keys[1], count(*), c_most_conditions)
    from leaves
    having count(*) > c_most_conditions
    union all
    select '{3}', coalesce(v_condition_keys[1], 'conditions')
      || ': found nothing, allowed: at least one condition; only a rule of an event or one judged by hand may have none.'
    where (v_conditions is null or v_conditions = '[]' or v_conditions = '{}' or v_conditions = '{"all": []}')
      and lower(coalesce(v_trigger ->> 'on', v_trigger ->> 'type')) = 'run'
    union all
    -- What comes second could only fail: it was planned for the campaign as it was before the first.
    select array[5, c.place], format('%s.type: found %s after %s, allowed: %s.', c.path, c.type, coalesce(c.first, 'pause_campaign'),
      case when c.first is null then 'before it' else 'one action that changes the ' || c.changes end)
    from (
      select f.path, f.place[2] as place, f.normal ->> 'type' as type, v.changes,
        lag(f.normal ->> 'type') over (partition by v.changes order by f.place) as first,
        bool_or(f.normal ->> 'type' = 'pause_campaign') over (order by f.place) as is_paused
      from finished f
      join trimtab.rule_vocabulary v on v.kind = 'action' and v.code = f.normal ->> 'type' and v.changes in ('status', 'budget', 'bid')
      where f.place[1] = 5
    ) c
    where c.first is not null
      or c.is_paused and c.changes <> 'status'
    union all
    select '{5}', coalesce(v_action_keys[1], 'actions') || ': found nothing, allowed: at least one action.'
    where v_actions is null or v_actions = '[]'
    union all
    select '{5}', format('%s: found %s actions, allowed: at most %s.', v_action_keys[1], jsonb_array_length(v_actions), c_most_actions)
    where jsonb_typeof(v_actions) = 'array' and jsonb_array_length(v_actions) > c_most_actions
  ), tokens (place, token) as (
    -- Written out in the order of the tree: a node's opening before its members, its closing after them.
    select n.place, case when n.place[cardinality(n.place)] > 1 then ',' else '' end || case n.kind
        when 'leaf' then f.normal::text
        when 'not' then '{"not":'
        else '{"' || n.kind || '":['
      end
    from nodes n
    left join finished f on f.path = n.path and f.kind = 'condition'
    union all
    select n.place || 2147483647, case n.kind when 'not' then '}' else ']}' end
    from nodes n
    where n.kind <> 'leaf'
  )
  select
    (select array_agg(t.fault order by t.place, t.fault) from (select distinct on (t.fault) t.place, t.fault from told t order by t.fault, t.place) t),
    jsonb_build_object(
      'document', (select f.normal from finished f where f.code = 'document'),
      'trigger', (select f.normal from finished f where f.code = 'trigger'),
      'scope', (select f.normal from finished f where f.code = 'scope'),
      'evidence', (select f.normal from finished f where f.code = 'evidence'),
      'conditions', (select string_agg(t.token, '' order by t.place) from tokens t),
      'actions', (select jsonb_agg(f.normal order by f.place, f.path) from finished f where f.place[1] = 5))
    into v_found, v_parts;

  v_faults := v_faults || v_found;
  if cardinality(v_faults) > 0 then
    faults := v_faults[1:c_most_faults] || case
      when cardinality(v_faults) > c_most_faults
        then array[format('document: found %s more faults, allowed: none.', cardinality(v_faults) - c_most_faults)]
      else '{}'
    end;
    return;
  end if;
  v_given := v_parts -> 'document';
  v_conditions := coalesce((v_parts ->> 'conditions')::jsonb, '{"all": []}');
  document := v_given
      - array['enabled', 'condition_logic', 'execute_sequentially', 'entity_type', 'entity_id', 'trigger_type', 'trigger_config']
    || jsonb_build_object(
      'status', case
        when v_given ->> 'enabled' = 'false' then case v_given ->> 'status' when 'archived' then 'archived' else 'paused' end
        when p_document ? 'status' and p_document -> 'status' <> 'null' then
          case v_given ->> 'status' when 'draft' then 'shadow' else v_given ->> 'status' end
        when v_given ->> 'enabled' = 'true' then 'active'
        else 'shadow'
      end,
      'trigger', v_parts -> 'trigger',
      'scope', v_parts -> 'scope',
      'conditions', case when v_conditions ? 'all' then v_conditions else jsonb_build_object('all', jsonb_build_array(v_conditions)) end,
      'actions', v_parts -> 'actions')
    || case when v_given ? 'execute_sequentially' and not p_document ? 'execution'
         then jsonb_build_object('execution', case when v_given -> 'execute_sequentially' = 'true' then 'in_order' else 'independent' end)
         else '{}'
       end
    || case when coalesce(v_parts -> 'evidence', 'null') <> 'null' and (v_parts -> 'evidence') - 'window' <> '{}'
         then jsonb_build_object('evidence', v_parts -> 'evidence')
         else '{}'
       end;
end
$$;
comment on function trimtab.normalize_rule(jsonb) is
  'Reads a rule''s document of any shape that is understood (docs/rules) and returns its canonical form, or every fault in it ("path: found …, allowed: …"; then no document). What is allowed stands in rule_vocabulary_parameters. Percent metrics are in percent, but for a single condition {metric, operator, value} under the key condition, and beside "unit": "fraction": there 0.01 is 1 %. In the rule of an event a bare field is one of its payload, elsewhere a metric or an attribute. Never an error, whatever is given; the canonical form of a canonical document is itself.';
grant execute on function trimtab.normalize_rule(jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
