create or replace function trimtab.organizations_with_metric_changes(p_as_of timestamptz default trimtab.clock())
  returns setof uuid
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select o.org_id
  from trimtab.organizations o
  where o.archived_at is null
    and (exists (select from trimtab.metric_marks m where m.org_id = o.org_id)
      or exists (
        select from trimtab.triggers t
        where t.org_id = o.org_id and t.subject_type = 'campaign' and t.source = 'metric' and t.status = 'active')
        and exists (select from trimtab.campaign_signals s where s.org_id = o.org_id and s.valid_until <= p_as_of))
  order by o.org_id
$$;
comment on function trimtab.organizations_with_metric_changes(timestamptz) is
  'Organizations in which measures changed that triggers watch: facts or measurements arrived, or a window ended. For the engine.';
grant execute on function trimtab.organizations_with_metric_changes(timestamptz) to trimtab_engine;
