create or replace function trimtab.envelope_room(p_org_id uuid, p_campaign_ids uuid[], p_as_of timestamptz default trimtab.clock())
  returns table (campaign_id uuid, max_budget numeric, max_daily_budget numeric, code text, reason text)
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select c.id, null::numeric, null::numeric, null::text, null::text from trimtab.campaigns c where c.org_id = p_org_id and c.id = any (p_campaign_ids)
$$;
comment on function trimtab.envelope_room(uuid, uuid[], timestamptz) is 'Being built.';
grant execute on function trimtab.envelope_room(uuid, uuid[], timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
