create or replace function trimtab.check_resolved_address(p_address inet)
  returns void
  language plpgsql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_fault text := trimtab.address_fault(p_address);
begin
  if v_fault is not null then
    raise exception 'nothing is sent to this address'
      using errcode = 'TT061',
            detail = format('%s: %s.', coalesce(p_address::text, 'null'), v_fault),
            hint = 'Webhooks go to public addresses only.';
  end if;
end
$$;
comment on function trimtab.check_resolved_address(inet) is
  'Refuses an IP address that is not public (see address_fault()). For whoever delivers: called for each address that a webhook''s host resolves to, just before connecting to that very address. Errors: TT061.';
grant execute on function trimtab.check_resolved_address(inet) to trimtab_user, trimtab_engine, trimtab_definer;
