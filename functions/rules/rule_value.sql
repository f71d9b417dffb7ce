create or replace function trimtab.rule_value(
  p_value jsonb,
  p_value_type text,
  p_minimum numeric,
  p_maximum numeric,
  p_allowed text[]
)
  returns jsonb
  language plpgsql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  -- Far beyond every figure of a campaign, and short enough to be worked with.
  c_largest constant numeric := 1e15;
  c_scale constant integer := 12;
  v_text text := case when jsonb_typeof(p_value) = 'string' then btrim(p_value #>> '{}') end;
  v_number numeric := case when jsonb_typeof(p_value) = 'number' then (p_value #>> '{}')::numeric end;
  v_list jsonb;
  v_length integer;
begin
  case p_value_type
    when 'number', 'integer' then
      return case
        when v_number not between coalesce(p_minimum, -c_largest) and coalesce(p_maximum, c_largest) then null
        when p_value_type = 'integer' and v_number <> trunc(v_number) then null
        when scale(trim_scale(v_number)) > c_scale then null
        else to_jsonb(trim_scale(v_number))
      end;
    when 'boolean' then
      return case when jsonb_typeof(p_value) = 'boolean' then p_value end;
    when 'text' then
      return case
        when v_text = '' or char_length(v_text) > coalesce(p_maximum, 2000) then null
        when p_allowed is null then to_jsonb(v_text)
        else (select to_jsonb(a.word) from unnest(p_allowed) a (word) where lower(a.word) = lower(v_text))
      end;
    when 'metric', 'window', 'operator' then
      v_text := case p_value_type
        when 'metric' then regexp_replace(lower(v_text), '^metrics\.', '')
        when 'window' then lower(v_text)
        else case lower(v_text)
          when '==' then '=' when '===' then '=' when 'eq' then '=' when 'equals' then '='
          when '<>' then '!=' when 'neq' then '!=' when 'ne' then '!=' when 'not_equals' then '!=' when '≠' then '!='
          when 'gt' then '>' when 'greater_than' then '>' when 'gte' then '>=' when '≥' then '>=' when '=>' then '>='
          when 'lt' then '<' when 'less_than' then '<' when 'lte' then '<=' when '≤' then '<=' when '=<' then '<='
          else lower(v_text)
        end
      end;
      return case
        when v_text = any (p_allowed) then to_jsonb(v_text)
        when p_value_type = 'window' and v_text ~ '^(last_([1-9]|[1-8][0-9]|90)_days|last_([1-9]|[1-9][0-9]|1[0-5][0-9]|16[0-8])_hours|days_([0-9]|[1-8][0-9]|90)_to_([0-9]|[1-8][0-9]|90)_ago|month_to_date|previous_month)$'
          then to_jsonb(v_text)
      end;
    when 'time' then
      return case
        when v_text ~ '^([01]?[0-9]|2[0-3]):[0-5][0-9](:00)?$' or v_text ~ '^24:00(:00)?$'
          then to_jsonb(lpad(split_part(v_text, ':', 1), 2, '0') || ':' || split_part(v_text, ':', 2))
      end;
    when 'weekday' then
      return coalesce(
        case when v_number between 0 and 6 and v_number = trunc(v_number) then to_jsonb(v_number::integer) end,
        to_jsonb((array_position(
          array['sun', 'sunday', 'mon', 'monday', 'tue', 'tuesday', 'wed', 'wednesday', 'thu', 'thursday', 'fri', 'friday', 'sat', 'saturday'],
          lower(v_text)) - 1) / 2));
    when 'uuid' then
      return case
        when lower(v_text) ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then to_jsonb(lower(v_text))
      end;
    when 'recipient', 'addressee' then
      return case
        when p_value_type = 'addressee' and v_text ~ '^#[^[:space:][:cntrl:]#,]{1,80}$' then to_jsonb(lower(v_text))
        when lower(v_text) ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then to_jsonb(lower(v_text))
        when lower(v_text) ~ '^role:(viewer|analyst|manager|admin|owner)$' then to_jsonb(lower(v_text))
        when char_length(v_text) <= 254 and v_text ~ '^[^@[:space:][:cntrl:],;:<>"()]+@[^@[:space:][:cntrl:],;:<>"()]+\.[^@[:space:][:cntrl:],;:<>"()]+$'
          then to_jsonb(v_text)
      end;
    when 'event' then
      return case
        when char_length(v_text) <= 200 and lower(v_text) ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$' then to_jsonb(lower(v_text))
      end;
    when 'url' then
      return case
        when char_length(v_text) <= coalesce(p_maximum, 2048) and v_text ~* '^https?://[^[:space:][:cntrl:]]+$' then to_jsonb(v_text)
      end;
    when 'object' then
      return case
        when jsonb_typeof(p_value) = 'object' and octet_length(p_value::text) <= 20000 then p_value
      end;
    when 'texts', 'words', 'uuids', 'recipients', 'integers', 'weekdays' then
      v_list := case when jsonb_typeof(p_value) = 'array' then p_value else jsonb_build_array(p_value) end;
      v_length := jsonb_array_length(v_list);
      if v_length not between 1 and 100 then
        return null;
      end if;
      return (
        select case
          when count(v.value) = v_length and (p_value_type <> 'integers' or count(*) filter (where v.value = '0' and p_minimum < 0) = 0)
            then jsonb_agg(distinct v.value)
        end
        from jsonb_array_elements(v_list) e (entry)
        cross join lateral (
          select trimtab.rule_value(
            e.entry,
            case p_value_type
              when 'texts' then 'text' when 'words' then 'text' when 'uuids' then 'uuid' when 'recipients' then 'addressee'
              when 'integers' then 'integer' else 'weekday'
            end, p_minimum, p_maximum, p_allowed)
        ) v (value)
      );
    when 'threshold' then
      v_list := case
        when jsonb_typeof(p_value) = 'array' then p_value
        when jsonb_typeof(p_value) = 'object' and p_value ?& array['min', 'max'] and p_value - array['min', 'max'] = '{}'
          then jsonb_build_array(p_value -> 'min', p_value -> 'max')
      end;
      if v_list is null then
        return trimtab.rule_value(p_value, 'number', p_minimum, p_maximum, null);
      end if;
      v_length := jsonb_array_length(v_list);
      if v_length not between 1 and 100 then
        return null;
      end if;
      return (
        select case when count(v.value) = v_length then jsonb_agg(v.value order by e.place) end
        from jsonb_array_elements(v_list) with ordinality e (entry, place)
        cross join lateral (select trimtab.rule_value(e.entry, 'number', p_minimum, p_maximum, null)) v (value)
      );
    when 'any' then
      if jsonb_typeof(p_value) = 'object' then
        return trimtab.rule_value(p_value, 'threshold', p_minimum, p_maximum, null);
      end if;
      v_list := case when jsonb_typeof(p_value) = 'array' then p_value else jsonb_build_array(p_value) end;
      v_length := jsonb_array_length(v_list);
      if v_length not between 1 and 100 then
        return null;
      end if;
      return (
        select case
          when count(v.value) < v_length then null
          when jsonb_typeof(p_value) = 'array' then jsonb_agg(v.value order by e.place)
          else jsonb_agg(v.value) -> 0
        end
        from jsonb_array_elements(v_list) with ordinality e (entry, place)
        cross join lateral (
          select case jsonb_typeof(e.entry)
            when 'string' then case when char_length(e.entry #>> '{}') between 1 and 1000 then e.entry end
            when 'number' then trimtab.rule_value(e.entry, 'number', p_minimum, p_maximum, null)
            when 'boolean' then e.entry
          end
        ) v (value)
      );
    else
      return null;
  end case;
end
$$;
comment on function trimtab.rule_value(jsonb, text, numeric, numeric, text[]) is
  'A value of a rule''s document in its canonical form by the value_type of rule_vocabulary_parameters; null where it is not allowed. p_allowed: the words that are (metrics, windows and operators included). Never an error, whatever the value.';
grant execute on function trimtab.rule_value(jsonb, text, numeric, numeric, text[]) to trimtab_user, trimtab_engine, trimtab_definer;
