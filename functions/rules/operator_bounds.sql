create or replace function trimtab.operator_bounds(p_operator text, p_threshold jsonb)
  returns nummultirange
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select case p_operator
    when '<' then nummultirange(numrange(null, t.number, '()'))
    when '<=' then nummultirange(numrange(null, t.number, '(]'))
    when '>' then nummultirange(numrange(t.number, null, '()'))
    when '>=' then nummultirange(numrange(t.number, null, '[)'))
    when '=' then nummultirange(numrange(t.number, t.number, '[]'))
    when '!=' then nummultirange(numrange(null, null)) - nummultirange(numrange(t.number, t.number, '[]'))
    when 'between' then nummultirange(numrange((p_threshold ->> 0)::numeric, (p_threshold ->> 1)::numeric, '[]'))
    when 'in' then (
      select range_agg(numrange(e.number::numeric, e.number::numeric, '[]'))
      from jsonb_array_elements_text(case when jsonb_typeof(p_threshold) = 'array' then p_threshold else '[]' end) e (number)
    )
  end
  from (select case when jsonb_typeof(p_threshold) = 'number' then (p_threshold #>> '{}')::numeric end) t (number)
$$;
comment on function trimtab.operator_bounds(text, jsonb) is
  'The numbers that a canonical operator with a canonical threshold lets hold; null for an operator that is not about numbers.';
grant execute on function trimtab.operator_bounds(text, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
