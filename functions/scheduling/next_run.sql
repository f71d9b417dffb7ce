create or replace function trimtab.next_run(
  p_plans trimtab.schedule_plan[],
  p_time_zone text,
  p_after timestamptz,
  p_on_gap text default 'shift',
  p_on_overlap text default 'first'
)
  returns timestamptz
  language sql
  stable
  parallel safe
begin atomic
  select r.run_at
  from trimtab.run_after(p_plans, p_time_zone, p_after, p_on_gap, p_on_overlap) r;
end;
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
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select r.run_at
  from (select array[trimtab.cron_plan(p_cron)] as plans offset 0) p
  cross join lateral trimtab.run_after(
    p.plans, p_time_zone, p_after,
    coalesce(p_on_gap, case when trimtab.is_hourly(p.plans) then 'skip' else 'shift' end),
    coalesce(p_on_overlap, case when trimtab.is_hourly(p.plans) then 'both' else 'first' end)
  ) r
$$;
comment on function trimtab.next_run(text, text, timestamptz, text, text) is
  'The first run of a cron expression strictly after a moment, in an IANA time zone; null when there is none until 2100. p_on_gap: what becomes of a local time that the clocks leave out: shift (it comes later by as much) or skip; p_on_overlap: which of a local time that comes twice counts: first, last or both. Without them shift and first, and for an expression of every hour skip and both: it follows real time. Errors: TT070.';
grant execute on function trimtab.next_run(text, text, timestamptz, text, text) to trimtab_user, trimtab_engine, trimtab_definer;
