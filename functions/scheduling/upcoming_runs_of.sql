create or replace function trimtab.upcoming_runs_of(p_schedule_id uuid, p_count integer default 10, p_after timestamptz default trimtab.clock())
  returns table (slot_at timestamptz, local_time timestamp)
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select u.slot_at, u.slot_at at time zone j.time_zone
  from trimtab.require_org('viewer') o (org_id)
  cross join lateral trimtab.find_schedule(o.org_id, p_schedule_id) j
  cross join lateral trimtab.upcoming_runs(
    j.plans, j.time_zone, greatest(p_after, j.starts_at - interval '1 microsecond'), p_count, j.on_gap, j.on_overlap) u (slot_at)
  where j.ends_at is null or u.slot_at < j.ends_at
  order by u.slot_at
$$;
comment on function trimtab.upcoming_runs_of(uuid, integer, timestamptz) is
  'The next p_count runs of a schedule of the caller''s organization strictly after p_after, and their local times, as if it were active and ran every time (max_runs is not looked at); of one that runs after events none. Errors: TT001, TT002, TT074 unknown.';
grant execute on function trimtab.upcoming_runs_of(uuid, integer, timestamptz) to trimtab_user, trimtab_engine;
