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
  v_value constant text := coalesce(' is ' || trim_scale(round(p_value, 4)), '');
  v_threshold text := p_condition ->> 'threshold';
begin
  if jsonb_typeof(p_condition -> 'threshold') = 'array' then
    v_threshold := (
      select string_agg(t.value, case p_condition ->> 'operator' when 'between' then ' and ' else ', ' end order by t.place)
      from jsonb_array_elements_text(p_condition -> 'threshold') with ordinality t (value, place));
  end if;
  return case p_condition ->> 'type'
    when 'metric_threshold' then format('%s%s %s', v_metric, v_value, case
      when v_threshold is not null then format('(%s %s)', p_condition ->> 'operator', v_threshold)
      else format('(%s %s × %s of %s)', p_condition ->> 'operator', coalesce(p_condition #>> '{compare_to,factor}', '1'),
        p_condition #>> '{compare_to,metric}', coalesce(p_condition #>> '{compare_to,window}', 'now')) end)
    when 'performance_change' then format('%s changed by%s against %s (%s %s%s)', v_metric,
      coalesce(' ' || trim_scale(round(p_value, 2)), ''), replace(coalesce(p_condition ->> 'compare', 'period_before'), '_', ' '),
      p_condition ->> 'operator', v_threshold, case when p_condition ->> 'measure' = 'absolute' then '' else ' %' end)
    when 'budget_pacing' then format('pacing of the %s by its %s%s %% (%s %s %%)', p_condition ->> 'period', p_condition ->> 'measure',
      coalesce(' ' || trim_scale(round(p_value, 2)), ''), p_condition ->> 'operator', v_threshold)
    when 'metric_rank' then format('%s is number%s from the %s (%s%s)', v_metric,
      coalesce(' ' || trim_scale(p_value), ''), p_condition ->> 'order',
      coalesce(p_condition ->> 'count', p_condition ->> 'percent' || ' %'),
      ' of the ' || coalesce(p_condition ->> 'within', 'organization'))
    else concat_ws(' ', replace(p_condition ->> 'type', '_', ' '),
      nullif((p_condition - 'type')::text, '{}'), case when p_value is not null then 'is ' || trim_scale(round(p_value, 4)) end)
  end;
end
$$;
comment on function trimtab.condition_text(jsonb, numeric) is
  'A condition of a canonical rule document in words, with the value that was found where one is given.';
grant execute on function trimtab.condition_text(jsonb, numeric) to trimtab_user, trimtab_engine, trimtab_definer;
