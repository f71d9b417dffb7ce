create or replace function trimtab.read_timing_value(p_kind text, p_value jsonb)
  returns jsonb
  language plpgsql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_text text := lower(btrim(p_value #>> '{}'));
  v_number constant integer := case when v_text ~ '^-?\d{1,5}$' then v_text::integer end;
  v_parts text[];
  v_unit text;
begin
  case p_kind
    when 'time' then
      v_parts := regexp_match(v_text, '^([01]?\d|2[0-3]):([0-5]\d)(?::00(?:\.0+)?)?$');
      return to_jsonb(lpad(v_parts[1], 2, '0') || ':' || v_parts[2]);
    when 'minute' then
      return to_jsonb(case when v_number between 0 and 59 then v_number end);
    when 'weekday' then
      return to_jsonb(case
        when v_number between 0 and 6 then v_number
        when length(v_text) >= 3 then (
          select w.n - 1
          from unnest('{sunday,monday,tuesday,wednesday,thursday,friday,saturday}'::text[]) with ordinality w (name, n)
          where starts_with(w.name, v_text))
      end);
    when 'month' then
      return to_jsonb(case
        when v_number between 1 and 12 then v_number
        when length(v_text) >= 3 then (
          select m.n
          from unnest('{january,february,march,april,may,june,july,august,september,october,november,december}'::text[])
            with ordinality m (name, n)
          where starts_with(m.name, v_text))
      end);
    when 'month_day' then
      return case
        when v_number between 1 and 31 then to_jsonb(v_number)
        when v_text in ('-1', 'last') then to_jsonb('last'::text)
        when v_text = 'last_working_day' then to_jsonb(v_text)
      end;
    when 'nth_weekday' then
      return case
        when jsonb_typeof(p_value) = 'object' and p_value - array['nth', 'weekday'] = '{}'
          and p_value ->> 'nth' ~ '^([1-5]|-1)$' and trimtab.read_timing_value('weekday', p_value -> 'weekday') is not null then
          jsonb_build_object(
            'nth', (p_value ->> 'nth')::integer, 'weekday', trimtab.read_timing_value('weekday', p_value -> 'weekday'))
      end;
    when 'local_time' then
      v_parts := regexp_match(v_text, '^(19[7-9]\d|20\d\d|2100)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:[t ]([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?)?$');
      return case
        when v_parts[3]::integer <= date_part('day', make_date(v_parts[1]::integer, v_parts[2]::integer, 1) + interval '1 month - 1 day') then
          to_jsonb(format('%s-%s-%s %s:%s', v_parts[1], v_parts[2], v_parts[3], coalesce(v_parts[4], '00'), coalesce(v_parts[5], '00')))
      end;
    when 'span' then
      if jsonb_typeof(p_value) <> 'object' or (select count(*) from jsonb_object_keys(p_value)) <> 1 then
        return null;
      end if;
      select rtrim(lower(e.key), 's'), e.value #>> '{}' into v_unit, v_text from jsonb_each(p_value) e;
      return case
        when v_unit in ('minute', 'hour', 'day', 'week', 'month', 'year') and v_text ~ '^[1-9]\d{0,4}$' then
          jsonb_build_object(v_unit || 's', v_text::integer)
      end;
    when 'event' then
      return case
        when jsonb_typeof(p_value) = 'string' and v_text ~ '^[a-z0-9_-]+(\.[a-z0-9_-]+)*$' and length(v_text) <= 100 then to_jsonb(v_text)
      end;
    when 'cron' then
      return case when jsonb_typeof(p_value) = 'string' then to_jsonb(btrim(p_value #>> '{}')) end;
    else
      return null;
  end case;
end
$$;
comment on function trimtab.read_timing_value(text, jsonb) is
  'One value of a timing document in the form in which it is stored, null when it is not allowed. Kinds: time (09:00), minute, weekday (0-6 or a name, 0 is Sunday), month (1-12 or a name), month_day (1-31, last, last_working_day), nth_weekday ({nth, weekday}), local_time (2026-12-01 09:00), span ({days: 2}), event, cron.';
grant execute on function trimtab.read_timing_value(text, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
