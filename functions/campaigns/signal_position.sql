create or replace function trimtab.signal_position(p_metric text, p_window text)
  returns integer
  -- Not SQL, whose plan would be made anew for each place in a statement that calls it.
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return (
    select case
      when m.aggregate = 'live' then
        case m.code when 'hours_running' then -1 when 'facts_age' then -2 when 'budget_utilization' then -3 end
      else (m.position - 1) * (select count(*)::integer from trimtab.metric_windows)
        + (select w.position from trimtab.metric_windows w where w.code = p_window)
    end
    from trimtab.metrics asked
    join trimtab.metrics m on m.code = coalesce(asked.same_as, asked.code)
    where asked.code = p_metric
  );
end
$$;
comment on function trimtab.signal_position(text, text) is
  'Place of a metric''s value for a window in an array of signals, from 1. Live metrics have no window and no place but a number below 0: hours_running -1, facts_age -2, budget_utilization -3. Null when the metric or the window is unknown.';
grant execute on function trimtab.signal_position(text, text) to trimtab_user, trimtab_engine, trimtab_definer;
