create or replace function trimtab.explain_node(p_node jsonb, p_path text, p_leaves jsonb)
  returns jsonb
  language plpgsql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_group text := case when p_node ? 'all' then 'all' when p_node ? 'any' then 'any' when p_node ? 'not' then 'not' end;
  v_nodes jsonb;
  v_leaf jsonb;
begin
  if v_group is null then
    select (l.leaf - 'path') || coalesce(
             (
               select jsonb_build_object('evidence', jsonb_agg(e.leaf - 'path' - 'evidence_of' order by e.place))
               from jsonb_path_query(p_leaves, '$[*]') with ordinality e (leaf, place)
               where (e.leaf ->> 'evidence_of')::bigint = l.place
               having count(*) > 0
             ), '{}')
      into v_leaf
    from jsonb_path_query(p_leaves, '$[*]') with ordinality l (leaf, place)
    where l.leaf ->> 'path' = p_path;
    -- A condition counts only with the evidence that it asks for.
    return case
      when not v_leaf ? 'evidence' then v_leaf
      else v_leaf || jsonb_build_object('has_evidence', not jsonb_path_exists(v_leaf, '$.evidence[*] ? (@.holds != true)'))
    end;
  end if;
  if v_group = 'not' then
    v_nodes := jsonb_build_array(trimtab.explain_node(p_node -> 'not', p_path || '.not', p_leaves));
  else
    select coalesce(jsonb_agg(trimtab.explain_node(n.node, format('%s.%s[%s]', p_path, v_group, n.place - 1), p_leaves) order by n.place), '[]')
      into v_nodes
    from jsonb_array_elements(p_node -> v_group) with ordinality n (node, place);
  end if;
  return jsonb_build_object(
    'group', v_group,
    'holds', (
      -- Known and true, known and false, or unknown, by the rules of three-valued logic.
      select case v_group
        when 'all' then case when bool_and(o.holds is true) then true when bool_or(o.holds is false) then false end
        when 'any' then case when bool_or(o.holds is true) then true when bool_and(o.holds is false) then false end
        else bool_and(not o.holds)
      end
      from (
        -- What lacks its evidence holds neither as it stands nor turned round.
        select case when coalesce((n.node ->> 'has_evidence')::boolean, true) then (n.node ->> 'holds')::boolean end as holds
        from jsonb_array_elements(v_nodes) n (node)
      ) o),
    'nodes', v_nodes);
end
$$;
comment on function trimtab.explain_node(jsonb, text, jsonb) is
  'A node of a rule''s conditions with what was found: groups as {group: all, any or not, holds, nodes}, single conditions as p_leaves has them ({path, …, holds}), with the minima of evidence that they ask for. holds: true, false, or null where a value is not known.';
grant execute on function trimtab.explain_node(jsonb, text, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
