create or replace function trimtab.compile_trigger(
  p_org_id uuid,
  p_document jsonb,
  out compiled trimtab.triggers,
  out faults text[]
)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_document jsonb := jsonb_strip_nulls(p_document);
  v_event jsonb;
  v_metric jsonb;
  v_threshold jsonb;
  v_change jsonb;
  v_milestone jsonb;
  v_function text;
  v_more text[];
begin
  faults := trimtab.part_faults(v_document, '', '{
    "name": "text!", "description": "prose", "status": "active|paused", "event": "object", "metric": "object",
    "rate_limit": "object", "debounce": "object", "batch": "object", "target": "object!"}');
  if jsonb_typeof(v_document) is distinct from 'object' then
    return;
  end if;
  -- A part is read where it is an object; that it is none was said above.
  v_event := case when jsonb_typeof(v_document -> 'event') = 'object' then v_document -> 'event' end;
  v_metric := case when jsonb_typeof(v_document -> 'metric') = 'object' then v_document -> 'metric' end;
  if (v_event is null) = (v_metric is null) then
    faults := faults || format('document: found %s, allowed: one of event and metric.',
      case when v_event is null then 'neither event nor metric' else 'event and metric' end);
  end if;
  faults := faults
    || case when v_event is not null then trimtab.part_faults(v_event, 'event', '{
         "type": "text!", "subject_type": "text", "subject_id": "uuid", "condition": "prose"}') else '{}' end
    || case when v_metric is not null then trimtab.part_faults(v_metric, 'metric', '{
         "metric": "text!", "window": "text", "subject_type": "text", "subject_id": "uuid",
         "threshold": "object", "change": "object", "milestone": "object"}') else '{}' end
    || case when jsonb_typeof(v_document -> 'rate_limit') = 'object' then trimtab.part_faults(v_document -> 'rate_limit', 'rate_limit',
         '{"count": "count!", "seconds": "seconds!"}') else '{}' end
    || case when jsonb_typeof(v_document -> 'debounce') = 'object' then trimtab.part_faults(v_document -> 'debounce', 'debounce',
         '{"seconds": "seconds!", "longest_seconds": "seconds"}') else '{}' end
    || case when jsonb_typeof(v_document -> 'batch') = 'object' then trimtab.part_faults(v_document -> 'batch', 'batch',
         '{"events": "count!", "seconds": "seconds!"}') else '{}' end;
  if jsonb_typeof(v_document -> 'debounce') = 'object' and jsonb_typeof(v_document -> 'batch') = 'object' then
    faults := faults || 'batch: found beside debounce, allowed: one of them.'::text;
  end if;

  if v_event ->> 'type' !~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\.([a-z][a-z0-9_]*|\*)$' then
    faults := faults || format('event.type: found %s, allowed: a dotted type such as mention.received, or what types begin with, such as mention.*.',
      left(v_event ->> 'type', 100));
  end if;
  if jsonb_typeof(v_event -> 'condition') = 'string' then
    faults := faults || array_remove(array['event.condition: ' || trimtab.condition_fault(v_event ->> 'condition') || '.'], null);
  end if;

  if v_metric is not null then
    v_threshold := case when jsonb_typeof(v_metric -> 'threshold') = 'object' then v_metric -> 'threshold' end;
    v_change := case when jsonb_typeof(v_metric -> 'change') = 'object' then v_metric -> 'change' end;
    v_milestone := case when jsonb_typeof(v_metric -> 'milestone') = 'object' then v_metric -> 'milestone' end;
    compiled.subject_type := coalesce(v_metric ->> 'subject_type', 'campaign');
    if num_nonnulls(v_threshold, v_change, v_milestone) <> 1 then
      faults := faults || format('metric: found %s, allowed: one of threshold, change and milestone.',
        coalesce(nullif(concat_ws(' and ',
          case when v_threshold is not null then 'threshold' end, case when v_change is not null then 'change' end,
          case when v_milestone is not null then 'milestone' end), ''), 'none of them'));
    end if;
    faults := faults
      || case when v_threshold is not null then trimtab.part_faults(v_threshold, 'metric.threshold',
           '{"operator": ">|>=|<|<=!", "value": "number!", "hysteresis": "number"}') else '{}' end
      || case when v_change is not null then trimtab.part_faults(v_change, 'metric.change',
           '{"percent": "positive", "absolute": "positive", "direction": "up|down|either", "since": "fired|previous"}') else '{}' end
      || case when v_milestone is not null then trimtab.part_faults(v_milestone, 'metric.milestone',
           '{"every": "positive", "levels": "numbers"}') else '{}' end;
    if v_threshold -> 'hysteresis' @@ '$ < 0' then
      faults := faults || format('metric.threshold.hysteresis: found %s, allowed: 0 or more.', v_threshold ->> 'hysteresis');
    end if;
    if v_change is not null and num_nonnulls(v_change -> 'percent', v_change -> 'absolute') <> 1 then
      faults := faults || 'metric.change: found not one of percent and absolute, allowed: one of them.'::text;
    end if;
    if v_milestone is not null and num_nonnulls(v_milestone -> 'every', v_milestone -> 'levels') <> 1 then
      faults := faults || 'metric.milestone: found not one of every and levels, allowed: one of them.'::text;
    end if;
    if compiled.subject_type = 'campaign' and jsonb_typeof(v_metric -> 'metric') = 'string' then
      faults := faults || array(
        select format('metric.metric: found %s, allowed: %s.', left(v_metric ->> 'metric', 100), string_agg(m.metric, ', ' order by m.metric))
        from trimtab.rule_metrics() m
        having not bool_or(m.metric = v_metric ->> 'metric'));
      faults := faults || array(
        select case
          when m.place < 0 then format('metric.window: found %s, allowed: nothing; %s has no window.', left(v_metric ->> 'window', 100), m.metric)
          else format('metric.window: found %s, allowed: %s, last_<n>_days, last_<n>_hours, month_to_date, previous_month.',
            left(coalesce(v_metric ->> 'window', 'nothing'), 100),
            (select string_agg(w.code, ', ' order by w.position) from trimtab.metric_windows w where w.previous_of is null)) end
        from trimtab.rule_metrics() m
        where m.metric = v_metric ->> 'metric'
          and case when m.place < 0 then v_metric ? 'window'
            else not exists (select from trimtab.window_stretches(v_metric ->> 'window', (trimtab.clock() at time zone 'UTC')::date)) end);
      if v_metric ->> 'subject_id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' and not exists (
        select from trimtab.campaigns c where c.org_id = p_org_id and c.id = (v_metric ->> 'subject_id')::uuid)
      then
        faults := faults || format('metric.subject_id: found %s, allowed: a campaign of the organization.', v_metric ->> 'subject_id');
      end if;
    elsif v_metric ? 'window' then
      faults := faults || format('metric.window: found %s, allowed: nothing; only metrics of campaigns have one.', left(v_metric ->> 'window', 100));
    end if;
  end if;

  if jsonb_typeof(v_document -> 'target') = 'object' then
    select h.function into v_function
    from trimtab.handlers h
    where h.kind = 'trigger_target.' || (v_document #>> '{target,type}')
    order by h.position
    limit 1;
    if not found then
      faults := faults || format('target.type: found %s, allowed: %s.', left(coalesce(v_document #>> '{target,type}', 'nothing'), 100), (
        select string_agg(distinct substr(h.kind, 16), ', ' order by substr(h.kind, 16))
        from trimtab.handlers h
        where h.kind like 'trigger\_target.%'));
    else
      -- What a target's arguments have to be, its own room knows. The names come from a reference table that only deploys write.
      for v_function in
        select h.function from trimtab.handlers h
        where h.kind = 'trigger_target_faults.' || (v_document #>> '{target,type}')
        order by h.position
      loop
        execute format('select %s($1, $2)', v_function) into v_more using p_org_id, v_document -> 'target';
        faults := faults || v_more;
      end loop;
    end if;
  end if;
  if faults <> '{}' then
    return;
  end if;

  compiled.org_id := p_org_id;
  compiled.name := btrim(v_document ->> 'name');
  compiled.description := nullif(btrim(v_document ->> 'description'), '');
  compiled.status := coalesce(v_document ->> 'status', 'active');
  compiled.document := v_document;
  compiled.rate_limit_count := (v_document #>> '{rate_limit,count}')::integer;
  compiled.rate_limit_seconds := (v_document #>> '{rate_limit,seconds}')::integer;
  compiled.debounce_seconds := (v_document #>> '{debounce,seconds}')::integer;
  compiled.longest_wait_seconds := greatest(
    coalesce((v_document #>> '{debounce,longest_seconds}')::integer, 10 * compiled.debounce_seconds), compiled.debounce_seconds);
  compiled.batch_events := (v_document #>> '{batch,events}')::integer;
  compiled.batch_seconds := (v_document #>> '{batch,seconds}')::integer;
  compiled.target_code := v_document #>> '{target,type}';
  compiled.target := (v_document -> 'target') - 'type';
  if v_event is not null then
    compiled.source := 'event';
    compiled.event_type := v_event ->> 'type';
    compiled.subject_type := v_event ->> 'subject_type';
    compiled.subject_id := (v_event ->> 'subject_id')::uuid;
    compiled.condition := (v_event ->> 'condition')::jsonpath;
    if compiled.condition is not null then
      select f.path, f.operator, f.value into compiled.filter_path, compiled.filter_operator, compiled.filter_value
      from trimtab.condition_filter(compiled.condition) f;
    end if;
    return;
  end if;
  compiled.source := 'metric';
  compiled.metric := v_metric ->> 'metric';
  compiled.metric_window := v_metric ->> 'window';
  compiled.subject_id := (v_metric ->> 'subject_id')::uuid;
  if v_threshold is not null then
    compiled.test := 'threshold';
    compiled.event_type := 'metric.threshold_reached';
    compiled.operator := v_threshold ->> 'operator';
    compiled.level := (v_threshold ->> 'value')::numeric;
    compiled.hysteresis := coalesce((v_threshold ->> 'hysteresis')::numeric, 0);
  elsif v_change is not null then
    compiled.test := 'change';
    compiled.event_type := 'metric.changed';
    compiled.is_percent := v_change ? 'percent';
    compiled.change_amount := coalesce(v_change ->> 'percent', v_change ->> 'absolute')::numeric;
    compiled.direction := coalesce(v_change ->> 'direction', 'either');
    compiled.since := coalesce(v_change ->> 'since', 'fired');
  else
    compiled.test := 'milestone';
    compiled.event_type := 'metric.milestone_reached';
    compiled.milestone_every := (v_milestone ->> 'every')::numeric;
    compiled.milestone_levels := case when v_milestone ? 'levels' then array(
      select distinct l.level::numeric from jsonb_array_elements_text(v_milestone -> 'levels') l (level) order by 1) end;
  end if;
end
$$;
comment on function trimtab.compile_trigger(uuid, jsonb) is
  'The row that a trigger''s document means, without id, counts and dates; or all its faults, a line each (path: found, allowed). The longest wait of a debounced trigger is ten times the quiet it waits for, where nothing is said.';
grant execute on function trimtab.compile_trigger(uuid, jsonb) to trimtab_definer;
