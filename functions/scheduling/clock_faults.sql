create or replace function trimtab.clock_faults(p_time_zone text, p_on_gap text, p_on_overlap text)
  returns text[]
  language plpgsql
  stable
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_faults text[] := '{}';
begin
  begin
    -- The domain knows; the view of all zones reads hundreds of files.
    if p_time_zone::trimtab.time_zone_name is null then
      v_faults := array['time_zone: found nothing, allowed: an IANA time zone or UTC.'];
    end if;
  exception
    when check_violation or invalid_parameter_value then
      v_faults := array[format('time_zone: found %s, allowed: an IANA time zone or UTC.', left(p_time_zone, 100))];
  end;
  if p_on_gap is null or p_on_gap not in ('shift', 'skip') then
    v_faults := v_faults || format('on_gap: found %s, allowed: shift, skip.', coalesce(left(p_on_gap, 100), 'nothing'));
  end if;
  if p_on_overlap is null or p_on_overlap not in ('first', 'last', 'both') then
    v_faults := v_faults || format('on_overlap: found %s, allowed: first, last, both.', coalesce(left(p_on_overlap, 100), 'nothing'));
  end if;
  return v_faults;
end
$$;
comment on function trimtab.clock_faults(text, text, text) is
  'What is wrong with a time zone and with what happens when its clocks change: path, found, allowed for each; empty when nothing is.';
grant execute on function trimtab.clock_faults(text, text, text) to trimtab_user, trimtab_engine, trimtab_definer;
