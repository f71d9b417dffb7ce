create or replace function trimtab.sort_slots(
  p_plans trimtab.schedule_plan[],
  p_time_zone text,
  p_first timestamptz,
  p_to timestamptz,
  p_from timestamptz,
  p_missed text,
  p_on_gap text,
  p_on_overlap text,
  p_ends_at timestamptz,
  out slots timestamptz[],
  out missed integer,
  out first_missed timestamptz,
  out last_missed timestamptz,
  out settled_until timestamptz,
  out following timestamptz
)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  -- As many of a schedule at once; the next call goes on with the rest.
  c_most constant integer := 100;
  c_counted constant integer := 1000;
  v_to timestamptz := least(p_to, p_ends_at - interval '1 microsecond');
  v_latest timestamptz;
  v_until timestamptz;
begin
  if p_missed = 'all' then
    select coalesce(array_agg(u.slot_at order by u.slot_at), '{}') into slots
    from trimtab.upcoming_runs(
      p_plans, p_time_zone, greatest(p_from, p_first) - interval '1 microsecond', c_most, p_on_gap, p_on_overlap) u (slot_at)
    where u.slot_at <= v_to;
    settled_until := case when cardinality(slots) = c_most then slots[c_most] else p_to end;
  else
    v_latest := trimtab.last_slot(p_plans, p_time_zone, greatest(p_from, p_first), v_to, p_on_gap, p_on_overlap);
    slots := case when v_latest is null then '{}' else array[v_latest] end;
    settled_until := p_to;
  end if;
  following := trimtab.next_slot(p_plans, p_time_zone, settled_until, p_on_gap, p_on_overlap, null, p_ends_at);

  -- What lies before those that run was missed.
  v_until := coalesce(slots[1] - interval '1 microsecond', v_to);
  missed := 0;
  if p_first <= v_until then
    select count(*), min(u.slot_at), max(u.slot_at) into missed, first_missed, last_missed
    from trimtab.upcoming_runs(
      p_plans, p_time_zone, p_first - interval '1 microsecond', c_counted, p_on_gap, p_on_overlap) u (slot_at)
    where u.slot_at <= v_until;
    if missed = c_counted then
      last_missed := trimtab.last_slot(p_plans, p_time_zone, last_missed, v_until, p_on_gap, p_on_overlap);
    end if;
  end if;
end
$$;
comment on function trimtab.sort_slots(trimtab.schedule_plan[], text, timestamptz, timestamptz, timestamptz, text, text, text, timestamptz) is
  'Of the slots of a schedule from p_first to p_to, more than one or late: which are run (p_missed all: each from p_from on, at most 100; else the latest from p_from on), how many were missed (counted to 1,000), the first and the last of those, up to when all is settled, and the slot that follows.';
grant execute on function trimtab.sort_slots(trimtab.schedule_plan[], text, timestamptz, timestamptz, timestamptz, text, text, text, timestamptz) to trimtab_definer;
