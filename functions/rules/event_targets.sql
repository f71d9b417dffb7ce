create or replace function trimtab.event_targets(
  p_org_id uuid,
  p_rule trimtab.automation_rules,
  p_event jsonb,
  p_as_of timestamptz default trimtab.clock()
)
  returns table (campaign_id uuid, title text, status text, autonomous_enabled boolean)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  c_uuid constant text := '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
  v_payload jsonb := case when jsonb_typeof(p_event -> 'payload') = 'object' then p_event -> 'payload' else '{}' end;
  -- What the event names; anything that is no campaign's id names nothing.
  v_named uuid[] := array(
    select n.id::uuid
    from (
      select p_event ->> 'subject_id' as id where p_event ->> 'subject_type' = 'campaign'
      union
      select v_payload ->> 'campaign_id'
      union
      select i.value #>> '{}'
      from jsonb_array_elements(case when jsonb_typeof(v_payload -> 'campaign_ids') = 'array' then v_payload -> 'campaign_ids' else '[]' end) i
    ) n
    where n.id ~ c_uuid);
  v_tags text[] := array(
    select t.value #>> '{}'
    from jsonb_array_elements(case when jsonb_typeof(v_payload -> 'tags') = 'array' then v_payload -> 'tags' else '[]' end) t
    where jsonb_typeof(t.value) = 'string');
begin
  return query
  with campaign as materialized (
    select c.* from trimtab.campaigns_at(p_org_id, p_as_of) c
  ), relation as (
    -- The groups and tags of the campaigns that a scope of related ones starts from.
    select array_agg(distinct c.group_id) filter (where c.group_id is not null) as groups,
           (select coalesce(array_agg(distinct t.tag), '{}') from campaign d cross join unnest(d.tags) t (tag)
            where d.campaign_id = any (v_named)) as tags
    from campaign c
    where c.campaign_id = any (v_named)
  ), anchor as (
    select c.group_id, c.tags from campaign c where c.campaign_id = p_rule.scope_related_to
  )
  select c.campaign_id, c.title, c.status, c.autonomous_enabled
  from campaign c
  cross join relation n
  where c.status = any (coalesce(p_rule.statuses, '{active,paused}'))
    and (c.ends_at is null or c.ends_at > p_as_of)
    and (p_rule.scope_campaigns is null or c.campaign_id = any (p_rule.scope_campaigns))
    and (p_rule.scope_platforms is null or c.platform = any (p_rule.scope_platforms))
    and (p_rule.scope_groups is null or c.group_id = any (p_rule.scope_groups))
    and (p_rule.scope_tags is null or c.tags && p_rule.scope_tags)
    and (p_rule.scope_related_to is null or c.campaign_id = p_rule.scope_related_to
      or exists (select from anchor a where a.group_id = c.group_id or a.tags && c.tags))
    and (not p_rule.is_scope_related or c.campaign_id = any (v_named)
      or c.group_id = any (n.groups) or c.tags && n.tags or c.tags && v_tags)
  order by c.title, c.campaign_id;
end
$$;
comment on function trimtab.event_targets(uuid, trimtab.automation_rules, jsonb, timestamptz) is
  'The campaigns that a rule about an event alone acts on: those of its scope with a status that it judges (else active and paused) that have not ended. Scope related: the campaigns that the event names (as its subject, in payload.campaign_id or payload.campaign_ids), and those that share a group or a tag with one of these or a tag with payload.tags; an event that names nothing has none. p_event: {id, type, occurred_at, subject_type, subject_id, payload}.';
grant execute on function trimtab.event_targets(uuid, trimtab.automation_rules, jsonb, timestamptz) to trimtab_definer;
