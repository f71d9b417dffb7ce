create or replace function trimtab.operator_bounds(p_operator text, p_threshold jsonb)
  returns nummultirange
  language plpgsql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_number numeric := case when jsonb_typeof(p_threshold) = 'number' then (p_threshold #>> '{}')::numeric end;
begin
  if v_number is null and p_operator not in ('between', 'in') then
    return null;
  end if;
  case p_operator
    when '<' then return nummultirange(numrange(null, v_number, '()'));
    when '<=' then return nummultirange(numrange(null, v_number, '(]'));
    when '>' then return nummultirange(numrange(v_number, null, '()'));
    when '>=' then return nummultirange(numrange(v_number, null, '[)'));
    when '=' then return nummultirange(numrange(v_number, v_number, '[]'));
    when '!=' then return nummultirange(numrange(null, v_number, '()'), numrange(v_number, null, '()'));
    when 'between' then
      return nummultirange(numrange((p_threshold ->> 0)::numeric, (p_threshold ->> 1)::numeric, '[]'));
    when 'in' then
      return (
        select range_agg(numrange(e.number::numeric, e.number::numeric, '[]'))
        from jsonb_array_elements_text(case when jsonb_typeof(p_threshold) = 'array' then p_threshold else '[]' end) e (number));
    else return null;
  end case;
end
$$;
comment on function trimtab.operator_bounds(text, jsonb) is
  'The numbers that a canonical operator with a canonical threshold lets hold; null for an operator that is not about numbers.';
grant execute on function trimtab.operator_bounds(text, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
