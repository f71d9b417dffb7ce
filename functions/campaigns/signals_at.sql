create or replace function trimtab.signals_at(
  p_org_id uuid,
  p_as_of timestamptz,
  p_known bigint,
  p_campaign_ids uuid[]
)
  returns table (
    campaign_id uuid,
    signals numeric[],
    first_day date,
    facts_end_at timestamptz,
    facts_revision bigint,
    valid_until timestamptz
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  -- With some campaigns their rows are looked up, without them all of the organization's are read: two plans.
  set plan_cache_mode to force_custom_plan
as $$
#variable_conflict use_column
declare
  v_revision bigint;
  v_ids uuid[];
begin
  select o.knowledge_revision into v_revision from trimtab.organizations o where o.org_id = p_org_id;
  if p_known < v_revision or v_revision is null then
    return query select * from trimtab.compute_signals(p_org_id, p_campaign_ids, p_as_of, p_known);
    return;
  end if;

  -- The memo holds for every moment from its computation to the next end of a window.
  return query
  select s.campaign_id, s.signals, s.first_day, s.facts_end_at, s.facts_revision, s.valid_until
  from trimtab.campaign_signals s
  where s.org_id = p_org_id
    and (p_campaign_ids is null or s.campaign_id = any (p_campaign_ids))
    and s.computed_at <= p_as_of
    and s.valid_until > p_as_of;

  v_ids := array(
    select c.id
    from trimtab.campaigns c
    where c.org_id = p_org_id
      and (p_campaign_ids is null or c.id = any (p_campaign_ids))
      and not exists (
        select
        from trimtab.campaign_signals s
        where s.org_id = c.org_id
          and s.campaign_id = c.id
          and s.computed_at <= p_as_of
          and s.valid_until > p_as_of
      )
  );
  if v_ids <> '{}' then
    return query select * from trimtab.compute_signals(p_org_id, v_ids, p_as_of, p_known);
  end if;
end
$$;
comment on function trimtab.signals_at(uuid, timestamptz, bigint, uuid[]) is
  'The signals of campaigns of an organization (null: all) as compute_signals() defines them, taken from the memo where that holds and computed where it does not. Errors: as compute_signals().';
grant execute on function trimtab.signals_at(uuid, timestamptz, bigint, uuid[]) to trimtab_user, trimtab_engine, trimtab_definer;

create or replace function trimtab.signals_at(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (
    campaign_id uuid,
    signals numeric[],
    first_day date,
    facts_end_at timestamptz,
    facts_revision bigint,
    valid_until timestamptz
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return query select * from trimtab.signals_at(p_org_id, p_as_of, p_known, null);
end
$$;
comment on function trimtab.signals_at(uuid, timestamptz, bigint) is
  'The signals of all campaigns of an organization. Errors: as compute_signals().';
grant execute on function trimtab.signals_at(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
