create or replace function trimtab.match_rules(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns setof trimtab.rule_match
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_organization trimtab.organizations;
  v_today date;
  v_lifetime_spend integer := trimtab.signal_position('spend', 'lifetime');
begin
  select o.* into v_organization from trimtab.organizations o where o.org_id = p_org_id;
  v_today := (p_as_of at time zone v_organization.time_zone)::date;
  -- Every active rule against every active campaign in one statement. A condition on an absent signal does not hold.
  return query
  with rules as materialized (
    -- The first condition is taken out of its array once, for nearly every pair fails it.
    select r.id, r.signal_positions, r.bounds, r.signal_positions[1] as first_position, r.bounds[1] as first_bounds
    from trimtab.automation_rules r
    where r.org_id = p_org_id and r.status = 'active'
  )
  select r.id, c.campaign_id,
         array(
           select trimtab.signal_value(p.signal_position, s.signals, l.live)
           from unnest(r.signal_positions) with ordinality p (signal_position, place)
           order by p.place),
         s.facts_end_at, s.facts_revision
  from trimtab.campaigns_at(p_org_id, p_as_of) c
  join trimtab.signals_at(p_org_id, p_as_of, p_known) s on s.campaign_id = c.campaign_id
  cross join lateral (
    select array[
      c.hours_running,
      extract(epoch from p_as_of - s.facts_end_at) / 3600,
      trimtab.budget_utilization(
        s.signals[v_lifetime_spend], c.budget, c.currency, v_organization.currency::text, v_today)
    ] as live
  ) l
  join rules r
    on r.first_bounds @> trimtab.signal_value(r.first_position, s.signals, l.live)
    and coalesce(r.bounds[2] @> trimtab.signal_value(r.signal_positions[2], s.signals, l.live), cardinality(r.bounds) < 2)
    and coalesce(r.bounds[3] @> trimtab.signal_value(r.signal_positions[3], s.signals, l.live), cardinality(r.bounds) < 3)
    and coalesce(r.bounds[4] @> trimtab.signal_value(r.signal_positions[4], s.signals, l.live), cardinality(r.bounds) < 4)
  where c.status = 'active'
    and (c.ends_at is null or c.ends_at > p_as_of);
end
$$;
comment on function trimtab.match_rules(uuid, timestamptz, bigint) is
  'Which active rules hold for which active campaigns of an organization at p_as_of, as far as was known at revision p_known (null: now). Set-based over all pairs; gates are decide()''s.';
grant execute on function trimtab.match_rules(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
