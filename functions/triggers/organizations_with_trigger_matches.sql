create or replace function trimtab.organizations_with_trigger_matches(p_as_of timestamptz default trimtab.clock())
  returns setof uuid
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select o.org_id
  from trimtab.organizations o
  where o.archived_at is null
    and (exists (select from trimtab.trigger_matches m where m.org_id = o.org_id and m.firing_id is null)
      or exists (
        select from trimtab.trigger_firings f
        where f.org_id = o.org_id and f.status = 'retrying' and f.retry_at <= p_as_of))
  order by o.org_id
$$;
comment on function trimtab.organizations_with_trigger_matches(timestamptz) is
  'Organizations in which events wait for triggers, or firings for their next attempt. For the engine.';
grant execute on function trimtab.organizations_with_trigger_matches(timestamptz) to trimtab_engine;
