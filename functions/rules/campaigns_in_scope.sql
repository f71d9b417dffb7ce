create or replace function trimtab.campaigns_in_scope(
  p_org_id uuid,
  p_rules trimtab.automation_rules[],
  p_event jsonb default null
)
  returns table (rule integer, campaign_id uuid)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_named uuid[] := trimtab.named_campaigns(p_event);
  v_tags text[] := array(
    select lower(t.tag)
    from jsonb_array_elements_text(
      case when jsonb_typeof(p_event #> '{payload,tags}') = 'array' then p_event #> '{payload,tags}' else '[]' end) t (tag));
begin
  return query
  select r.ordinality::integer, c.id
  from unnest(p_rules) with ordinality r
  -- Whom a rule's scope or its event brings in by kinship.
  cross join lateral (
    select array_agg(k.id) as ids, array_agg(k.group_id) filter (where k.group_id is not null) as groups,
           array_agg(lower(t.tag)) filter (where t.tag is not null) as tags
    from trimtab.campaigns k
    left join lateral unnest(k.tags) t (tag) on true
    where r.scope_related_to is not null
      and k.org_id = p_org_id
      and k.id = r.scope_related_to
  ) kin
  cross join lateral (
    select array_agg(k.id) as ids, array_agg(k.group_id) filter (where k.group_id is not null) as groups,
           array_agg(lower(t.tag)) filter (where t.tag is not null) as tags
    from trimtab.campaigns k
    left join lateral unnest(k.tags) t (tag) on true
    where r.is_scope_related
      and k.org_id = p_org_id
      and k.id = any (v_named)
  ) named
  join trimtab.campaigns c
    on c.org_id = p_org_id
    and (r.scope_campaigns is null or c.id = any (r.scope_campaigns))
    and (r.scope_platforms is null or c.platform = any (r.scope_platforms))
    and (r.scope_groups is null or c.group_id = any (r.scope_groups))
    and (r.scope_tags is null or trimtab.lower_tags(c.tags) && r.scope_tags)
    and (r.scope_related_to is null or c.id = any (kin.ids) or c.group_id = any (kin.groups) or trimtab.lower_tags(c.tags) && kin.tags)
    and (r.is_scope_related is not true or c.id = any (named.ids) or c.group_id = any (named.groups) or trimtab.lower_tags(c.tags) && (named.tags || v_tags));
end
$$;
comment on function trimtab.campaigns_in_scope(uuid, trimtab.automation_rules[], jsonb) is
  'The campaigns in the scope of each rule (rule: its place in p_rules, from 1), whatever their status: those it names, of its platforms, groups and tags (any of the tags, in capitals or not), related to one campaign (itself, of the same group, with a common tag), related to what the event names (or with a tag of payload.tags); where it says several of these, all must hold. A scope that says nothing is all campaigns.';
grant execute on function trimtab.campaigns_in_scope(uuid, trimtab.automation_rules[], jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
