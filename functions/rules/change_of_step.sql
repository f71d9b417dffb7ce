create or replace function trimtab.change_of_step(p_org_id uuid, p_context jsonb)
  returns uuid
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select l.id
  from trimtab.campaign_changes l
  where l.org_id = p_org_id
    and l.campaign_id = (p_context ->> 'campaign_id')::uuid
    -- Of an action that nobody carried out before there is nothing to find.
    and p_context ->> 'execution_id' is not null
    and l.status in ('executed', 'rolled_back')
    and l.evidence @> jsonb_build_object('execution_id', p_context -> 'execution_id', 'place', p_context -> 'place')
    and l.created_at >= coalesce((p_context ->> 'as_of')::timestamptz, '-infinity') - interval '1 day'
  order by l.number desc
  limit 1
$$;
comment on function trimtab.change_of_step(uuid, jsonb) is
  'The ledger''s row that this action of this execution has written for the campaign already; null where it has not.';
grant execute on function trimtab.change_of_step(uuid, jsonb) to trimtab_definer;
