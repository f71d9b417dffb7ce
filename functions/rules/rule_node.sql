create or replace function trimtab.rule_node(p_node jsonb, p_path text, p_logic text)
  returns table (kind text, members jsonb, members_path text, fault text)
  language sql
  immutable
  parallel safe
  rows 1
begin atomic
  select
    case
      when s.key is null and s.is_list then p_logic
      when s.key is null then 'leaf'
      when s.key in ('all', 'and') then 'all'
      when s.key in ('any', 'or') then 'any'
      when s.key = 'not' then 'not'
      when s.logic in ('all', 'and') then 'all'
      when s.logic in ('any', 'or') then 'any'
      else 'fault'
    end,
    case
      when s.key is null and s.is_list then p_node
      when s.key = 'not' then jsonb_build_array(p_node -> 'not')
      when jsonb_typeof(p_node -> s.key) = 'array' then p_node -> s.key
      else '[]'
    end,
    case when s.key is null then p_path else p_path || '.' || s.key end,
    case
      when s.key is null and s.is_list and p_node = '[]' then p_path || ': found an empty list, allowed: at least one condition.'
      when s.key is null then null
      when s.strange is not null then format('%s: found %s beside %s, allowed: %3$s alone.', p_path, left(s.strange, 100), s.key)
      when s.key = 'conditions' and s.logic not in ('all', 'and', 'any', 'or') then format('%s: found the logic %s, allowed: and, or, all, any.', p_path, left(s.logic, 100))
      when s.key = 'not' then null
      when jsonb_typeof(p_node -> s.key) <> 'array' then format('%s.%s: found %s, allowed: a list.', p_path, s.key, left((p_node -> s.key)::text, 100))
      when p_node -> s.key = '[]' then format('%s.%s: found an empty list, allowed: at least one condition.', p_path, s.key)
    end
  from (
    select
      k.key,
      jsonb_typeof(p_node) = 'array' as is_list,
      lower(coalesce(p_node ->> 'condition_logic', p_node ->> 'logic', p_node ->> 'operator', 'all')) as logic,
      case when k.key is not null then (
        select string_agg(o.key, ', ' order by o.key)
        from jsonb_object_keys(p_node) o (key)
        where o.key <> k.key and not (k.key = 'conditions' and o.key in ('condition_logic', 'logic', 'operator'))
      ) end as strange
    from (
      select case
        when jsonb_typeof(p_node) <> 'object' or p_node ?| array['type', 'metric', 'field'] then null
        when p_node ? 'all' then 'all'
        when p_node ? 'and' then 'and'
        when p_node ? 'any' then 'any'
        when p_node ? 'or' then 'or'
        when p_node ? 'not' then 'not'
        when p_node ? 'conditions' then 'conditions'
      end
    ) k (key)
  ) s;
end;
comment on function trimtab.rule_node(jsonb, text, text) is
  'What a node of a rule''s conditions is: all, any or not with its members and their path, or a leaf; fault: what is wrong with the group. A list is joined by p_logic. Small, so that it is inlined.';
grant execute on function trimtab.rule_node(jsonb, text, text) to trimtab_user, trimtab_engine, trimtab_definer;
