create or replace function trimtab.open_units(p_part text, p_org_ids uuid[])
  returns void
  language sql
  volatile
  parallel unsafe
  -- definer: the engine has no right to write tick_units; here it can only add rows, never served, of organizations that exist.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  insert into trimtab.tick_units (org_id, part, served_at)
  select o.org_id, p_part, '-infinity'
  from (
    select o.org_id
    from trimtab.organizations o
    where o.org_id = any (p_org_ids)
      and o.archived_at is null
      and not exists (select from trimtab.tick_units u where u.org_id = o.org_id and u.part = p_part)
    order by o.org_id
    -- One that somebody sits on comes to it the next time.
    for key share skip locked
  ) o
  on conflict do nothing
$$;
comment on function trimtab.open_units(text, uuid[]) is
  'Makes the rows of organizations that a part of the tick comes to for the first time, in a transaction of its own: whoever claims one later waits for nobody. For the clockwork.';
alter function trimtab.open_units(text, uuid[]) owner to trimtab_definer;
grant execute on function trimtab.open_units(text, uuid[]) to trimtab_engine;
