create or replace function trimtab.begin_part(p_part text, p_every_seconds integer)
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the engine has no right to write tick_parts; here it can only take a part that is due, and set when it began.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_found timestamptz;
begin
  insert into trimtab.tick_parts (part) values (p_part) on conflict do nothing;
  select coalesce(p.last_started_at, '-infinity') into v_found
  from trimtab.tick_parts p
  where p.part = p_part
  for update skip locked;
  if not found or v_found > trimtab.clock() - p_every_seconds * interval '1 second' then
    return false;
  end if;
  update trimtab.tick_parts p set last_started_at = trimtab.clock() where p.part = p_part;
  return true;
end
$$;
comment on function trimtab.begin_part(text, integer) is
  'Takes a part of the tick for this transaction: false where another session has it, or where it began less than p_every_seconds ago. For the clockwork.';
alter function trimtab.begin_part(text, integer) owner to trimtab_definer;
grant execute on function trimtab.begin_part(text, integer) to trimtab_engine;
