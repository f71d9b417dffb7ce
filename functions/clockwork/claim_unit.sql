create or replace function trimtab.claim_unit(p_org_id uuid, p_part text, p_locks boolean)
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody else writes how the tick goes, or locks an organization.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_not_before timestamptz;
begin
  -- Lock order: the organization's row first. One that is busy is passed by, and comes first the next time.
  if p_locks then
    perform from trimtab.organizations o where o.org_id = p_org_id and o.archived_at is null for no key update skip locked;
    if not found then
      return false;
    end if;
  end if;
  select u.not_before into v_not_before
  from trimtab.tick_units u
  where u.org_id = p_org_id and u.part = p_part
  for update skip locked;
  return found and (v_not_before is null or v_not_before <= trimtab.clock());
end
$$;
comment on function trimtab.claim_unit(uuid, text, boolean) is
  'Takes an organization''s share of a part of the tick for this transaction: false where another session has it, where the organization is archived or, with p_locks, busy, and where it failed and its time has not come again. For the clockwork, after open_units().';
alter function trimtab.claim_unit(uuid, text, boolean) owner to trimtab_definer;
grant execute on function trimtab.claim_unit(uuid, text, boolean) to trimtab_engine;
