create or replace function trimtab.refuse_low_role()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  -- Policies alone would let the statement touch nothing without a word. Without any context that is what is wanted.
  -- A definer function has checked its caller itself, and may do for them what they may not.
  if current_user <> 'trimtab_definer' and trimtab.current_org_id() is not null then
    perform trimtab.require_org(tg_argv[0]);
  end if;
  return null;
end
$$;
comment on function trimtab.refuse_low_role() is
  'Statement trigger: a member whose role is below the argument is told so (TT003) instead of finding that nothing happened. Definer functions check for themselves.';
