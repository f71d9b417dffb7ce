create or replace function trimtab.finish_part(
  p_part text,
  p_started_at timestamptz,
  p_duration interval,
  p_done integer default 0,
  p_failures integer default 0,
  p_left integer default 0,
  p_error_code text default null,
  p_error_message text default null
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the engine has no right to write tick_parts; here it can only add a run to the counts of a part.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
begin
  insert into trimtab.tick_parts as p (
    part, last_started_at, last_finished_at, last_duration_ms, last_done_at, done, runs, failures, overruns, organizations_left,
    error_code, error_message, error_at)
  values (
    p_part, p_started_at, v_now, extract(epoch from p_duration) * 1000, case when p_done > 0 then v_now end, p_done, 1, p_failures,
    (p_error_code is not distinct from '57014')::integer, p_left, p_error_code, p_error_message, case when p_error_code is not null then v_now end)
  on conflict (part) do update
  set last_started_at = excluded.last_started_at,
      last_finished_at = excluded.last_finished_at,
      last_duration_ms = excluded.last_duration_ms,
      last_done_at = coalesce(excluded.last_done_at, p.last_done_at),
      done = p.done + excluded.done,
      runs = p.runs + 1,
      failures = p.failures + excluded.failures,
      overruns = p.overruns + excluded.overruns,
      organizations_left = excluded.organizations_left,
      error_code = coalesce(excluded.error_code, p.error_code),
      error_message = coalesce(excluded.error_message, p.error_message),
      error_at = coalesce(excluded.error_at, p.error_at)
  -- Where nothing happens a second's tick leaves no trace.
  where p_done > 0 or p_failures > 0 or p_left <> p.organizations_left or p.last_finished_at is null
    or p.last_finished_at <= v_now - interval '10 seconds';
end
$$;
comment on function trimtab.finish_part(text, timestamptz, interval, integer, integer, integer, text, text) is
  'Records how a part of the tick went: when it began, how long it took, items done, failures and the last of them, organizations for which there was no time. Where nothing was done it writes at most every ten seconds. For the clockwork.';
alter function trimtab.finish_part(text, timestamptz, interval, integer, integer, integer, text, text) owner to trimtab_definer;
grant execute on function trimtab.finish_part(text, timestamptz, interval, integer, integer, integer, text, text) to trimtab_engine;
