create or replace function trimtab.set_trigger_status(p_trigger_id uuid, p_status text)
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  -- definer: triggers are written through the functions of this room only.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
declare
  v_org_id uuid := trimtab.require_org('manager');
  v_trigger trimtab.triggers;
begin
  perform trimtab.lock_organization(v_org_id);
  v_trigger := trimtab.find_trigger(v_org_id, p_trigger_id);
  if p_status is null or p_status not in ('active', 'paused') then
    raise exception 'a trigger cannot be %', coalesce(p_status, 'null')
      using errcode = 'TT077',
            detail = format('status: found %s, allowed: active, paused.', coalesce(p_status, 'nothing')),
            hint = 'remove_trigger() removes one.';
  end if;
  if v_trigger.status = p_status then
    return false;
  end if;
  update trimtab.triggers t
  set status = p_status, document = t.document || jsonb_build_object('status', p_status), updated_at = trimtab.clock()
  where t.org_id = v_org_id and t.id = p_trigger_id;
  if v_trigger.source = 'metric' and p_status = 'active' then
    perform trimtab.refresh_signals(v_org_id);
    perform trimtab.baseline_trigger(v_org_id, p_trigger_id);
  end if;
  if p_status = 'paused' then
    perform trimtab.release_held_matches(v_org_id, trimtab.clock());
  end if;
  return true;
end
$$;
comment on function trimtab.set_trigger_status(uuid, text) is
  'Makes a trigger active or paused (role manager); whether that changed anything. Paused, it takes no note of what happens, and what waited for it is let go; a metric''s trigger that becomes active takes what there is as known. Errors: TT001–TT003, TT077, TT078 unknown, 55P03.';
alter function trimtab.set_trigger_status(uuid, text) owner to trimtab_definer;
grant execute on function trimtab.set_trigger_status(uuid, text) to trimtab_user, trimtab_engine;
