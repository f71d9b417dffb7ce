create or replace function trimtab.answer_of(p_operator text, p_value jsonb, p_wanted jsonb)
  returns numeric
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  with sides as (
    select
      -- Numbers by their value, anything else by its text without regard to capitals.
      array(
        select case when jsonb_typeof(e.entry) = 'number' then trim_scale((e.entry #>> '{}')::numeric)::text else lower(e.entry #>> '{}') end
        from jsonb_array_elements(case when jsonb_typeof(p_value) = 'array' then p_value else jsonb_build_array(p_value) end) e (entry)
        where jsonb_typeof(e.entry) in ('string', 'number', 'boolean')
      ) as found,
      array(
        select case when jsonb_typeof(e.entry) = 'number' then trim_scale((e.entry #>> '{}')::numeric)::text else lower(e.entry #>> '{}') end
        from jsonb_array_elements(case when jsonb_typeof(p_wanted) = 'array' then p_wanted else jsonb_build_array(p_wanted) end) e (entry)
        where jsonb_typeof(e.entry) in ('string', 'number', 'boolean')
      ) as wanted,
      case when jsonb_typeof(p_value) = 'number' then (p_value #>> '{}')::numeric end as number
  )
  select case
    when p_value is null or jsonb_typeof(p_value) in ('null', 'object') then null
    when p_operator in ('=', 'in') then (s.found && s.wanted)::integer
    when p_operator = '!=' then (not s.found && s.wanted)::integer
    when p_operator = 'contains' and jsonb_typeof(p_value) = 'array' then (s.found && s.wanted)::integer
    when p_operator = 'contains' then (exists (select from unnest(s.wanted) w (part) where position(w.part in s.found[1]) > 0))::integer
    when s.number is not null then (trimtab.operator_bounds(p_operator, p_wanted) @> s.number)::integer
  end
  from sides s
$$;
comment on function trimtab.answer_of(text, jsonb, jsonb) is
  'Whether a value answers to an operator and what is wanted: 1 or 0, null where it is not known. =, in: it, or one element of a list, is one of what is wanted; !=: none is; contains: a text has one of the texts in it, a list one as element; >, >=, <, <=, between: numbers only. Capitals make no difference.';
grant execute on function trimtab.answer_of(text, jsonb, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
