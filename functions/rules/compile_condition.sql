create or replace function trimtab.compile_condition(
  p_condition jsonb,
  out signal_positions integer[],
  out bounds nummultirange[]
)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_window text := coalesce(p_condition ->> 'window', 'lifetime');
  v_faults text[];
begin
  if jsonb_typeof(p_condition) is distinct from 'object' then
    raise exception 'the condition of a rule is not an object'
      using errcode = 'TT030',
            detail = format('condition: found %s, allowed: an object.', coalesce(jsonb_typeof(p_condition), 'nothing')),
            hint = 'For example {"metric": "roi", "operator": "<", "threshold": 0.5, "min_spend": 50}.';
  end if;

  with expected (name, type, required, allowed) as (
    values
      ('metric', 'string', true, (select string_agg(m.code, ', ' order by m.code) from trimtab.metrics m)),
      ('operator', 'string', true, '<, <=, >, >=, ='),
      ('threshold', 'number', true, 'a number'),
      ('window', 'string', false, (select string_agg(w.code, ', ' order by w.position) from trimtab.metric_windows w)),
      ('min_spend', 'number', false, 'a number of 0 or more'),
      ('min_conversions', 'number', false, 'a number of 0 or more'),
      ('min_duration_hours', 'number', false, 'a number of 0 or more'),
      ('min_confidence', 'number', false, 'a percentage from 0 to 100')
  ), found as (
    select coalesce(e.name, k.name) as name, e.type, e.required, e.allowed, p_condition -> coalesce(e.name, k.name) as value
    from expected e
    full join jsonb_object_keys(p_condition) k (name) on k.name = e.name
  )
  select array_agg(format('condition.%s: found %s, allowed: %s.', name, coalesce(value::text, 'nothing'), coalesce(allowed, 'no such key'))
                   order by name)
    into v_faults
  from found
  where case
    when type is null then true
    when value is null then required
    when jsonb_typeof(value) <> type then true
    when name = 'metric' then not exists (select from trimtab.metrics m where m.code = value #>> '{}')
    when name = 'operator' then value #>> '{}' not in ('<', '<=', '>', '>=', '=')
    when name = 'window' then not exists (select from trimtab.metric_windows w where w.code = value #>> '{}')
    when name = 'min_confidence' then (value #>> '{}')::numeric not between 0 and 100
    when name like 'min\_%' then (value #>> '{}')::numeric < 0
    else false
  end;
  if v_faults is not null then
    raise exception 'the condition of the rule is not valid (faults: %)', cardinality(v_faults)
      using errcode = 'TT030',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'For example {"metric": "roi", "operator": "<", "threshold": 0.5, "min_spend": 50, "min_duration_hours": 24}.';
  end if;

  -- The metric itself stands first: it is the one that most campaigns fail, and the one that confidence is about.
  select array_agg(c.signal_position order by c.place), array_agg(nummultirange(c.range) order by c.place)
    into signal_positions, bounds
  from (
    select 1, trimtab.signal_position(p_condition ->> 'metric', v_window),
      case p_condition ->> 'operator'
        when '<' then numrange(null, t.threshold, '()')
        when '<=' then numrange(null, t.threshold, '(]')
        when '>' then numrange(t.threshold, null, '()')
        when '>=' then numrange(t.threshold, null, '[)')
        else numrange(t.threshold, t.threshold, '[]')
      end
    from (select (p_condition ->> 'threshold')::numeric) t (threshold)
    union all
    select l.place, trimtab.signal_position(l.metric, v_window), numrange((p_condition ->> l.name)::numeric, null, '[)')
    from (values (2, 'min_spend', 'spend'), (3, 'min_conversions', 'conversions'), (4, 'min_duration_hours', 'hours_running'))
      l (place, name, metric)
    where p_condition ? l.name
  ) c (place, signal_position, range);
end
$$;
comment on function trimtab.compile_condition(jsonb) is
  'Compiles a condition {metric, operator, threshold, window = lifetime, min_spend, min_conversions, min_duration_hours, min_confidence} to positions of signals and the values with which each holds. Money in the organization''s currency, percent metrics in percent. Error TT030 names every fault: path, found, allowed.';
grant execute on function trimtab.compile_condition(jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
