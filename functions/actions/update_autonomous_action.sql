create or replace function trimtab.update_autonomous_action()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  if new is not distinct from old then
    return null;
  end if;
  if new.status is distinct from 'rolled_back' or to_jsonb(new) - 'status' <> to_jsonb(old) - 'status' then
    raise exception 'the ledger is not changed by hand'
      using errcode = 'TT017',
            detail = format('Action %s: only status = ''rolled_back'' may be set, and nothing else.', old.id),
            hint = 'To take an action back: select trimtab.rollback_action(''<id>'').';
  end if;
  perform trimtab.mark_action_rolled_back(old.id);
  return new;
end
$$;
comment on function trimtab.update_autonomous_action() is
  'INSTEAD OF trigger of autonomous_actions: status = ''rolled_back'' calls an executed action rolled back (see mark_action_rolled_back()). Errors: TT017 for anything else.';
