create or replace function trimtab.step_evidence(p_context jsonb)
  returns jsonb
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select coalesce(nullif(p_context -> 'evidence', 'null'), '{}') || jsonb_strip_nulls(jsonb_build_object(
    'execution_id', p_context -> 'execution_id', 'place', p_context -> 'place', 'event_id', p_context #> '{event,id}'))
$$;
comment on function trimtab.step_evidence(jsonb) is
  'The evidence of a decision with the execution, the place of the action in it and the event that set it off.';
grant execute on function trimtab.step_evidence(jsonb) to trimtab_definer;
