create or replace function trimtab.note_client_address()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: no caller may write addresses, only leave theirs.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  insert into trimtab.client_addresses (org_id, audit_id, user_id, client_address)
  values (new.org_id, new.id, new.user_id, inet_client_addr());
  return null;
end
$$;
comment on function trimtab.note_client_address() is
  'Row trigger of audit_log: notes the network address that the change came from, if it came over a network.';
alter function trimtab.note_client_address() owner to trimtab_definer;
-- Where the engine's own connections come from says nothing about anybody.
create or replace trigger note_client_address after insert on trimtab.audit_log
  for each row when (inet_client_addr() is not null and session_user <> 'trimtab_engine')
  execute function trimtab.note_client_address();
