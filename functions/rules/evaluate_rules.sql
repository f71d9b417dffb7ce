create or replace function trimtab.evaluate_rules(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_campaign_ids uuid[] default null,
  p_event jsonb default null,
  p_rules trimtab.automation_rules[] default null,
  p_terms trimtab.rule_terms[] default null
)
  returns setof trimtab.rule_match
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  set jit to off
as $$
declare
  c_lifetime_spend constant integer := 10;
  c_nobody constant uuid := '00000000-0000-0000-0000-000000000000';
  v_organization record;
  v_now timestamp;
  v_minute numeric;
  v_weekday numeric;
  v_is_plain boolean := false;
  v_rules trimtab.automation_rules[] := p_rules;
begin
  select o.time_zone::text as time_zone, o.currency::text as currency, o.knowledge_revision
    into v_organization
  from trimtab.organizations o
  where o.org_id = p_org_id;

  -- A run judges the present by the memo of signals: then campaigns and signals are read where they lie.
  if p_rules is null and p_event is null and p_campaign_ids is null
    and p_as_of >= trimtab.clock() and coalesce(p_known, v_organization.knowledge_revision) >= v_organization.knowledge_revision
  then
    -- Each row belongs to a campaign: with as many rows as campaigns nothing is missing.
    select count(*) = (select count(*) from trimtab.campaigns c where c.org_id = p_org_id)
           and coalesce(bool_and(s.valid_until > p_as_of and s.computed_at <= p_as_of), true)
      into v_is_plain
    from trimtab.campaign_signals s
    where s.org_id = p_org_id;
  end if;

  if v_is_plain then
    v_now := p_as_of at time zone v_organization.time_zone;
    v_minute := extract(hour from v_now) * 60 + extract(minute from v_now);
    v_weekday := extract(dow from v_now);
    return query
    with terms as materialized (
      -- The first two conditions are taken out of their arrays once: nearly every pair fails the first. It is asked once a pair,
      -- for to find a figure among hundreds of a campaign is what costs.
      select t.rule_id, t.term, t.signal_positions, t.bounds, cardinality(t.bounds) as size,
             coalesce(t.signal_positions[1], -4) as first_position, coalesce(t.bounds[1], '{(,)}') as first_bounds,
             coalesce(t.signal_positions[2], t.signal_positions[1], -4) as second_position, coalesce(t.bounds[2], '{(,)}') as second_bounds,
             r.signal_positions as places, r.statuses,
             r.scope_campaigns, r.scope_platforms, r.scope_groups, r.scope_tags,
             num_nonnulls(r.scope_campaigns, r.scope_platforms, r.scope_groups, r.scope_tags) > 0 as is_scoped
      from trimtab.automation_rules r
      join trimtab.rule_terms t on t.org_id = p_org_id and t.rule_id = r.id
      where r.org_id = p_org_id
        and r.status in ('active', 'shadow')
        and r.trigger_kind = 'run'
        and r.features = '[]'
        and r.scope_related_to is null
        and not r.is_scope_related
    ), matched as (
      select distinct on (t.rule_id, p.id)
        t.rule_id, p.id, t.term, t.places, p.signals, p.live, p.facts_end_at, p.facts_revision
      from (
        select c.id, c.status, c.platform, c.group_id, c.tags, s.signals, s.facts_end_at, s.facts_revision,
               case when (select bool_or(t.first_position < 0 or 0 > any (t.places)) from terms t) then
                 trimtab.live_values(
                   trimtab.hours_active(c.status, c.active_seconds, c.activated_at, c.ends_at, p_as_of),
                   extract(epoch from p_as_of - s.facts_end_at) / 3600,
                   s.signals[c_lifetime_spend],
                   c.status, v_minute, v_weekday, e.rate, c.budget, c.daily_budget, c.bid)
               end as live
        from trimtab.campaigns c
        join trimtab.campaign_signals s on s.org_id = p_org_id and s.campaign_id = c.id
        cross join lateral (
          -- offset 0: as a column of its own, for a call in its place would keep live_values() from being inlined.
          select case when c.currency = v_organization.currency then 1
            else trimtab.exchange_rate(c.currency, v_organization.currency, v_now::date) end as rate
          offset 0
        ) e
        where c.org_id = p_org_id
          and (c.ends_at is null or c.ends_at > p_as_of or c.status in ('completed', 'archived'))
        -- Once a campaign, not once a rule.
        offset 0
      ) p
      join terms t
        on t.first_bounds @> trimtab.signal_value(t.first_position, p.signals, p.live)
        and t.second_bounds @> trimtab.signal_value(t.second_position, p.signals, p.live)
        and (t.size < 3 or t.bounds[3] @> trimtab.signal_value(t.signal_positions[3], p.signals, p.live))
        and (t.size < 4 or not exists (
          select
          from unnest(t.signal_positions, t.bounds) l (position, bounds)
          where (l.bounds @> trimtab.signal_value(l.position, p.signals, p.live)) is not true))
        and (t.statuses is null or p.status = any (t.statuses))
        and (not t.is_scoped
          or (t.scope_campaigns is null or p.id = any (t.scope_campaigns))
            and (t.scope_platforms is null or p.platform = any (t.scope_platforms))
            and (t.scope_groups is null or p.group_id = any (t.scope_groups))
            and (t.scope_tags is null or trimtab.lower_tags(p.tags) && t.scope_tags))
      order by t.rule_id, p.id, t.term
    )
    select m.rule_id, m.id, m.term,
           array(
             select trimtab.signal_value(l.position, m.signals, m.live)
             from unnest(m.places) with ordinality l (position, place)
             order by l.place),
           m.facts_end_at, m.facts_revision
    from matched m;
  end if;

  if p_rules is null then
    v_rules := array(
      select r
      from trimtab.automation_rules r
      where r.org_id = p_org_id
        and r.status in ('active', 'shadow')
        and case when p_event is null then r.trigger_kind = 'run'
              else r.trigger_kind = 'event' and r.event_type = p_event ->> 'type' end
        and not (v_is_plain and r.features = '[]' and r.scope_related_to is null and not r.is_scope_related)
    );
  end if;
  if v_rules = '{}' then
    return;
  end if;
  return query
  with terms as materialized (
    select t.rule_id, t.term, t.leaves, t.bounds
    from trimtab.rule_terms t
    where p_rules is null
      and t.org_id = p_org_id
      and t.rule_id in (select r.id from unnest(v_rules) r)
    union all
    select coalesce(t.rule_id, c_nobody), t.term, t.leaves, t.bounds
    from unnest(p_terms) t
    where p_rules is not null
  )
  select distinct on (v.rule_id, v.campaign_id)
    v.rule_id, v.campaign_id, t.term, v.found, v.facts_end_at, v.facts_revision
  from trimtab.rule_values(p_org_id, p_as_of, p_known, p_campaign_ids, p_event, v_rules, p_judged_only => true) v
  join terms t
    on t.rule_id = coalesce(v.rule_id, c_nobody)
    and not exists (
      select
      from unnest(t.leaves, t.bounds) l (leaf, bounds)
      where (l.bounds @> v.found[abs(l.leaf)]) is not true)
  order by v.rule_id, v.campaign_id, t.term;
end
$$;
comment on function trimtab.evaluate_rules(uuid, timestamptz, bigint, uuid[], jsonb, trimtab.automation_rules[], trimtab.rule_terms[]) is
  'Which rules hold for which campaigns of an organization (null: all) at p_as_of, as far as was known at revision p_known (null: now), with the first term that holds and the value of every condition; the rules and the event as for rule_values(), saved rules with their saved terms, those of p_rules with p_terms. Set-based over all pairs: a value that is not known fulfils neither a condition nor its opposite. Gates are decide()''s. Errors: as rule_values().';
grant execute on function trimtab.evaluate_rules(uuid, timestamptz, bigint, uuid[], jsonb, trimtab.automation_rules[], trimtab.rule_terms[]) to trimtab_user, trimtab_engine, trimtab_definer;
