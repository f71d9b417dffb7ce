create or replace function trimtab.change_organization_settings(
  p_name text default null,
  p_time_zone text default null,
  p_currency text default null
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: with UPDATE on a column of organizations an admin could take the lock that runs take first.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
  v_faults text[] := trimtab.organization_faults(p_name, p_time_zone, p_currency);
begin
  if v_faults <> '{}' then
    raise exception 'the organization cannot be changed like this'
      using errcode = 'TT007',
            detail = array_to_string(v_faults, ' '),
            hint = 'Time zones are IANA names such as Europe/Berlin, currencies ISO 4217 codes such as EUR.';
  end if;
  perform trimtab.lock_organization(v_org_id);
  perform trimtab.require_org('admin');
  update trimtab.organizations o
  set name = coalesce(btrim(p_name), o.name),
      time_zone = coalesce(p_time_zone, o.time_zone),
      currency = coalesce(upper(btrim(p_currency)), o.currency)
  where o.org_id = v_org_id;
end
$$;
comment on function trimtab.change_organization_settings(text, text, text) is
  'Changes name, time zone (IANA) and currency (ISO 4217) of the caller''s organization; null leaves one as it is. Days and money of every figure follow. Needs admin. Errors: TT001, TT003, TT007 with everything that is wrong.';
alter function trimtab.change_organization_settings(text, text, text) owner to trimtab_definer;
grant execute on function trimtab.change_organization_settings(text, text, text) to trimtab_user, trimtab_engine;
