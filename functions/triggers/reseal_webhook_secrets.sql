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
  v_secret record;
  v_count integer := 0;
begin
  for v_secret in
    select s.org_id, s.id, s.sealed from trimtab.webhook_secrets s order by s.org_id, s.id for no key update
  loop
    -- The block isolates a secret that cannot be opened: it is of no use, and stays as it is.
    begin
      update trimtab.webhook_secrets s
      set sealed = trimtab.seal(trimtab.unseal(v_secret.sealed))
      where s.org_id = v_secret.org_id and s.id = v_secret.id;
      v_count := v_count + 1;
    exception
      when sqlstate 'TT082' then
        null;
    end;
  end loop;
  return v_count;
end
$$;
comment on function trimtab.reseal_webhook_secrets() is
  'Seals the secrets of all endpoints anew, under the newest key; returns how many. After it the older rows of sealing_keys are not needed any more. Those that cannot be opened stay as they are.';
alter function trimtab.reseal_webhook_secrets() owner to trimtab_definer;
grant execute on function trimtab.reseal_webhook_secrets() to trimtab_engine;
