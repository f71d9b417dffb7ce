create or replace function trimtab.step_key(p_context jsonb)
  returns text
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select case when p_context ->> 'execution_id' is not null and p_context ->> 'place' is not null
    then concat_ws(':', 'execution', p_context ->> 'execution_id', p_context ->> 'place', p_context ->> 'campaign_id') end
$$;
comment on function trimtab.step_key(jsonb) is
  'The key under which one action of one execution (for an event: for one campaign) writes what must be written once; null without an execution.';
grant execute on function trimtab.step_key(jsonb) to trimtab_definer;
