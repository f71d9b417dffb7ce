create or replace function trimtab.organizations_with_due(p_as_of timestamptz default trimtab.clock())
  returns setof uuid
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select o.org_id
  from trimtab.organizations o
  where o.archived_at is null
    and (exists (select from trimtab.waiting_events w where w.org_id = o.org_id)
      or exists (select from trimtab.delayed_actions d where d.org_id = o.org_id and d.due_at <= p_as_of))
  order by o.org_id
$$;
comment on function trimtab.organizations_with_due(timestamptz) is
  'Organizations that have events waiting for their rules, or actions whose delay is over. For the engine.';
grant execute on function trimtab.organizations_with_due(timestamptz) to trimtab_engine;
