create or replace function trimtab.condition_text(p_condition jsonb, p_value numeric default null)
  returns text
  -- Not SQL: it is called for each condition of each match, and these expressions stay prepared.
  language plpgsql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_metric constant text := concat_ws(' of ', p_condition ->> 'metric', p_condition ->> 'window');
  -- Hours are cut rather than rounded, so that 47.96 is not said to be 48.
  v_value constant text := coalesce(' is ' || trim_scale(
    case when p_condition ->> 'metric' in ('hours_running', 'facts_age') then trunc(p_value, 1) else round(p_value, 4) end), '');
  v_days constant text[] := '{Sunday,Monday,Tuesday,Wednesday,Thursday,Friday,Saturday}';
  v_threshold text := p_condition ->> 'threshold';
begin
  if jsonb_typeof(p_condition -> 'threshold') = 'array' then
    v_threshold := (
      select string_agg(t.value, case p_condition ->> 'operator' when 'between' then ' and ' else ', ' end order by t.place)
      from jsonb_array_elements_text(p_condition -> 'threshold') with ordinality t (value, place));
  end if;
  return case p_condition ->> 'type'
    -- Of two metrics that are compared the value is what the first is above the other.
    when 'metric_threshold' then case
      when v_threshold is not null then format('%s%s (%s %s)', v_metric, v_value, p_condition ->> 'operator', v_threshold)
      else format('%s less %s%s%s (%s 0)', v_metric, coalesce((p_condition #>> '{compare_to,factor}') || ' × ', ''),
        concat_ws(' of ', p_condition #>> '{compare_to,metric}', p_condition #>> '{compare_to,window}'), v_value, p_condition ->> 'operator')
      end
    when 'performance_change' then format('%s of %s against %s%s (%s %s%s)',
      case when p_condition ->> 'measure' = 'absolute' then 'difference' else 'change' end, v_metric,
      replace(coalesce(p_condition ->> 'compare', 'period_before'), '_', ' '),
      coalesce(' is ' || trim_scale(round(p_value, 2)) || case when p_condition ->> 'measure' = 'absolute' then '' else ' %' end, ''),
      p_condition ->> 'operator', v_threshold, case when p_condition ->> 'measure' = 'absolute' then '' else ' %' end)
    when 'budget_pacing' then format('pacing of the %s by its %s%s (%s %s %%)', p_condition ->> 'period', p_condition ->> 'measure',
      coalesce(' is ' || trim_scale(round(p_value, 2)) || ' %', ''), p_condition ->> 'operator', v_threshold)
    when 'metric_rank' then format('%s%s among the %s %s of the %s', v_metric,
      case when p_value is null then '' when p_value = 0 then ' is not' else ' is' end,
      p_condition ->> 'order', coalesce(p_condition ->> 'count', p_condition ->> 'percent' || ' %'),
      coalesce(p_condition ->> 'within', 'organization'))
    when 'time_based' then format('time of the day%s (%s to %s)',
      coalesce(format(' is %s:%s', lpad(div(p_value, 60)::text, 2, '0'), lpad(mod(p_value, 60)::text, 2, '0')), ''), p_condition ->> 'from', p_condition ->> 'to')
    when 'day_of_week' then format('day of the week%s (%s)', ' is ' || v_days[p_value::integer + 1], (
      select string_agg(v_days[d.day::integer + 1], ', ' order by d.place)
      from jsonb_array_elements_text(p_condition -> 'days') with ordinality d (day, place)))
    -- What is compared with a number is the number that came; of anything else it is known whether it answers.
    when 'event_payload' then format('%s of the event%s %s', p_condition ->> 'field',
      case
        when p_value is null then ''
        when jsonb_typeof(coalesce(p_condition #> '{value,0}', p_condition -> 'value')) = 'number' then ' is ' || trim_scale(round(p_value, 4))
        when p_value = 0 then ' does not fit'
        else ' fits'
      end,
      '(' || concat_ws(' ', p_condition ->> 'operator', p_condition ->> 'value') || ')')
    else concat_ws(' ', replace(p_condition ->> 'type', '_', ' '),
      (select '(' || string_agg(replace(q.key, '_', ' ') || ' ' || case jsonb_typeof(q.value)
          when 'array' then (select string_agg(t.value, ', ' order by t.place) from jsonb_array_elements_text(q.value) with ordinality t (value, place))
          else q.value #>> '{}'
        end, ', ' order by q.key) || ')'
       from jsonb_each(p_condition - case when p_condition ?& '{operator,threshold}' then '{type,operator,threshold}' else '{type}' end::text[]) q),
      case when p_value is not null then 'is ' || trim_scale(round(p_value, 4)) end,
      case when p_condition ?& '{operator,threshold}' then format('(%s %s)', p_condition ->> 'operator', v_threshold) end)
  end;
end
$$;
comment on function trimtab.condition_text(jsonb, numeric) is
  'A condition of a canonical rule document in words, with the value that was found where one is given.';
grant execute on function trimtab.condition_text(jsonb, numeric) to trimtab_user, trimtab_engine, trimtab_definer;
