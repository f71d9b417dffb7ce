create or replace function trimtab.check_webhook_url(p_url text, p_org_id uuid default trimtab.current_org_id())
  returns void
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_faults text[] := trimtab.webhook_url_faults(p_url, p_org_id);
begin
  if v_faults <> '{}' then
    raise exception 'nothing may be sent to this URL'
      using errcode = 'TT060',
            detail = array_to_string(v_faults, ' '),
            hint = 'For example https://hooks.example.com/path. An admin lists the organization''s hosts by set_webhook_hosts().';
  end if;
end
$$;
comment on function trimtab.check_webhook_url(text, uuid) is
  'Refuses the URL of a webhook that may not be called, with all its faults (see webhook_url_faults()). Asked when a rule is saved and again when a message is written. Errors: TT060.';
grant execute on function trimtab.check_webhook_url(text, uuid) to trimtab_user, trimtab_engine, trimtab_definer;
