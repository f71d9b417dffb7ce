create or replace function trimtab.condition_fault(p_condition text)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_condition jsonpath;
  v_bare text;
  v_types text[];
  v_message text;
begin
  begin
    v_condition := p_condition::jsonpath;
    v_types := array(select jsonb_typeof(x.item) from jsonb_path_query('{}', v_condition, silent => true) x (item));
  exception when others then
    get stacked diagnostics v_message = message_text;
    return format('%s; allowed: a jsonpath predicate', v_message);
  end;
  v_bare := regexp_replace(v_condition::text, '"(\\.|[^"\\])*"', '""', 'g');
  if v_bare like '%$""%' then
    return 'names a variable; allowed: the payload ($) and constants';
  elsif v_bare like '%datetime(%' then
    return 'reads dates, whose answer depends on who asks; allowed: comparisons of numbers, texts and booleans';
  elsif v_condition::text ~ 'like_regex "([^"\\]|\\\\\\\\|\\\\[^1-9\\]|\\[^\\])*\\\\[1-9]' then
    return 'refers back within a pattern, which can take for ever; allowed: patterns without back references';
  elsif v_types <> array['boolean'] and v_types <> array['null'] then
    return format('gives %s for an empty payload; allowed: a predicate, which is true, false or unknown, such as $.sentiment < -0.5',
      coalesce(nullif(array_to_string(v_types, ', '), ''), 'nothing'));
  end if;
  return null;
end
$$;
comment on function trimtab.condition_fault(text) is
  'Why a text cannot be the condition of a trigger; null where it can. It must be a predicate (true, false or unknown for any payload), without variables, dates and back references, which could raise or stall in the transaction of whoever writes the event.';
grant execute on function trimtab.condition_fault(text) to trimtab_user, trimtab_engine, trimtab_definer;
