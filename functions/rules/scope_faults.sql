create or replace function trimtab.scope_faults(p_org_id uuid, p_rule trimtab.automation_rules)
  returns text[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select coalesce(array_agg(format('%s: found %s, allowed: %s.', f.path, f.id, f.allowed) order by f.path, f.id), '{}')
  from (
    select format('scope.campaigns[%s]', c.n - 1) as path, c.id, 'a campaign of the organization' as allowed
    from unnest(p_rule.scope_campaigns) with ordinality c (id, n)
    where not exists (select from trimtab.campaigns x where x.org_id = p_org_id and x.id = c.id)
    union all
    select format('scope.groups[%s]', g.n - 1), g.id, 'a campaign group of the organization'
    from unnest(p_rule.scope_groups) with ordinality g (id, n)
    where not exists (select from trimtab.campaign_groups x where x.org_id = p_org_id and x.id = g.id)
    union all
    select 'scope.related_to', p_rule.scope_related_to, 'a campaign of the organization'
    where p_rule.scope_related_to is not null
      and not exists (select from trimtab.campaigns x where x.org_id = p_org_id and x.id = p_rule.scope_related_to)
  ) f
$$;
comment on function trimtab.scope_faults(uuid, trimtab.automation_rules) is
  'What a compiled rule''s scope names that is not of the organization: path, found, allowed for each; empty when all is well.';
grant execute on function trimtab.scope_faults(uuid, trimtab.automation_rules) to trimtab_user, trimtab_engine, trimtab_definer;
