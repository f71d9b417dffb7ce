create or replace function trimtab.ensure_partitions(p_as_of timestamptz default trimtab.clock())
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer (trimtab_keeper): the only identity that may create or drop tables at run time, and it owns nothing but the
  -- time-partitioned tables. Called by deploys and the clockwork, never by users: attaching locks the parent.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_wanted record;
  v_count integer := 0;
begin
  for v_wanted in
    with months as (
      -- Years before 2026 as one partition each, later ones by month, four months ahead. Together they have no gap.
      select '-infinity'::date as first_day, date '2015-01-01' as next_day, 'before_2015' as suffix
      union all
      select make_date(y, 1, 1), make_date(y + 1, 1, 1), y::text from generate_series(2015, 2025) y
      union all
      select m::date, (m + interval '1 month')::date, to_char(m, 'YYYY_MM')
      from generate_series(timestamp '2026-01-01', date_trunc('month', p_as_of at time zone 'UTC') + interval '4 months', '1 month') m
    ), parents as (
      select 'events' as parent, '' as grain
      union all
      select 'campaign_metrics', unnest(array['breakdown', 'day', 'hour'])
    )
    select p.parent, p.grain, m.first_day, m.next_day,
           concat_ws('_', p.parent, nullif(p.grain, ''), m.suffix) as name
    from parents p cross join months m
    where to_regclass(format('trimtab.%I', concat_ws('_', p.parent, nullif(p.grain, ''), m.suffix))) is null
      and m.next_day > coalesce(
        (select (s.value #>> '{}')::date
         from trimtab.settings s
         where s.name = case p.parent when 'events' then 'events_dropped_before' else 'facts_dropped_before' end),
        '-infinity')
    order by 1, 2, 3
  loop
    execute format('create table trimtab.%I (like trimtab.%I including defaults including constraints)', v_wanted.name, v_wanted.parent);
    execute format('alter table trimtab.%I enable row level security', v_wanted.name);
    execute format('alter table trimtab.%I force row level security', v_wanted.name);
    execute format('create policy identities on trimtab.%I to trimtab_owner, trimtab_keeper using (true) with check (true)', v_wanted.name);
    if v_wanted.grain = '' then
      execute format('alter table trimtab.%I attach partition trimtab.%I for values from (%L) to (%L)',
        v_wanted.parent, v_wanted.name,
        v_wanted.first_day::timestamp at time zone 'UTC', v_wanted.next_day::timestamp at time zone 'UTC');
    else
      execute format('alter table trimtab.%I attach partition trimtab.%I for values from (%L, %L) to (%L, %L)',
        v_wanted.parent, v_wanted.name, v_wanted.grain, v_wanted.first_day, v_wanted.grain, v_wanted.next_day);
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function trimtab.ensure_partitions(timestamptz) is
  'Creates the partitions of events and campaign_metrics that are missing up to four months after p_as_of; returns how many. No tenant data is involved.';
alter function trimtab.ensure_partitions(timestamptz) owner to trimtab_keeper;
grant execute on function trimtab.ensure_partitions(timestamptz) to trimtab_engine, trimtab_owner;
