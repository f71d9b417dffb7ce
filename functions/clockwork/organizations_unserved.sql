create or replace function trimtab.organizations_unserved(p_part text, p_as_of timestamptz, p_every_seconds integer)
  returns setof uuid
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select o.org_id
  from trimtab.organizations o
  left join trimtab.tick_units u on u.org_id = o.org_id and u.part = p_part
  where o.archived_at is null
    and coalesce(u.served_at <= p_as_of - p_every_seconds * interval '1 second' or u.is_flooded or u.failures > 0, true)
$$;
comment on function trimtab.organizations_unserved(text, timestamptz, integer) is
  'Organizations whose share of a part of the tick was last done more than p_every_seconds ago, is not finished, or failed. For the clockwork.';
grant execute on function trimtab.organizations_unserved(text, timestamptz, integer) to trimtab_engine;
