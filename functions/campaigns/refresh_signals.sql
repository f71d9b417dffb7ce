create or replace function trimtab.refresh_signals(p_org_id uuid)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the memo is written by nobody else. Only the engine and definer functions may call it, for any organization.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_ids uuid[];
  v_count integer;
begin
  if not exists (
    select
    from trimtab.campaigns c
    left join trimtab.campaign_signals s on s.org_id = c.org_id and s.campaign_id = c.id
    where c.org_id = p_org_id
      and (s.campaign_id is null or s.valid_until <= v_now or s.computed_at > v_now)
  ) then
    return 0;
  end if;
  -- Facts are published under this lock: what is computed below is not overtaken.
  perform trimtab.lock_organization(p_org_id);
  v_ids := array(
    select c.id
    from trimtab.campaigns c
    left join trimtab.campaign_signals s on s.org_id = c.org_id and s.campaign_id = c.id
    where c.org_id = p_org_id
      and (s.campaign_id is null or s.valid_until <= v_now or s.computed_at > v_now)
  );
  insert into trimtab.campaign_signals as s (
    org_id, campaign_id, signals, first_day, facts_end_at, facts_revision, computed_at, valid_until)
  select p_org_id, n.campaign_id, n.signals, n.first_day, n.facts_end_at, n.facts_revision, v_now, n.valid_until
  from trimtab.compute_signals(p_org_id, v_ids, v_now) n
  on conflict (org_id, campaign_id) do update set
    signals = excluded.signals,
    first_day = excluded.first_day,
    facts_end_at = excluded.facts_end_at,
    facts_revision = excluded.facts_revision,
    computed_at = excluded.computed_at,
    valid_until = excluded.valid_until;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.refresh_signals(uuid) is
  'Brings the memo of an organization''s signals up to the present: computes what is missing or stale, under the organization''s lock, and returns how many campaigns that were. Errors: TT004 unknown organization, 55P03 when lock_timeout passes.';
alter function trimtab.refresh_signals(uuid) owner to trimtab_definer;
grant execute on function trimtab.refresh_signals(uuid) to trimtab_engine, trimtab_definer;
