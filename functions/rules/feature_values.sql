create or replace function trimtab.feature_values(
  p_org_id uuid,
  p_features jsonb[],
  p_campaign_ids uuid[] default null,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_event jsonb default null
)
  returns table (feature integer, campaign_id uuid, value numeric)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_type record;
begin
  for v_type in
    select f.type, h.function, array_agg(f.feature order by f.place) as features, array_agg(f.place order by f.place) as places
    from (
      select u.feature, u.ordinality::integer as place, u.feature ->> 'type' as type
      from unnest(p_features) with ordinality u (feature, ordinality)
    ) f
    left join trimtab.handlers h on h.kind = 'rule_condition.' || f.type
    group by f.type, h.function
  loop
    if v_type.function is null then
      raise exception 'conditions of the type % have no values', coalesce(v_type.type, 'null')
        using errcode = 'TT030',
              detail = format('%s: found no function, allowed: one in handlers of the kind rule_condition.%s.', v_type.type, v_type.type),
              hint = 'Compile the rule again; a new type of condition needs its handler.';
    end if;
    -- The name of the function is reference data, never a tenant's.
    return query execute format(
      'select ($7::integer[])[v.feature], v.campaign_id, v.value from %s($1, $2, $3, $4, $5, $6) v', v_type.function::regproc)
    using p_org_id, v_type.features, p_campaign_ids, p_as_of, p_known, p_event, v_type.places;
  end loop;
end
$$;
comment on function trimtab.feature_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) is
  'The values of features (conditions without their thresholds) for campaigns of an organization (null: all): feature is the place in p_features, from 1; campaign_id null: for every campaign the same. One call of its handler for each type. A missing row is an unknown value. Error TT030: a type without handler.';
grant execute on function trimtab.feature_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
