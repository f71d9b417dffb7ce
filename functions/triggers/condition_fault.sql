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
  v_rest text;
  v_types text[];
  v_message text;
begin
  begin
    v_condition := p_condition::jsonpath;
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
  elsif v_condition::text ~ 'like_regex "([^"\\]|\\\\\\\\|\\\\[^\\]|\\[^\\])*\(\?(=|!|<=|<!)' then
    return 'looks ahead or back within a pattern, which can take for ever; allowed: patterns without (?=, (?!, (?<= and (?<!';
  elsif v_bare like '%.**%.**%' then
    return 'looks everywhere (.**) more than once, which can take for ever; allowed: once';
  elsif v_bare like '%.keyvalue()%.keyvalue()%' then
    return 'asks for keyvalue() more than once, which can take for ever; allowed: once';
  -- Texts are out, so this is a list of subscripts: [0,0][0,0]… doubles what it finds each time.
  elsif v_bare like '%,%' then
    return 'names several places of a list at once, which can take for ever; allowed: one, all [*], or from one to another [0 to 2]';
  end if;
  -- Parentheses are taken away from within, until a filter with $ in it is found, or there are none.
  v_rest := replace(v_bare, '()', '');
  loop
    if v_rest ~ '\?\([^()]*\$' then
      return 'asks the whole payload ($) within a filter, again for each element, which can take for ever; allowed there: the element (@) and constants';
    end if;
    v_bare := v_rest;
    v_rest := regexp_replace(regexp_replace(v_bare, '\?\([^()]*\)', '', 'g'), '(^|[^?])\(([^()]*)\)', '\1 \2 ', 'g');
    exit when v_rest is not distinct from v_bare;
  end loop;
  -- Now that it ends, it is tried.
  begin
    v_types := array(select jsonb_typeof(x.item) from jsonb_path_query('{}', v_condition, silent => true) x (item));
  exception when others then
    get stacked diagnostics v_message = message_text;
    return format('%s; allowed: a jsonpath predicate', v_message);
  end;
  if v_types <> array['boolean'] and v_types <> array['null'] then
    return format('gives %s for an empty payload; allowed: a predicate, which is true, false or unknown, such as $.sentiment < -0.5',
      coalesce(nullif(array_to_string(v_types, ', '), ''), 'nothing'));
  end if;
  return null;
end
$$;
comment on function trimtab.condition_fault(text) is
  'Why a text cannot be the condition of a trigger; null where it can. It must be a predicate (true, false or unknown for any payload), without what could raise or stall in the transaction of whoever writes the event: variables, dates, patterns that refer or look back or ahead, and what multiplies (.** or keyvalue() twice, lists of subscripts, $ within a filter).';
grant execute on function trimtab.condition_fault(text) to trimtab_user, trimtab_engine, trimtab_definer;
