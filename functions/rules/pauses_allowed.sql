create or replace function trimtab.pauses_allowed(p_org_id uuid, p_as_of timestamptz default trimtab.clock())
  returns integer
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  -- Within 24 hours, so that hourly runs do not add up to more than one of them may do.
  select coalesce((
    select greatest(sign(g.max_pause_share_percent), floor(g.max_pause_share_percent / 100 * (a.active + p.paused))) - p.paused
    from trimtab.guardrails g
    cross join (
      select count(*) as active
      from trimtab.campaigns_at(p_org_id, p_as_of) c
      where c.status = 'active'
    ) a
    cross join (
      select count(*) as paused
      from trimtab.campaign_changes h
      where h.org_id = p_org_id and h.origin = 'rule'
        and h.previous_state ->> 'status' = 'active' and h.new_state ->> 'status' = 'paused'
        and (h.status = 'executed' or h.rolled_back_at > p_as_of)
        and h.executed_at > p_as_of - interval '24 hours' and h.executed_at <= p_as_of
    ) p
    where g.org_id = p_org_id
  ), 0)::integer
$$;
comment on function trimtab.pauses_allowed(uuid, timestamptz) is
  'How many more campaigns automation may pause at p_as_of: max_pause_share_percent of those that are active or that it paused within 24 hours, less the latter; one is always allowed unless the share is 0. 0 without guardrails; below 0 when it is exceeded already.';
grant execute on function trimtab.pauses_allowed(uuid, timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
