create or replace function trimtab.check_action(p_rule_type text, p_action jsonb)
  returns void
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_type text := case p_rule_type when 'pause' then 'auto_pause' when 'scale' then 'auto_scale_up' end;
  v_faults text[];
  v_action_faults text[];
begin
  if v_type is null then
    v_faults := array[format('rule_type: found %s, allowed: pause, scale.', coalesce(p_rule_type, 'nothing'))];
  end if;
  if jsonb_typeof(p_action) is distinct from 'object' then
    v_faults := v_faults || format('action: found %s, allowed: an object.', coalesce(jsonb_typeof(p_action), 'nothing'));
  else
    with expected (name, type, required, allowed) as (
      values
        ('type', 'string', true, coalesce(v_type, 'auto_pause, auto_scale_up')),
        ('notify_admin', 'boolean', false, 'true or false'),
        ('multiplier', case when p_rule_type = 'scale' then 'number' end, true, 'a number above 1'),
        ('max_budget', case when p_rule_type = 'scale' then 'number' end, false, 'a number above 0')
    ), found as (
      select coalesce(e.name, k.name) as name, e.type, e.required, e.allowed, p_action -> coalesce(e.name, k.name) as value
      from (select * from expected where type is not null) e
      full join jsonb_object_keys(p_action) k (name) on k.name = e.name
    )
    select array_agg(
             format('action.%s: found %s, allowed: %s.', name, coalesce(value::text, 'nothing'), coalesce(allowed, 'no such key'))
             order by name)
      into v_action_faults
    from found
    where case
      when type is null then true
      when value is null then required
      when jsonb_typeof(value) <> type then true
      when name = 'type' then value #>> '{}' is distinct from coalesce(v_type, value #>> '{}')
      when name = 'multiplier' then (value #>> '{}')::numeric <= 1
      when name = 'max_budget' then (value #>> '{}')::numeric <= 0
      else false
    end;
    v_faults := v_faults || v_action_faults;
  end if;
  if v_faults is not null then
    raise exception 'the action of the rule is not valid (faults: %)', cardinality(v_faults)
      using errcode = 'TT030',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'For example {"type": "auto_pause"} or {"type": "auto_scale_up", "multiplier": 1.5, "max_budget": 10000}.';
  end if;
end
$$;
comment on function trimtab.check_action(text, jsonb) is
  'Refuses (TT030, every fault: path, found, allowed) what a rule of this type cannot do. pause: {type: auto_pause, notify_admin}; scale: {type: auto_scale_up, multiplier, max_budget, notify_admin}, max_budget in the organization''s currency.';
grant execute on function trimtab.check_action(text, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
