create or replace function trimtab.set_webhook_hosts(p_hosts text[])
  returns text[]
  language plpgsql
  volatile
  parallel unsafe
  -- definer: rows are removed here only.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
  v_hosts text[];
  v_wrong text[];
begin
  select array_agg(distinct lower(btrim(h.host))) into v_hosts from unnest(p_hosts) h (host);
  select array_agg(coalesce(h.host, 'null')) into v_wrong
  from unnest(v_hosts) h (host)
  where h.host is null
    or trimtab.webhook_url_faults('https://' || regexp_replace(h.host, '^\*\.', '')) <> '{}'
    or regexp_replace(h.host, '^\*\.', '') !~ '^[a-z0-9.-]*[a-z][a-z0-9.-]*$';
  if v_wrong is not null then
    raise exception 'these are not hosts to which webhooks may go'
      using errcode = 'TT060',
            detail = format('Found: %s.', array_to_string(v_wrong, ', ')),
            hint = 'Full public names such as hooks.example.com, or *.example.com for all below it.';
  end if;
  delete from trimtab.webhook_hosts h
  where h.org_id = v_org_id and h.host <> all (coalesce(v_hosts, '{}'));
  insert into trimtab.webhook_hosts (org_id, host, created_at)
  select v_org_id, h.host, trimtab.clock()
  from unnest(v_hosts) h (host)
  on conflict do nothing;
  return coalesce(v_hosts, '{}');
end
$$;
comment on function trimtab.set_webhook_hosts(text[]) is
  'Says to which hosts webhooks of the caller''s organization may go (role admin): names, or *.name for all below it; null or an empty list: to any public host. Returns the list. Errors: TT001-TT003, TT060 for what is no public host.';
alter function trimtab.set_webhook_hosts(text[]) owner to trimtab_definer;
grant execute on function trimtab.set_webhook_hosts(text[]) to trimtab_user, trimtab_engine;
create or replace trigger audit after insert or update or delete on trimtab.webhook_hosts
  for each row execute function trimtab.write_audit('webhook_host', 'org_id');
