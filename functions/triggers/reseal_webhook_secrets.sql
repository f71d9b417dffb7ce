create or replace function trimtab.reseal_webhook_secrets()
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: may open and seal. Called by operators, never by users.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  -- Whoever calls may have plans printed, in which keys and secrets would stand.
  set debug_print_plan to off
as $$
declare
  v_count integer;
begin
  update trimtab.webhook_secrets s
  set sealed = trimtab.seal(trimtab.unseal(s.sealed));
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.reseal_webhook_secrets() is
  'Seals the secrets of all endpoints anew, under the newest key; returns how many. After it the older rows of sealing_keys are not needed any more. Errors: TT082 when one cannot be opened.';
alter function trimtab.reseal_webhook_secrets() owner to trimtab_definer;
grant execute on function trimtab.reseal_webhook_secrets() to trimtab_engine;
