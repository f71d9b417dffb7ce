create or replace function trimtab.moment_of(p_text text)
  returns timestamptz
  language plpgsql
  stable
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  -- Neither words such as now, nor a time whose zone is up to the session.
  if p_text !~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|[+-]\d\d(:?\d\d(:\d\d)?)?)$' then
    return null;
  end if;
  return p_text::timestamptz;
exception
  when datetime_field_overflow or invalid_datetime_format or invalid_time_zone_displacement_value then
    return null;
end
$$;
comment on function trimtab.moment_of(text) is
  'A moment written as ISO 8601 with date, time and zone, such as 2026-12-01T09:30:00+01:00; null for anything else.';
grant execute on function trimtab.moment_of(text) to trimtab_user, trimtab_engine, trimtab_definer;
