create or replace function trimtab.read_duration(p_duration jsonb)
  returns interval
  language plpgsql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_units constant jsonb := '{"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}';
  v_parts jsonb := p_duration;
begin
  if jsonb_typeof(p_duration) = 'string' then
    if p_duration #>> '{}' !~* '^ *([0-9]+(\.[0-9]+)? *(second|minute|hour|day|week)s?[ ,]*)+$' then
      return null;
    end if;
    select jsonb_object_agg(m.part[3], m.part[1]::numeric) into v_parts
    from regexp_matches(lower(p_duration #>> '{}'), '([0-9]+(\.[0-9]+)?) *(second|minute|hour|day|week)', 'g') m (part);
  end if;
  if jsonb_typeof(v_parts) is distinct from 'object' or v_parts = '{}' or exists (
    select from jsonb_each(v_parts) p
    where not c_units ? rtrim(p.key, 's') or jsonb_typeof(p.value) <> 'number' or (p.value #>> '{}')::numeric not between 0 and 10000000)
  then
    return null;
  end if;
  return (
    select make_interval(secs => sum((p.value #>> '{}')::numeric * (c_units ->> rtrim(p.key, 's'))::numeric)::double precision)
    from jsonb_each(v_parts) p);
end
$$;
comment on function trimtab.read_duration(jsonb) is
  'A length of time, as text ("36 hours", "1 day 30 minutes") or as an object ({"hours": 36}), of seconds, minutes, hours, days of 24 hours and weeks; null where it is none. What comes back has no days, so that no change of clocks makes it longer or shorter.';
grant execute on function trimtab.read_duration(jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
