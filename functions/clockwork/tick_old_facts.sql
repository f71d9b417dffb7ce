create or replace function trimtab.tick_old_facts(p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_before date := trimtab.facts_kept_from(p_as_of);
  v_org_id uuid;
  v_done integer := 0;
  v_failed text;
begin
  -- Archived organizations have facts, too, and no share in the tick: so all of them are one part of the system's.
  for v_org_id in
    select o.org_id from trimtab.organizations o where o.facts_from < v_before order by o.org_id
  loop
    exit when v_done >= p_limit;
    -- The block isolates failures: one that cannot be done now, because somebody works on it, keeps nobody waiting.
    begin
      perform set_config('lock_timeout', '100ms', true);
      perform trimtab.roll_forward_facts(v_org_id, v_before);
      v_done := v_done + 1;
    exception
      when serialization_failure then
        raise;
      when others or assert_failure then
        v_failed := format('facts of organization %s were not added up: %s [%s]', v_org_id, sqlerrm, sqlstate);
        raise warning '%', v_failed using errcode = sqlstate;
    end;
  end loop;
  if v_done = 0 and v_failed is not null then
    raise exception '%', v_failed using errcode = 'TT083', hint = 'It is tried again; until then no facts are dropped.';
  end if;
  return v_done;
end
$$;
comment on function trimtab.tick_old_facts(timestamptz, integer) is
  'Part of the tick: adds up the facts by day that are kept no longer (facts_kept_from(), roll_forward_facts()). Of up to p_limit organizations; returns of how many. Errors: TT083 when none of those left could be done.';
grant execute on function trimtab.tick_old_facts(timestamptz, integer) to trimtab_engine;
