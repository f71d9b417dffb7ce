create or replace function trimtab.drop_fact_partitions(p_before date)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer (trimtab_keeper): owns the partitions. Never called by users; the lock on the facts is waited for briefly.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '2s'
as $$
declare
  v_partition record;
  v_left bigint;
  v_count integer := 0;
begin
  for v_partition in
    select p.name, b.bounds[1] as grain, b.bounds[2]::date as first_day, b.bounds[3]::date as next_day
    from (
      select c.oid::regclass::text as name, pg_get_expr(c.relpartbound, c.oid) as bound
      from pg_inherits i
      join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'trimtab.campaign_metrics'::regclass
    ) p
    cross join lateral regexp_match(p.bound, $re$FROM \('([a-z]+)', '([^']+)'\) TO \('[a-z]+', '([^']+)'\)$re$) b (bounds)
    where b.bounds[3]::date <= p_before
    order by 3, 2
  loop
    v_left := trimtab.organizations_with_facts(v_partition.grain, v_partition.first_day, v_partition.next_day);
    if v_left > 0 then
      raise exception '% holds facts that were not rolled forward', v_partition.name
        using errcode = 'TT024',
              detail = format('Of %s organizations.', v_left),
              hint = 'trimtab.roll_forward_facts(org_id, day) first, or wait for the tick (part old_facts).';
    end if;
    execute 'drop table ' || v_partition.name;
    v_count := v_count + 1;
  end loop;
  if v_count > 0 then
    insert into trimtab.settings as s (name, value, description)
    values ('facts_dropped_before', to_jsonb(p_before), 'Facts of earlier days are no longer kept, and none are taken.')
    on conflict (name) do update set value = excluded.value
    where (s.value #>> '{}')::date < (excluded.value #>> '{}')::date;
  end if;
  return v_count;
end
$$;
comment on function trimtab.drop_fact_partitions(date) is
  'Drops the partitions of campaign_metrics that end before p_before; returns how many. Errors: TT024 when an organization''s facts in one of them were not rolled forward (then nothing is dropped), 55P03 when somebody reads the facts for more than two seconds.';
alter function trimtab.drop_fact_partitions(date) owner to trimtab_keeper;
grant execute on function trimtab.drop_fact_partitions(date) to trimtab_engine;
