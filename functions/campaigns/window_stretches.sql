create or replace function trimtab.window_stretches(
  p_window text,
  p_today date,
  p_compare text default null
)
  returns table (unit text, first_unit integer, last_unit integer)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_month constant date := date_trunc('month', p_today::timestamp)::date;
  v_before date := case p_window when 'month_to_date' then c_month - interval '1 month' else c_month - interval '2 months' end;
  v_parts text[];
  v_unit text;
  v_first integer;
  v_last integer;
begin
  select w.unit, w.first_unit, w.last_unit into v_unit, v_first, v_last
  from trimtab.metric_windows w
  where w.code = p_window;
  if not found then
    v_parts := regexp_match(p_window, '^last_(\d{1,3})_(day|hour)s$');
    if v_parts is not null then
      v_unit := v_parts[2];
      v_first := v_parts[1];
      v_last := 1;
    elsif p_window ~ '^days_\d{1,3}_to_\d{1,3}_ago$' then
      v_parts := regexp_match(p_window, '^days_(\d+)_to_(\d+)_ago$');
      v_unit := 'day';
      v_first := greatest(v_parts[1]::integer, v_parts[2]::integer);
      v_last := least(v_parts[1]::integer, v_parts[2]::integer);
    elsif p_window = 'month_to_date' then
      v_unit := 'day';
      v_first := p_today - c_month;
      v_last := 0;
    elsif p_window = 'previous_month' then
      v_unit := 'day';
      v_first := p_today - (c_month - interval '1 month')::date;
      v_last := p_today - c_month + 1;
    end if;
  end if;
  if v_last is null or v_first < v_last then
    return;
  end if;

  if p_compare is null then
    return query select v_unit, v_first, v_last;
  elsif v_first is null then
    return;
  elsif p_compare = 'period_before' and p_window = 'month_to_date' then
    -- As many days of the month before, as far as it has them.
    return query select v_unit, p_today - v_before, p_today - least(v_before + v_first, c_month - 1);
  elsif p_compare = 'period_before' and p_window = 'previous_month' then
    return query select v_unit, p_today - v_before, v_first + 1;
  elsif p_compare = 'period_before' then
    return query select v_unit, 2 * v_first - v_last + 1, v_first + 1;
  elsif p_compare = 'same_weekdays' and v_unit = 'hour' and v_first = 24 and v_last = 1 then
    return query select v_unit, v_first + 168 * k, v_last + 168 * k from generate_series(1, 4) k;
  elsif p_compare = 'same_weekdays' and v_unit = 'day' and v_first - v_last < 14 then
    -- For each day of the window those of its weekday within the 28 days before the window.
    return query
    select v_unit, d + 7 * ((v_first - d) / 7 + k), d + 7 * ((v_first - d) / 7 + k)
    from generate_series(v_last, v_first) d
    cross join generate_series(1, 4) k;
  end if;
end
$$;
comment on function trimtab.window_stretches(text, date, text) is
  'The stretches of time of a window on a day, counted back as in metric_windows: a window of the catalogue, last_<n>_days, last_<n>_hours (both without the current one), days_<a>_to_<b>_ago (0 is today), month_to_date, previous_month. p_compare period_before: the stretch of equal length before it (of the months: the month before, for month_to_date up to the same day); same_weekdays: for each of at most 14 days the four of its weekday in the four weeks before the window, for last_24_hours the same hours of four weeks. No rows where there is no such window.';
grant execute on function trimtab.window_stretches(text, date, text) to trimtab_user, trimtab_engine, trimtab_definer;
