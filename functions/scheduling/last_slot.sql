create or replace function trimtab.last_slot(
  p_plans trimtab.schedule_plan[],
  p_time_zone text,
  p_from timestamptz,
  p_to timestamptz,
  p_on_gap text,
  p_on_overlap text
)
  returns timestamptz
  language plpgsql
  stable
  parallel safe
  strict
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_back interval := '2 minutes';
  v_before timestamptz := p_from - interval '1 microsecond';
  v_after timestamptz;
  v_found timestamptz;
  v_next timestamptz;
begin
  -- Back from the end in steps that double, until there is one.
  loop
    v_after := greatest(v_before, p_to - v_back);
    v_next := trimtab.next_run(p_plans, p_time_zone, v_after, p_on_gap, p_on_overlap);
    exit when v_next <= p_to;
    if v_after <= v_before then
      return null;
    end if;
    v_back := v_back * 2;
  end loop;
  -- Then forward, by halves where that gets on.
  loop
    v_found := v_next;
    v_next := trimtab.next_run(p_plans, p_time_zone, v_found, p_on_gap, p_on_overlap);
    exit when v_next is null or v_next > p_to;
    v_found := trimtab.next_run(p_plans, p_time_zone, v_next + (p_to - v_next) / 2, p_on_gap, p_on_overlap);
    if v_found <= p_to then
      v_next := v_found;
    end if;
  end loop;
  return v_found;
end
$$;
comment on function trimtab.last_slot(trimtab.schedule_plan[], text, timestamptz, timestamptz, text, text) is
  'The latest run of a schedule from p_from to p_to, both included; null when there is none. A few calls of next_run(), however many runs lie between.';
grant execute on function trimtab.last_slot(trimtab.schedule_plan[], text, timestamptz, timestamptz, text, text) to trimtab_user, trimtab_engine, trimtab_definer;
