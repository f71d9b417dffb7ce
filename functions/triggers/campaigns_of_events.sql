create or replace function trimtab.campaigns_of_events(p_org_id uuid, p_events jsonb)
  returns uuid[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  with named as (
    select distinct n.id
    from jsonb_array_elements(p_events) e (document)
    cross join lateral (
      select e.document ->> 'subject_id' as id where e.document ->> 'subject_type' = 'campaign'
      union all
      select e.document #>> '{payload,campaign_id}'
      union all
      select c.id
      from jsonb_array_elements_text(
        case when jsonb_typeof(e.document #> '{payload,campaign_ids}') = 'array' then e.document #> '{payload,campaign_ids}' else '[]' end) c (id)
    ) n
    where n.id is not null
  )
  select case when exists (select from named) then array(
    select c.id
    from trimtab.campaigns c
    where c.org_id = p_org_id
      and c.id in (select n.id::uuid from named n where n.id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
    order by c.id) end
$$;
comment on function trimtab.campaigns_of_events(uuid, jsonb) is
  'The campaigns of the organization that events name: as their subject, or by campaign_id or campaign_ids in their payload. Null where they name none, empty where they name none that exists.';
grant execute on function trimtab.campaigns_of_events(uuid, jsonb) to trimtab_definer;
