create or replace function trimtab.window_bounds(p_window text, p_as_of timestamptz, p_time_zone text)
  returns tstzrange
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select case w.unit
    when 'day' then tstzrange(
      trimtab.day_start((p_as_of at time zone p_time_zone)::date - w.first_unit, p_time_zone),
      least(p_as_of, trimtab.day_start((p_as_of at time zone p_time_zone)::date - w.last_unit + 1, p_time_zone)))
    else tstzrange(
      date_trunc('hour', p_as_of, p_time_zone) - w.first_unit * interval '1 hour',
      date_trunc('hour', p_as_of, p_time_zone) - (w.last_unit - 1) * interval '1 hour')
  end
  from trimtab.metric_windows w
  where w.code = p_window
$$;
comment on function trimtab.window_bounds(text, timestamptz, text) is
  'From when to when a window of the catalogue reaches at p_as_of, in the days of a time zone; half-open, without a lower end for lifetime. Null for an unknown window.';
grant execute on function trimtab.window_bounds(text, timestamptz, text) to trimtab_user, trimtab_engine, trimtab_definer;
