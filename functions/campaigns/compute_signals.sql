create or replace function trimtab.compute_signals(
  p_org_id uuid,
  p_campaign_ids uuid[] default null,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (
    campaign_id uuid,
    signals numeric[],
    first_day date,
    facts_end_at timestamptz,
    facts_revision bigint,
    valid_until timestamptz
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return query
  select *
  from trimtab.compute_window_signals(
    p_org_id,
    array(
      select row(w.position, w.unit, w.first_unit, w.last_unit)::trimtab.signal_window
      from trimtab.metric_windows w),
    p_campaign_ids, p_as_of, p_known);
end
$$;
comment on function trimtab.compute_signals(uuid, uuid[], timestamptz, bigint) is
  'compute_window_signals() for the windows of the catalogue: a row for each campaign asked for (null: all of the organization), its metrics at their places by signal_position(). Errors: TT004 unknown organization, TT006 not kept that far back.';
grant execute on function trimtab.compute_signals(uuid, uuid[], timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
