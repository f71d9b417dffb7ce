create or replace function trimtab.init_transaction_context(p_user_id uuid, p_org_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  -- Only claims are written here; session_context() verifies them each time they are used.
  perform set_config('trimtab.user_id', coalesce(p_user_id::text, ''), true),
          set_config('trimtab.org_id', coalesce(p_org_id::text, ''), true),
          set_config('trimtab.context_started', transaction_timestamp()::text, true);
  perform trimtab.require_org();
end
$$;
comment on function trimtab.init_transaction_context(uuid, uuid) is
  'Says for whom this transaction acts. Ends with the transaction. p_user_id is read for application logins only (an analyst''s login is one person, the engine acts as the organization''s system actor). Errors: TT001 when the claim does not hold.';
grant execute on function trimtab.init_transaction_context(uuid, uuid) to trimtab_user, trimtab_engine;
