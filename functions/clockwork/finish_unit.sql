create or replace function trimtab.finish_unit(
  p_org_id uuid,
  p_part text,
  p_done integer,
  p_duration interval,
  p_is_flooded boolean,
  p_error_code text default null,
  p_error_message text default null
)
  returns timestamptz
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the engine has no right to write tick_units; here it can only say how one organization's share went, at this moment.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_before trimtab.tick_units;
begin
  select u.* into v_before from trimtab.tick_units u where u.org_id = p_org_id and u.part = p_part for update;
  update trimtab.tick_units u
  set served_at = v_now,
      duration_ms = extract(epoch from p_duration) * 1000,
      done = p_done,
      is_flooded = coalesce(p_is_flooded, u.is_flooded),
      failures = case when p_error_code is null then 0 else u.failures + 1 end,
      -- 10 seconds, 20, 40 … an hour.
      not_before = case when p_error_code is not null then v_now + least(interval '1 hour', interval '10 seconds' * 2 ^ least(u.failures, 10)) end,
      error_code = coalesce(p_error_code, u.error_code),
      error_message = coalesce(p_error_message, u.error_message),
      error_at = case when p_error_code is null then u.error_at else v_now end
  where u.org_id = p_org_id and u.part = p_part;
  -- The first of a row of failures is told, and the first time that there was too much.
  if p_error_code is not null and v_before.failures = 0 then
    perform trimtab.emit_event(p_org_id, 'clock.part_failed', jsonb_build_object(
      'part', p_part, 'error_code', p_error_code, 'error_message', p_error_message, 'overran', p_error_code = '57014'));
  end if;
  if p_is_flooded and not v_before.is_flooded then
    perform trimtab.emit_event(p_org_id, 'clock.part_flooded', jsonb_build_object('part', p_part, 'done', p_done));
  end if;
  return v_now;
end
$$;
comment on function trimtab.finish_unit(uuid, text, integer, interval, boolean, text, text) is
  'Records how an organization''s share of a part of the tick went; a failure puts off the next try (10 seconds, 20, 40 … an hour). The first failure of a row is the event clock.part_failed {part, error_code, error_message, overran}, the first flood clock.part_flooded {part, done}. p_is_flooded: more is waiting than there was time for; null: it goes on at once. Returns the new served_at. For the clockwork, after claim_unit().';
alter function trimtab.finish_unit(uuid, text, integer, interval, boolean, text, text) owner to trimtab_definer;
grant execute on function trimtab.finish_unit(uuid, text, integer, interval, boolean, text, text) to trimtab_engine;
