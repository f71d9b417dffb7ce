create or replace procedure trimtab.apply_retention(p_as_of timestamptz default trimtab.clock())
  language plpgsql
  -- Commits after each organization, so it has no SET clause and names everything in full.
as $$
declare
  v_months integer := (
    select (s.value #>> '{}')::integer from trimtab.settings s where s.name = 'facts_retention_months');
  v_before date;
  v_org_id uuid;
  v_failed integer := 0;
begin
  if p_as_of > trimtab.clock() then
    raise exception 'facts are kept by the present time'
      using errcode = 'TT005',
            detail = pg_catalog.format('Asked as of %s; it is %s.', p_as_of, trimtab.clock()),
            hint = 'Leave p_as_of out.';
  end if;
  if v_months is null then
    return;
  end if;
  v_before := pg_catalog.date_trunc('month', p_as_of at time zone 'UTC') - pg_catalog.make_interval(months => v_months);
  for v_org_id in
    select o.org_id from trimtab.organizations o where o.facts_from < v_before order by o.org_id
  loop
    set local lock_timeout = '5s';
    begin
      perform trimtab.roll_forward_facts(v_org_id, v_before);
    exception
      when others then
        v_failed := v_failed + 1;
        raise warning 'facts of organization % were not rolled forward: %', v_org_id, sqlerrm
          using errcode = sqlstate;
    end;
    commit;
  end loop;
  if v_failed = 0 then
    perform trimtab.drop_fact_partitions(v_before);
  end if;
end
$$;
comment on procedure trimtab.apply_retention(timestamptz) is
  'Keeps facts for the setting facts_retention_months: rolls what is older forward, each organization in a transaction of its own, then drops the partitions. An organization that fails is warned about and tried again the next time; until then nothing is dropped. For the clockwork. Errors: TT005 for a moment that has not come.';
grant execute on procedure trimtab.apply_retention(timestamptz) to trimtab_engine;
