create or replace function trimtab.remove_spend_cap(p_cap_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody may delete from spend_caps directly.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
begin
  perform trimtab.lock_organization(v_org_id);
  delete from trimtab.spend_caps s where s.org_id = v_org_id and s.id = p_cap_id;
  if not found then
    raise exception 'there is no such spend cap'
      using errcode = 'TT015',
            detail = format('No spend cap of the organization has the id %s.', coalesce(p_cap_id::text, 'null')),
            hint = 'select cap_id, level, target, period, amount from trimtab.envelope(trimtab.current_org_id()).';
  end if;
end
$$;
comment on function trimtab.remove_spend_cap(uuid) is
  'Removes a spend cap of the caller''s organization; role admin, audited. Errors: TT001-TT003 context and role, TT015 no such cap.';
alter function trimtab.remove_spend_cap(uuid) owner to trimtab_definer;
grant execute on function trimtab.remove_spend_cap(uuid) to trimtab_user, trimtab_engine;
