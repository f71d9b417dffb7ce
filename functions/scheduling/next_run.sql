create or replace function trimtab.next_run(
  p_plans trimtab.schedule_plan[],
  p_time_zone text,
  p_after timestamptz,
  p_on_gap text default 'shift',
  p_on_overlap text default 'first'
)
  returns timestamptz
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  set plan_cache_mode to force_generic_plan
as $$
begin
  return r.run_at from trimtab.run_after(p_plans, p_time_zone, p_after, p_on_gap, p_on_overlap) r;
end
$$;
comment on function trimtab.next_run(trimtab.schedule_plan[], text, timestamptz, text, text) is
  'The first run of some plans strictly after a moment, null when there is none until 2100 (see run_after(), which is the same for many).';
grant execute on function trimtab.next_run(trimtab.schedule_plan[], text, timestamptz, text, text)
  to trimtab_user, trimtab_engine, trimtab_definer;

create or replace function trimtab.next_run(
  p_cron text,
  p_time_zone text default 'UTC',
  p_after timestamptz default trimtab.clock(),
  p_on_gap text default null,
  p_on_overlap text default null
)
  returns timestamptz
  language plpgsql
  stable
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_plans constant trimtab.schedule_plan[] := array[trimtab.cron_plan(p_cron)];
begin
  return u.run_at from trimtab.upcoming_runs(v_plans, p_time_zone, p_after, 1, p_on_gap, p_on_overlap) u (run_at);
end
$$;
comment on function trimtab.next_run(text, text, timestamptz, text, text) is
  'The first run of a cron expression strictly after a moment, in an IANA time zone; null when there is none until 2100. p_on_gap, p_on_overlap: as in upcoming_runs(). Errors: TT070 not an expression, TT072 a time zone or policy that does not exist.';
grant execute on function trimtab.next_run(text, text, timestamptz, text, text) to trimtab_user, trimtab_engine, trimtab_definer;

create or replace function trimtab.next_run(
  p_timing jsonb,
  p_time_zone text default 'UTC',
  p_after timestamptz default trimtab.clock(),
  p_on_gap text default null,
  p_on_overlap text default null
)
  returns timestamptz
  language plpgsql
  stable
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_plans constant trimtab.schedule_plan[] := trimtab.timing_plans(p_timing);
begin
  return u.run_at from trimtab.upcoming_runs(v_plans, p_time_zone, p_after, 1, p_on_gap, p_on_overlap) u (run_at);
end
$$;
comment on function trimtab.next_run(jsonb, text, timestamptz, text, text) is
  'The first run of a timing document strictly after a moment, in an IANA time zone; null when there is none until 2100. p_on_gap, p_on_overlap: as in upcoming_runs(). Errors: TT071 not a timing, TT072 a time zone or policy that does not exist.';
grant execute on function trimtab.next_run(jsonb, text, timestamptz, text, text) to trimtab_user, trimtab_engine, trimtab_definer;
