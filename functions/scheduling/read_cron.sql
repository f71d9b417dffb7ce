create or replace function trimtab.read_cron(
  p_expression text,
  p_path text default 'cron',
  out plan trimtab.schedule_plan,
  out faults text[]
)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_nicknames constant jsonb := '{"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}';
  v_text constant text := lower(btrim(p_expression, E' \t\r\n'));
  v_words constant text[] := regexp_split_to_array(coalesce(c_nicknames ->> v_text, v_text), '\s+');
  c_fields constant text[] := '{minute,hour,day of month,month,day of week}';
  c_low constant integer[] := '{0,0,1,1,0}';
  c_high constant integer[] := '{59,23,31,12,7}';
  c_names constant text[] := array['', '', '', 'jan feb mar apr may jun jul aug sep oct nov dec', 'sun mon tue wed thu fri sat'];
  c_allowed constant text[] := array[
    '0-59', '0-23', '1-31, L (the last day), LW (the last working day)', '1-12 or jan-dec',
    '0-7 or sun-sat (0 and 7 are Sunday), 5#2 (the second Friday, up to 5), 5L (the last)'
  ];
  v_bits bigint[] := '{}';
  v_term text;
  v_parts text[];
  v_special text[];
  v_first integer;
  v_last integer;
  v_step integer;
begin
  faults := '{}';
  if v_text is null then
    faults := array[format('%s: found nothing, allowed: five fields: minute, hour, day of month, month, day of week.', p_path)];
    return;
  elsif v_text like '@%' and not c_nicknames ? v_text then
    faults := array[format(
      '%s: found %s, allowed: five fields or @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually.',
      p_path, left(p_expression, 100))];
    return;
  elsif cardinality(v_words) <> 5 or v_text = '' then
    faults := array[format(
      '%s: found %s, allowed: five fields: minute, hour, day of month, month, day of week.',
      p_path,
      case when v_text = '' then 'nothing' when cardinality(v_words) = 1 then 'one field' else cardinality(v_words) || ' fields' end)];
    return;
  end if;

  for i in 1..5 loop
    v_bits[i] := 0;
    foreach v_term in array string_to_array(v_words[i], ',')
    loop
      v_special := case i
        when 3 then regexp_match(v_term, '^()(lw?)$')
        when 5 then regexp_match(v_term, '^(\d{1,4}|[a-z]{3})(l|#[1-5])$')
      end;
      v_parts := regexp_match(v_term, '^(\*|\w+)(?:-(\w+))?(?:/(\w+))?$');
      v_first := trimtab.cron_number(coalesce(v_special[1], v_parts[1]), c_low[i], c_names[i]);
      v_step := case when v_parts[3] ~ '^\d{1,4}$' then v_parts[3]::integer when v_parts[3] is null then 1 end;
      v_last := case
        when v_parts[1] = '*' then c_high[i]
        -- The week ends with a Sunday as well as it begins with one.
        when i = 5 and v_parts[2] = 'sun' and v_first > 0 then 7
        when v_parts[2] is not null then trimtab.cron_number(v_parts[2], c_low[i], c_names[i])
        -- A value with a step counts on from there.
        when v_parts[3] is not null then c_high[i]
        else v_first
      end;
      if v_parts[1] = '*' then
        v_first := case when v_parts[2] is null then c_low[i] end;
      end if;

      if i = 3 and v_special is not null then
        v_bits[i] := v_bits[i] | (1::bigint << case v_special[2] when 'l' then 32 else 33 end);
      elsif i = 5 and v_special is not null and v_first between 0 and 7 then
        v_bits[i] := v_bits[i]
          | (1::bigint << (v_first % 7 + case v_special[2] when 'l' then 42 else 7 * right(v_special[2], 1)::integer end));
      elsif v_special is null and v_first between c_low[i] and c_high[i] and v_last between v_first and c_high[i]
        and v_step between 1 and c_high[i] then
        while v_first <= v_last loop
          v_bits[i] := v_bits[i] | (1::bigint << case i when 5 then v_first % 7 when 4 then v_first - 1 else v_first end);
          v_first := v_first + v_step;
        end loop;
      else
        faults := faults || format('%s, %s: found %s, allowed: %s.', p_path, c_fields[i],
          case when v_term = '' then 'nothing' else left(v_term, 40) end,
          case
            when v_first between c_low[i] and c_high[i] and v_last between c_low[i] and v_first - 1 then
              format('ranges from small to great, as in %s-%s,%s-%s', v_first, c_high[i], c_low[i], v_last)
            when v_first between c_low[i] and c_high[i] and v_last between v_first and c_high[i] then
              format('a step of 1 to %s', c_high[i])
            else format('%s, *, ranges (a-b), steps (*/n, a-b/n), several with commas', c_allowed[i])
          end);
      end if;
    end loop;
  end loop;
  if faults <> '{}' then
    return;
  end if;

  plan := row(
    v_bits[1], v_bits[2], v_bits[3], v_bits[5],
    v_words[3] not like '*%' and v_words[5] not like '*%', v_bits[4],
    null, null, null
  )::trimtab.schedule_plan;
  if not exists (
    select
    from trimtab.calendar_months c
    where c.month_bit & (plan).months <> 0
      and trimtab.month_days((plan).days, (plan).weekdays, (plan).is_either, c) <> 0
  ) then
    faults := array[format(
      '%s, day of month: found %s in month %s, allowed: a day that comes.', p_path,
      v_words[3] || case when v_words[5] like '*' then '' else ' on day of week ' || v_words[5] end, v_words[4])];
    plan := null;
  end if;
end
$$;
comment on function trimtab.read_cron(text, text) is
  'What a cron expression says, or all its faults (path and field, found, allowed); the plan is null when it has any. Five fields with lists, ranges, steps and names in any case, L and LW for the last day and the last working day, 5#2 and 5L for the second and the last Friday, 7 for Sunday, @daily and the like. Where neither day of month nor day of week begins with *, a day of either is enough, as in Vixie''s cron.';
grant execute on function trimtab.read_cron(text, text) to trimtab_user, trimtab_engine, trimtab_definer;
