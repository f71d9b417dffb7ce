create or replace function trimtab.keep_opportunities(p_org_id uuid, p_found jsonb, p_at timestamptz default trimtab.clock())
  returns table (place bigint, opportunity_id uuid, is_new boolean)
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
-- Names of columns mean the columns, not the results of the same name.
#variable_conflict use_column
declare
  -- One that was resolved and is still there after this time was not resolved.
  c_resolved_rest constant interval := '14 days';
begin
  -- The organization first, as everywhere: then nobody else opens or closes one in between.
  perform trimtab.lock_organization(p_org_id);

  return query
  with found as materialized (
    select f.*
    from (
      select
        t.place, r.campaign_id, r.opportunity_type, coalesce(r.subject, '') as subject, r.severity, r.description,
        r.suggested_action, coalesce(r.estimated_impact, '{}') as estimated_impact, r.confidence_score,
        coalesce(r.proposed_action, '{}') as proposed_action, coalesce(r.evidence, '{}') as evidence,
        row_number() over (
          partition by r.campaign_id, r.opportunity_type, coalesce(r.subject, '')
          order by trimtab.severity_rank(r.severity), t.place) as rank
      from jsonb_array_elements(p_found) with ordinality as t (entry, place)
      cross join lateral jsonb_to_record(t.entry) as r (
        campaign_id uuid, opportunity_type text, subject text, severity text, description text, suggested_action text,
        estimated_impact jsonb, confidence_score numeric, proposed_action jsonb, evidence jsonb)
    ) f
    where f.rank = 1
  ),
  known as materialized (
    select
      f.place, o.id, o.status,
      case when o.status in ('open', 'in_progress') then
        -- Without figures, what it says is what can differ.
        trimtab.is_material_change(o.severity, o.evidence || o.estimated_impact, f.severity, f.evidence || f.estimated_impact)
          or (f.evidence = '{}' and (o.description, o.suggested_action, o.estimated_impact)
            is distinct from (f.description, f.suggested_action, f.estimated_impact))
      else
        trimtab.is_material_change(o.severity, o.evidence || o.estimated_impact, f.severity, f.evidence || f.estimated_impact, true)
          or (o.status = 'resolved' and p_at >= o.resolved_at + c_resolved_rest)
      end as is_changed
    from found f
    cross join lateral (
      select o.id, o.status, o.severity, o.description, o.suggested_action, o.estimated_impact, o.evidence, o.resolved_at
      from trimtab.optimization_opportunities o
      where o.org_id = p_org_id
        and o.campaign_id = f.campaign_id
        and o.opportunity_type = f.opportunity_type
        and o.subject = f.subject
      order by o.status in ('open', 'in_progress') desc, o.resolved_at desc
      limit 1
    ) o
  ),
  refreshed as (
    update trimtab.optimization_opportunities o
    set severity = f.severity, description = f.description, suggested_action = f.suggested_action,
        proposed_action = f.proposed_action, estimated_impact = f.estimated_impact,
        confidence_score = f.confidence_score, evidence = f.evidence,
        detected_count = o.detected_count + 1, last_detected_at = p_at
    from known k
    join found f on f.place = k.place
    where o.org_id = p_org_id
      and o.id = k.id
      and k.status in ('open', 'in_progress')
      and k.is_changed
  ),
  opened as (
    insert into trimtab.optimization_opportunities (
      org_id, campaign_id, opportunity_type, subject, severity, description, suggested_action, proposed_action,
      estimated_impact, confidence_score, evidence, first_detected_at, last_detected_at, created_at)
    select
      p_org_id, f.campaign_id, f.opportunity_type, f.subject, f.severity, f.description, f.suggested_action, f.proposed_action,
      f.estimated_impact, f.confidence_score, f.evidence, p_at, p_at, p_at
    from found f
    left join known k on k.place = f.place
    where k.id is null
      or (k.status in ('resolved', 'dismissed') and k.is_changed)
    on conflict do nothing
    returning id, campaign_id, opportunity_type, subject
  )
  select f.place, coalesce(n.id, k.id), n.id is not null
  from found f
  left join known k on k.place = f.place
  left join opened n on n.campaign_id = f.campaign_id and n.opportunity_type = f.opportunity_type and n.subject = f.subject
  order by f.place;
end
$$;
comment on function trimtab.keep_opportunities(uuid, jsonb, timestamptz) is
  'Stores what was found (a list of objects with the columns of find_opportunities()) for an organization, under its lock, one open row a campaign, type and subject: an open one is refreshed when it changed materially and else left as it is; a dismissed one comes back only when it became materially worse, a resolved one also when it is still there after 14 days (see is_material_change). Returns for each place in the list the row that stands for it and whether it is new. For the system''s own functions: they answer for the organization.';
grant execute on function trimtab.keep_opportunities(uuid, jsonb, timestamptz) to trimtab_definer;
