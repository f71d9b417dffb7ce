create or replace function trimtab.drop_old_events(p_as_of timestamptz default trimtab.clock())
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer (trimtab_keeper): owns the partitions. Never called by users; the lock on the journal is waited for briefly.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '2s'
as $$
declare
  v_before timestamptz := p_as_of - (
    select make_interval(days => (s.value #>> '{}')::integer) from trimtab.settings s where s.name = 'events_kept_days');
  v_month record;
  v_until timestamptz;
  v_count integer := 0;
begin
  if p_as_of > trimtab.clock() then
    raise exception 'the journal is kept by the present time'
      using errcode = 'TT005',
            detail = format('Asked as of %s; it is %s.', p_as_of, trimtab.clock()),
            hint = 'Leave p_as_of out.';
  end if;
  for v_month in
    select p.name, p.until
    from (
      select c.oid::regclass::text as name, c.relname,
             substring(pg_get_expr(c.relpartbound, c.oid) from $re$ TO \('([^']+)'\)$re$)::timestamptz as until
      from pg_inherits i
      join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'trimtab.events'::regclass
    ) p
    where p.until <= v_before
    order by p.relname
  loop
    execute 'drop table ' || v_month.name;
    v_count := v_count + 1;
    v_until := greatest(v_until, v_month.until);
  end loop;
  if v_count > 0 then
    insert into trimtab.settings (name, value, description)
    values ('events_dropped_before', to_jsonb((v_before at time zone 'UTC')::date), 'Months of the journal that ended before this day were dropped.')
    on conflict (name) do update set value = excluded.value;
    -- A key lives as long as its event.
    delete from trimtab.event_keys k where k.recorded_at < v_until;
  end if;
  return v_count;
end
$$;
comment on function trimtab.drop_old_events(timestamptz) is
  'Drops the months of the journal that ended more than the setting events_kept_days ago, and the keys of their events; returns how many months. Errors: TT005 for a moment that has not come, 55P03 when somebody reads the journal for more than two seconds.';
alter function trimtab.drop_old_events(timestamptz) owner to trimtab_keeper;
grant execute on function trimtab.drop_old_events(timestamptz) to trimtab_engine;
