create or replace function trimtab.set_opportunity_status(p_id uuid, p_status text, p_reason text default null)
  returns trimtab.optimization_opportunities
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the engine closes opportunities for whoever asks it to, and changes no table's rows directly.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
  v_opportunity trimtab.optimization_opportunities;
begin
  select o.* into v_opportunity
  from trimtab.optimization_opportunities o
  where o.org_id = v_org_id and o.id = p_id
  for no key update;
  if not found then
    raise exception 'there is no such opportunity'
      using errcode = 'TT041',
            detail = format('No opportunity of the organization has the id %s.', coalesce(p_id::text, 'null')),
            hint = 'select * from trimtab.v_open_opportunities lists the open ones.';
  end if;
  if v_opportunity.status = p_status then
    return v_opportunity;  -- said twice
  end if;
  update trimtab.optimization_opportunities o
  set status = p_status, reason = nullif(btrim(p_reason), '')
  where o.org_id = v_org_id and o.id = p_id
  returning o.* into v_opportunity;
  return v_opportunity;
end
$$;
comment on function trimtab.set_opportunity_status(uuid, text, text) is
  'Moves an opportunity of the caller''s organization to another status (open, in_progress, resolved, dismissed) and returns it; twice is a no-op. Role: analyst. Errors: TT001–TT003, TT041 unknown or closed.';
alter function trimtab.set_opportunity_status(uuid, text, text) owner to trimtab_definer;
grant execute on function trimtab.set_opportunity_status(uuid, text, text) to trimtab_user, trimtab_engine, trimtab_definer;
