create or replace function trimtab.event_targets(
  p_org_id uuid,
  p_rule trimtab.automation_rules,
  p_event jsonb,
  p_as_of timestamptz default trimtab.clock()
)
  returns table (campaign_id uuid, title text, status text, autonomous_enabled boolean)
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select c.id, c.title, c.status, c.autonomous_enabled
  from trimtab.campaigns_in_scope(p_org_id, array[p_rule], p_event) s
  join trimtab.campaigns c on c.org_id = p_org_id and c.id = s.campaign_id
  where c.status = any (coalesce(p_rule.statuses, '{active,paused}'))
    and (c.ends_at is null or c.ends_at > p_as_of)
  order by c.title, c.id
$$;
comment on function trimtab.event_targets(uuid, trimtab.automation_rules, jsonb, timestamptz) is
  'The campaigns that a rule about an event alone acts on: those of its scope (see campaigns_in_scope()) that have a status which it judges (else active and paused) and have not ended. p_event: {id, type, occurred_at, subject_type, subject_id, payload}.';
grant execute on function trimtab.event_targets(uuid, trimtab.automation_rules, jsonb, timestamptz) to trimtab_definer;
