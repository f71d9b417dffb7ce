create or replace function trimtab.init_transaction_context(p_user_id uuid, p_org_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_context record;
begin
  -- Only claims are written here; session_context() verifies them each time they are used.
  perform set_config('trimtab.user_id', coalesce(p_user_id::text, ''), true),
          set_config('trimtab.org_id', coalesce(p_org_id::text, ''), true),
          set_config('trimtab.context_started', extract(epoch from transaction_timestamp())::text, true);
  perform trimtab.require_org();
  select * into v_context from trimtab.session_context();
  if p_org_id is null or v_context.user_id is distinct from coalesce(p_user_id, v_context.user_id) then
    raise exception 'this session cannot act for that person and organization'
      using errcode = 'TT001',
            detail = format('Asked for user %s in organization %s; login %s is registered as %s.',
              p_user_id, p_org_id, session_user, v_context.login_kind),
            hint = 'An analyst''s login is one person, and the engine is the organization''s system actor: both leave the user out (null).';
  end if;
end
$$;
comment on function trimtab.init_transaction_context(uuid, uuid) is
  'Says for whom this transaction acts: a person and an organization. It ends with the transaction. The person may be left out (null) where the login itself says who it is: an analyst''s, or the engine''s, which is the organization''s system actor. Errors: TT001 when the claim does not hold.';
grant execute on function trimtab.init_transaction_context(uuid, uuid) to trimtab_user, trimtab_engine;
