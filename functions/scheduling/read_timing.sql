create or replace function trimtab.read_timing(
  p_timing jsonb,
  p_path text default 'timing',
  out timing jsonb,
  out plans trimtab.schedule_plan[],
  out faults text[]
)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  set plan_cache_mode to force_generic_plan
as $$
declare
  c_frequencies constant text[] := '{once,hourly,daily,weekly,monthly,yearly,cron,interval,relative}';
  -- Other words for the same.
  c_words constant jsonb := '{"custom": "cron", "recurring": "interval", "annually": "yearly", "one_time": "once"}';
  c_keys constant jsonb := '{"schedule_type": "frequency", "type": "frequency", "cron_expression": "cron", "expression": "cron", "time_of_day": "at", "time": "at", "times": "at", "run_at": "at", "days": "days_of_week", "weekdays": "days_of_week", "day_of_week": "days_of_week", "days_of_month": "day_of_month", "day": "day_of_month", "month": "months", "start_date": "starts_at", "anchor": "starts_at", "interval": "every", "event_type": "event"}';
  c_unit_of constant jsonb := '{"hourly": "hours", "daily": "days", "weekly": "weeks", "monthly": "months", "yearly": "years"}';
  v_given jsonb := p_timing;
  v_frequency text;
  v_parts jsonb;
  v_unit text;
  v_every integer;
  v_starts_at timestamp;
  v_plan trimtab.schedule_plan;
  v_read record;
