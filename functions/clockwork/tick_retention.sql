create or replace function trimtab.tick_retention(p_org_id uuid, p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_kind record;
  v_gone integer;
  v_done integer := 0;
begin
  for v_kind in
    select h.function,
           p_as_of - make_interval(days => coalesce((k.value ->> (h.options ->> 'what'))::integer, (h.options ->> 'days')::integer)) as before
    from trimtab.handlers h
    left join trimtab.settings k on k.name = 'kept_days'
    where h.kind = 'retention'
    order by h.position, h.function
  loop
    exit when v_done >= p_limit;
    execute format('select %s($1, $2, $3)', v_kind.function) into v_gone using p_org_id, v_kind.before, p_limit - v_done;
    v_done := v_done + v_gone;
  end loop;
  return v_done;
end
$$;
comment on function trimtab.tick_retention(uuid, timestamptz, integer) is
  'Part of the tick: deletes rows of one organization that are kept no longer (setting kept_days). At most p_limit, by the handlers of the kind retention: function(p_org_id uuid, p_before timestamptz, p_limit integer) returns how many are gone. Returns how many.';
grant execute on function trimtab.tick_retention(uuid, timestamptz, integer) to trimtab_engine;
