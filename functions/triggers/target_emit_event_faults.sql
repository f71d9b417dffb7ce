create or replace function trimtab.target_emit_event_faults(p_org_id uuid, p_target jsonb)
  returns text[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select trimtab.part_faults(p_target, 'target', '{"type": "text!", "event": "text!", "payload": "object"}')
    || array_remove(array[case when jsonb_typeof(p_target -> 'event') = 'string'
      then 'target.event: ' || trimtab.event_type_fault(p_target ->> 'event') end], null)
$$;
comment on function trimtab.target_emit_event_faults(uuid, jsonb) is 'What is wrong with the arguments of the target emit_event.';
grant execute on function trimtab.target_emit_event_faults(uuid, jsonb) to trimtab_definer;
