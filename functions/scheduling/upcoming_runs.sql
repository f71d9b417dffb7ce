create or replace function trimtab.upcoming_runs(
  p_plans trimtab.schedule_plan[],
  p_time_zone text,
  p_after timestamptz,
  p_count integer,
  p_on_gap text default null,
  p_on_overlap text default null
)
  returns setof timestamptz
  language plpgsql
  stable
  parallel unsafe
  rows 10
  set search_path to trimtab, pg_catalog, pg_temp
  set plan_cache_mode to force_generic_plan
as $$
declare
  v_follows_real_time constant boolean := trimtab.is_hourly(p_plans);
  v_on_gap constant text := coalesce(p_on_gap, case when v_follows_real_time then 'skip' else 'shift' end);
  v_on_overlap constant text := coalesce(p_on_overlap, case when v_follows_real_time then 'both' else 'first' end);
  v_faults constant text[] := trimtab.clock_faults(p_time_zone, v_on_gap, v_on_overlap);
begin
  if v_faults <> '{}' then
    raise exception 'no runs can be told for this'
      using errcode = 'TT072',
        detail = array_to_string(v_faults, E'\n'),
        hint = 'Name an IANA time zone such as America/New_York, and one of the policies.';
  end if;
  return query
  with recursive runs (run_at, n) as (
    select r.run_at, 1
    from trimtab.run_after(p_plans, p_time_zone, p_after, v_on_gap, v_on_overlap) r
    where r.run_at is not null and p_count > 0
    union all
    select r.run_at, b.n + 1
    from runs b
    cross join lateral trimtab.run_after(p_plans, p_time_zone, b.run_at, v_on_gap, v_on_overlap) r
    where r.run_at is not null and b.n < p_count
  )
  select u.run_at from runs u;
end
$$;
comment on function trimtab.upcoming_runs(trimtab.schedule_plan[], text, timestamptz, integer, text, text) is
  'The next runs of some plans strictly after a moment, in order, at most p_count and none after 2100. p_on_gap: what becomes of a local time that the clocks leave out: shift (it comes later by as much) or skip. p_on_overlap: which of a local time that comes twice counts: first, last or both. Without them shift and first, for plans of every hour or of elapsed time skip and both: these follow real time. Errors: TT072 a time zone or policy that does not exist.';
grant execute on function trimtab.upcoming_runs(trimtab.schedule_plan[], text, timestamptz, integer, text, text)
  to trimtab_user, trimtab_engine, trimtab_definer;

create or replace function trimtab.upcoming_runs(
  p_cron text,
  p_time_zone text default 'UTC',
  p_after timestamptz default trimtab.clock(),
  p_count integer default 10,
  p_on_gap text default null,
  p_on_overlap text default null
)
  returns setof timestamptz
  language plpgsql
  stable
  parallel unsafe
  rows 10
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return query
  select trimtab.upcoming_runs(array[trimtab.cron_plan(p_cron)], p_time_zone, p_after, p_count, p_on_gap, p_on_overlap);
end
$$;
comment on function trimtab.upcoming_runs(text, text, timestamptz, integer, text, text) is
  'The next runs of a cron expression strictly after a moment, in order. Errors: TT070 not an expression, TT072 a time zone or policy that does not exist.';
grant execute on function trimtab.upcoming_runs(text, text, timestamptz, integer, text, text)
  to trimtab_user, trimtab_engine, trimtab_definer;

create or replace function trimtab.upcoming_runs(
  p_timing jsonb,
  p_time_zone text default 'UTC',
  p_after timestamptz default trimtab.clock(),
  p_count integer default 10,
  p_on_gap text default null,
  p_on_overlap text default null
)
  returns setof timestamptz
  language plpgsql
  stable
  parallel unsafe
  rows 10
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return query
  select trimtab.upcoming_runs(trimtab.timing_plans(p_timing), p_time_zone, p_after, p_count, p_on_gap, p_on_overlap);
end
$$;
comment on function trimtab.upcoming_runs(jsonb, text, timestamptz, integer, text, text) is
  'The next runs of a timing document strictly after a moment, in order. Errors: TT071 not a timing, TT072 a time zone or policy that does not exist.';
grant execute on function trimtab.upcoming_runs(jsonb, text, timestamptz, integer, text, text)
  to trimtab_user, trimtab_engine, trimtab_definer;
