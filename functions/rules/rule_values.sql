create or replace function trimtab.rule_values(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_campaign_ids uuid[] default null,
  p_event jsonb default null,
  p_rules trimtab.automation_rules[] default null,
  p_terms trimtab.rule_terms[] default null,
  p_judged_only boolean default false
)
  returns table (rule_id uuid, campaign_id uuid, is_judged boolean, found numeric[], facts_end_at timestamptz, facts_revision bigint)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  set jit to off
  -- How many rules and campaigns come is seen in the arrays.
  set plan_cache_mode to force_custom_plan
as $$
#variable_conflict use_column
declare
  v_rules trimtab.automation_rules[] := p_rules;
  v_features jsonb[];
  v_now timestamp;
begin
  select p_as_of at time zone o.time_zone into v_now from trimtab.organizations o where o.org_id = p_org_id;
  if p_rules is null then
    v_rules := array(
      select r
      from trimtab.automation_rules r
      where r.org_id = p_org_id
        and r.status in ('active', 'shadow')
        and case when p_event is null then r.trigger_kind = 'run'
              else r.trigger_kind = 'event' and r.event_type = p_event ->> 'type' end
    );
  end if;
  if cardinality(v_rules) = 0 then
    return;
  end if;
  v_features := array(
    select distinct f.feature
    from unnest(v_rules) r
    cross join lateral jsonb_array_elements(r.features) f (feature)
  );

  return query
  with rules as materialized (
    select r.ordinality::integer as rule, r.id, r.statuses,
           r.trigger_kind = 'event' and not r.judges_campaigns as is_event_alone,
           num_nonnulls(r.scope_campaigns, r.scope_platforms, r.scope_groups, r.scope_tags, r.scope_related_to) > 0
             or r.is_scope_related is true as is_scoped,
           -- Places of features are those among the features of all rules.
           array(
             select case when p.position > -100 then p.position
                      else -99 - array_position(v_features, r.features -> (-100 - p.position)) end
             from unnest(r.signal_positions) with ordinality p (position, place)
             order by p.place
           ) as positions
    from unnest(v_rules) with ordinality r
  ), subjects as materialized (
    select s.campaign_id, s.status, s.ends_at, s.signals, s.live, s.facts_end_at, s.facts_revision
    from trimtab.subjects_at(p_org_id, p_as_of, p_known, p_campaign_ids) s
    where exists (select from rules r where not r.is_event_alone)
  ), features as materialized (
    select v.feature, v.campaign_id, v.value
    from trimtab.feature_values(p_org_id, v_features, p_campaign_ids, p_as_of, p_known, p_event) v
    where v_features <> '{}'
  ), common as materialized (
    select array_agg(f.value order by n.feature) as values
    from generate_subscripts(v_features, 1) n (feature)
    left join features f on f.feature = n.feature and f.campaign_id is null
  ), own as materialized (
    select s.campaign_id,
           array_agg(case when f.feature is null then c.values[n.feature] else f.value end order by n.feature) as values
    from subjects s
    cross join common c
    cross join generate_subscripts(v_features, 1) n (feature)
    left join features f on f.feature = n.feature and f.campaign_id = s.campaign_id
    group by s.campaign_id
  ), pairs as (
    select r.rule, s.campaign_id, (not r.is_scoped or i.campaign_id is not null)
        and (r.statuses is null or s.status = any (r.statuses))
        -- What has come to its end is judged only by rules about what is completed or archived.
        and (s.ends_at is null or s.ends_at > p_as_of or s.status in ('completed', 'archived')) as is_judged,
      s.signals, s.live, o.values, s.facts_end_at, s.facts_revision
    from rules r
    cross join subjects s
    left join (
      select i.rule, i.campaign_id
      from trimtab.campaigns_in_scope(p_org_id, v_rules, p_event) i
      where exists (select from rules r where r.is_scoped)
    ) i on i.rule = r.rule and i.campaign_id = s.campaign_id
    left join own o on o.campaign_id = s.campaign_id
    where not r.is_event_alone
    union all
    select r.rule, null, true, null,
      trimtab.live_values(
        null, null, null, null, extract(hour from v_now) * 60 + extract(minute from v_now), extract(dow from v_now), null, null, null, null),
      c.values, null, null
    from rules r
    cross join common c
    where r.is_event_alone
  )
  select r.id, p.campaign_id, p.is_judged,
         array(
           select trimtab.signal_value(l.position, p.signals, p.live, p.values)
           from unnest(r.positions) with ordinality l (position, place)
           order by l.place),
         p.facts_end_at, p.facts_revision
  from pairs p
  join rules r on r.rule = p.rule
  where p.is_judged
    or not p_judged_only;
end
$$;
comment on function trimtab.rule_values(uuid, timestamptz, bigint, uuid[], jsonb, trimtab.automation_rules[], trimtab.rule_terms[], boolean) is
  'What an organization''s rules find: a row for each rule and campaign (null: all), whether its conditions hold or not. The rules are the active and shadow ones that a run judges or, with p_event {id, type, occurred_at, subject_type, subject_id, payload}, that wait for such an event; or those of p_rules, saved or not, whatever starts them. is_judged: the campaign is in the rule''s scope, has one of its statuses and has not ended. found: the value of every condition in the order of leaves, null where it is not known. An event rule that looks at no campaign gives one row with campaign_id null. p_terms changes nothing. p_judged_only leaves the others out. Errors: as compute_signals(), TT030 a type of condition without handler.';
grant execute on function trimtab.rule_values(uuid, timestamptz, bigint, uuid[], jsonb, trimtab.automation_rules[], trimtab.rule_terms[], boolean) to trimtab_user, trimtab_engine, trimtab_definer;
