create or replace function trimtab.store_detected_opportunities(p_org_id uuid, p_run_at timestamptz)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody else may write opportunities. Callers are the engine and definer functions, which answer for p_org_id.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_organization trimtab.organizations := trimtab.lock_organization(p_org_id);
  v_day date := (p_run_at at time zone v_organization.time_zone)::date;
  v_change bigint;
  v_limits jsonb := trimtab.detection_limits();
  v_new integer;
begin
  v_change := coalesce((
    select h.number
    from trimtab.campaign_changes h
    where h.org_id = p_org_id
    order by h.created_at desc, h.number desc
    limit 1), 0);
  if exists (
    select
    from trimtab.detection_marks m
    where m.org_id = p_org_id
      and (m.day, m.knowledge_revision, m.last_change, m.limits)
        = (v_day, v_organization.knowledge_revision, v_change, v_limits)
  ) then
    return 0;
  end if;

  select count(*) filter (where k.is_new) into v_new
  from trimtab.keep_opportunities(
    p_org_id,
    (select coalesce(jsonb_agg(to_jsonb(f)), '[]') from trimtab.find_opportunities(p_org_id, p_run_at) f),
    p_run_at) k;

  insert into trimtab.detection_marks (org_id, looked_at, day, knowledge_revision, last_change, limits)
  values (p_org_id, p_run_at, v_day, v_organization.knowledge_revision, v_change, v_limits)
  on conflict (org_id) do update
  set looked_at = excluded.looked_at, day = excluded.day, knowledge_revision = excluded.knowledge_revision,
      last_change = excluded.last_change, limits = excluded.limits;
  return v_new;
end
$$;
comment on function trimtab.store_detected_opportunities(uuid, timestamptz) is
  'Looks for opportunities of an organization as of p_run_at and keeps them; the number of new ones. Again on the same day, facts, campaigns and limits it does not even look (detection_marks) and writes nothing. For the engine. Errors: as find_opportunities().';
alter function trimtab.store_detected_opportunities(uuid, timestamptz) owner to trimtab_definer;
grant execute on function trimtab.store_detected_opportunities(uuid, timestamptz) to trimtab_engine, trimtab_definer;
