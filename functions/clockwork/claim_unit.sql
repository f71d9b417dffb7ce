create or replace function trimtab.claim_unit(p_org_id uuid, p_part text, p_seen timestamptz, p_locks boolean)
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  -- definer: locking rows of tick_units and organizations asks for the right to write them, which the engine has not; here it only locks.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  -- Lock order: the organization's row first. One that is busy is passed by, and comes first the next time.
  if p_locks then
    perform from trimtab.organizations o where o.org_id = p_org_id and o.archived_at is null for no key update skip locked;
    if not found then
      return false;
    end if;
  end if;
  perform from trimtab.tick_units u
  where u.org_id = p_org_id and u.part = p_part and u.served_at = p_seen
  for update skip locked;
  return found;
end
$$;
comment on function trimtab.claim_unit(uuid, text, timestamptz, boolean) is
  'Takes an organization''s share of a part of the tick for this transaction: false where another session has it or has done it since the caller looked (p_seen: the served_at that it saw), and, with p_locks, where the organization is busy. For the clockwork, after open_units().';
alter function trimtab.claim_unit(uuid, text, timestamptz, boolean) owner to trimtab_definer;
grant execute on function trimtab.claim_unit(uuid, text, timestamptz, boolean) to trimtab_engine;
