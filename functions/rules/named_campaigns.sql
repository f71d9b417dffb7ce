create or replace function trimtab.named_campaigns(p_event jsonb)
  returns uuid[]
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select coalesce(array_agg(distinct n.id::uuid), '{}')
  from (
    select p_event ->> 'subject_id' where p_event ->> 'subject_type' = 'campaign'
    union all
    select p_event #>> '{payload,campaign_id}'
    union all
    select i.id
    from jsonb_array_elements_text(
      case when jsonb_typeof(p_event #> '{payload,campaign_ids}') = 'array' then p_event #> '{payload,campaign_ids}' else '[]' end) i (id)
  ) n (id)
  where n.id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
$$;
comment on function trimtab.named_campaigns(jsonb) is
  'The campaigns that an event names: its subject, and campaign_id and campaign_ids of its payload. What is no uuid is passed over; whether they exist is not looked at.';
grant execute on function trimtab.named_campaigns(jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