begin
  faults := '{}';
  plans := '{}';
  if jsonb_typeof(p_timing) is distinct from 'object' then
    faults := array[format('%s: found %s, allowed: an object with frequency.', p_path, coalesce(jsonb_typeof(p_timing), 'nothing'))];
    return;
  elsif octet_length(p_timing::text) > 10000 then
    faults := array[format('%s: found %s bytes, allowed: at most 10000.', p_path, octet_length(p_timing::text))];
    return;
  end if;

  -- What older documents put into a document of its own, and under other names.
  if jsonb_typeof(v_given -> 'recurrence_config') = 'object' then
    v_given := v_given - 'recurrence_config' || (v_given -> 'recurrence_config')
      || case
        when coalesce(v_given ->> 'schedule_type', v_given ->> 'frequency') = 'recurring' and not v_given -> 'recurrence_config' ? 'frequency'
          then '{"frequency": "interval", "schedule_type": null}'
        when coalesce(v_given ->> 'schedule_type', v_given ->> 'frequency') = 'recurring'
          then '{"schedule_type": null}'
        else '{}'
      end::jsonb;
  end if;
  select
    coalesce(jsonb_object_agg(k.key, k.value order by k.name = k.key), '{}'),
    coalesce(array_agg(format('%s.%s: found beside %s, allowed: one of them.', p_path, k.name, k.key)) filter (where k.is_second), '{}')
  into v_given, faults
  from (
    select g.key as name, coalesce(c_keys ->> g.key, g.key) as key, g.value,
      row_number() over (partition by coalesce(c_keys ->> g.key, g.key) order by c_keys ? g.key, g.key) > 1 as is_second
    from jsonb_each(v_given) g
    where g.value not in ('null', '""', '[]', '{}')
  ) k;
  v_frequency := lower(btrim(coalesce(v_given ->> 'frequency', case when v_given ? 'cron' then 'cron' end)));
  v_frequency := coalesce(c_words ->> v_frequency, v_frequency);
  if v_frequency is null or v_frequency <> all (c_frequencies) then
    faults := faults || format('%s.frequency: found %s, allowed: %s.',
      p_path, coalesce(left(v_given ->> 'frequency', 100), 'nothing'), array_to_string(c_frequencies, ', '));
    return;
  end if;

  -- An interval may be a number, whose unit stands beside it or follows from the frequency.
  if jsonb_typeof(v_given -> 'every') in ('number', 'string') then
    v_unit := lower(coalesce(v_given ->> 'unit', v_given ->> 'interval_unit', c_unit_of ->> v_frequency));
    v_given := v_given - array['unit', 'interval_unit']
      || case when v_unit is not null then jsonb_build_object('every', jsonb_build_object(v_unit, v_given -> 'every')) else '{}' end;
  end if;
  -- Every hour is an hour of the clock, every other hour is time that elapses.
  if v_frequency = 'hourly' and v_given ? 'every' then
    v_frequency := 'interval';
  end if;

  with keys (key, kind, is_list, frequencies, allowed) as (
    values
      ('at', 'local_time', false, '{once}'::text[], 'a local time such as 2026-12-01 09:00'),
      ('at', 'time', true, '{daily,weekly,monthly,yearly,interval}', 'a time such as 09:00'),
      ('minute', 'minute', true, '{hourly}', '0 to 59'),
      ('days_of_week', 'weekday', true, '{hourly,daily,weekly,interval}', '0 (Sunday) to 6, or a name'),
      ('day_of_month', 'month_day', true, '{monthly,yearly}', '1 to 31, last, last_working_day'),
      ('nth_weekday', 'nth_weekday', true, '{monthly,yearly}', 'nth (1 to 5, -1 is the last) and weekday (0 to 6, or a name)'),
      ('months', 'month', true, '{hourly,daily,weekly,monthly,yearly}', '1 to 12, or a name'),
      ('every', 'span', false, '{daily,weekly,monthly,yearly,interval}',
        case when v_frequency = 'interval' then 'minutes, hours, days, weeks, months or years' else c_unit_of ->> v_frequency end
          || format(', a whole number from 1, such as {"%s": 2}', coalesce(c_unit_of ->> v_frequency, 'hours'))),
      ('starts_at', 'local_time', false, '{daily,weekly,monthly,yearly,interval}', 'a local time such as 2026-12-01 09:00'),
      ('cron', 'cron', false, '{cron}', 'a cron expression'),
      ('event', 'event', false, '{relative}', 'a type of event'),
      ('after', 'span', false, '{relative}', 'minutes, hours, days or weeks, a whole number from 1, such as {"hours": 4}')
  ), found as (
    select g.key, k.key is null as is_unknown, k.is_list, k.allowed, e.n, e.value as found, trimtab.read_timing_value(k.kind, e.value) as value
    from jsonb_each(v_given - 'frequency') g
    left join keys k on k.key = g.key and v_frequency = any (k.frequencies)
    left join lateral jsonb_array_elements(
      case when k.is_list and jsonb_typeof(g.value) = 'array' then g.value else jsonb_build_array(g.value) end
    ) with ordinality e (value, n) on true
  ), judged as (
    select f.*,
      case
        when f.is_unknown then array_to_string(array(select k.key from keys k where v_frequency = any (k.frequencies)), ', ')
        when f.value is null
          or f.key = 'every' and v_frequency <> 'interval' and not f.value ? (c_unit_of ->> v_frequency)
          or f.key = 'after' and f.value ?| array['months', 'years'] then f.allowed
      end as fault
    from found f
  )
  select
    faults || array(
      select format('%s.%s%s: %s, allowed: %s.', p_path, j.key,
        case when j.is_list and jsonb_typeof(v_given -> j.key) = 'array' then format('[%s]', j.n - 1) end,
        case when j.is_unknown then 'not known with ' || v_frequency else 'found ' || left(j.found::text, 100) end, j.fault)
      from judged j
      where j.fault is not null
      order by j.key, j.n),
    (
      select coalesce(jsonb_object_agg(p.key, p.value), '{}')
      from (
        select j.key, case when bool_or(j.is_list) then jsonb_agg(distinct j.value) else jsonb_agg(j.value) -> 0 end as value
        from judged j
        where j.fault is null
        group by j.key
      ) p
    )
  into faults, v_parts;

  faults := faults || array(
    select format('%s.%s: found nothing, allowed: %s.', p_path, n.key, n.allowed)
    from (
      values
        ('once', 'at', 'a local time such as 2026-12-01 09:00'),
        ('weekly', 'days_of_week', '0 (Sunday) to 6, or names'),
        ('cron', 'cron', 'a cron expression'),
        ('interval', 'every', 'minutes, hours, days, weeks, months or years, a whole number'),
        ('relative', 'event', 'a type of event'),
        ('relative', 'after', 'minutes, hours, days or weeks, a whole number')
    ) n (frequency, key, allowed)
    where n.frequency = v_frequency
      and not v_given ? n.key
      and not (n.key = 'days_of_week' and v_given ? 'starts_at'));
  if v_parts ? 'cron' then
    v_read := trimtab.read_cron(v_parts ->> 'cron', p_path || '.cron');
    faults := faults || v_read.faults;
  end if;
  if v_frequency = 'interval' and v_parts -> 'every' ?| array['minutes', 'hours', 'months', 'years'] and v_parts ? 'days_of_week' then
    faults := faults || format('%s.days_of_week: known with days or weeks only.', p_path);
  end if;
  if v_frequency = 'interval' and v_parts -> 'every' ?| array['minutes', 'hours'] and v_parts ? 'at' then
    faults := faults || format('%s.at: not known with minutes and hours, which count from starts_at.', p_path);
  end if;
  if faults <> '{}' then
    return;
  end if;

  -- What is one is stored as one.
  timing := jsonb_build_object('frequency', v_frequency) || (
    select coalesce(jsonb_object_agg(p.key,
      case when p.key in ('at', 'minute', 'day_of_month', 'nth_weekday') and jsonb_typeof(p.value) = 'array' and jsonb_array_length(p.value) = 1
        then p.value -> 0 else p.value end), '{}')
    from jsonb_each(v_parts) p);
  if v_frequency = 'cron' then
    plans := array[v_read.plan];
    return;
  elsif v_frequency = 'relative' then
    return;
  end if;

  v_starts_at := v_parts ->> 'starts_at';
  select rtrim(e.key, 's'), e.value::integer into v_unit, v_every from jsonb_each_text(v_parts -> 'every') e;
  if v_frequency = 'once' then
    plans := array[row(null, null, null, null, null, null, null, 'once', v_parts ->> 'at')::trimtab.schedule_plan];
    return;
  elsif v_unit in ('minute', 'hour') then
    plans := array[row(null, null, null, null, null, null, v_every * case v_unit when 'hour' then 3600 else 60 end, 'elapsed',
      coalesce(v_starts_at, '1970-01-01'))::trimtab.schedule_plan];
    return;
  end if;

  if v_starts_at is not null or v_every > 1 then
    v_plan.every := coalesce(v_every, 1);
    v_plan.unit := coalesce(v_unit, rtrim(c_unit_of ->> v_frequency, 's'));
    -- A Monday.
    v_plan.anchor := coalesce(v_starts_at, '1970-01-05');
  end if;
  v_unit := coalesce(v_unit, rtrim(c_unit_of ->> v_frequency, 's'), 'hour');
  v_plan.months := (
    select bit_or(1 << (m.value::integer - 1))
    from jsonb_array_elements_text(coalesce(
      v_parts -> 'months',
      case when v_unit = 'year' then jsonb_build_array(coalesce(date_part('month', v_starts_at), 1))
        else '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]' end)) m (value));
  v_plan.weekdays := coalesce(
    (
      select bit_or(1::bigint << case
        when jsonb_typeof(w.value) = 'number' then w.value::integer
        when (w.value -> 'nth')::integer = -1 then 42 + (w.value -> 'weekday')::integer
        else 7 * (w.value -> 'nth')::integer + (w.value -> 'weekday')::integer
      end)
      from jsonb_array_elements(coalesce(v_parts -> 'days_of_week', v_parts -> 'nth_weekday')) w (value)
    ),
    case when v_unit = 'week' then 1::bigint << date_part('dow', v_plan.anchor)::integer else 127 end);
  v_plan.days := coalesce(
    (
      -- The 29th, 30th and 31st are the last day of a month that has none.
      select bit_or(1::bigint << case d.value
        when 'last' then 32 when 'last_working_day' then 33 when '31' then 32 when '30' then 35 when '29' then 34 else d.value::integer end)
      from jsonb_array_elements_text(coalesce(
        v_parts -> 'day_of_month',
        case when v_unit in ('month', 'year') and not v_parts ? 'nth_weekday' then
          jsonb_build_array(coalesce(date_part('day', v_starts_at), 1)) end)) d (value)
    ),
    4294967294);
  v_plan.is_either := v_parts ? 'day_of_month' and v_parts ? 'nth_weekday';
  -- Times with the same minute share a plan.
  select array_agg(
    row(t.minutes, t.hours, v_plan.days, v_plan.weekdays, v_plan.is_either, v_plan.months, v_plan.every, v_plan.unit,
      v_plan.anchor)::trimtab.schedule_plan order by t.minutes)
  into plans
  from (
    select 1::bigint << split_part(a.value, ':', 2)::integer as minutes, bit_or(1 << split_part(a.value, ':', 1)::integer) as hours
    from jsonb_array_elements_text(coalesce(v_parts -> 'at', jsonb_build_array(coalesce(to_char(v_starts_at, 'HH24:MI'), '00:00')))) a (value)
    where v_frequency <> 'hourly'
    group by 1
    union all
    select bit_or(1::bigint << m.value::integer), 16777215
    from jsonb_array_elements_text(coalesce(v_parts -> 'minute', '[0]')) m (value)
    where v_frequency = 'hourly'
    having bool_or(v_frequency = 'hourly')
  ) t;
end
$$;
comment on function trimtab.read_timing(jsonb, text) is
  'What a timing document says: the document in the form in which it is stored, the plans that run by it (several where times of day have different minutes, none for relative), or all its faults (path, found, allowed). {"frequency": "once" (at), "hourly" (minute), "daily", "weekly" (days_of_week), "monthly" (day_of_month, nth_weekday), "yearly" (months as well), "cron" (cron), "interval" (every, starts_at), "relative" (event, after)}; docs/schedules/README.md has them all. The older words custom, recurring, time_of_day, cron_expression, recurrence_config and the like are read as well.';
grant execute on function trimtab.read_timing(jsonb, text) to trimtab_user, trimtab_engine, trimtab_definer;
