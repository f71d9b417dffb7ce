create or replace function trimtab.next_slot(
  p_plans trimtab.schedule_plan[],
  p_time_zone text,
  p_after timestamptz,
  p_on_gap text,
  p_on_overlap text,
  p_starts_at timestamptz,
  p_ends_at timestamptz
)
  returns timestamptz
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select n.slot_at
  from trimtab.next_run(
    p_plans, p_time_zone, greatest(p_after, p_starts_at - interval '1 microsecond'), p_on_gap, p_on_overlap) n (slot_at)
  where p_ends_at is null or n.slot_at < p_ends_at
$$;
comment on function trimtab.next_slot(trimtab.schedule_plan[], text, timestamptz, text, text, timestamptz, timestamptz) is
  'The first run of a schedule strictly after p_after, not before p_starts_at and before p_ends_at (null: no such bound); null when there is none. See next_run().';
grant execute on function trimtab.next_slot(trimtab.schedule_plan[], text, timestamptz, text, text, timestamptz, timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
