create or replace function trimtab.measure_organization_impact(p_org_id uuid, p_as_of timestamptz default trimtab.clock())
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_days constant integer := 7;
  v_organization trimtab.organizations;
  v_today date;
  v_count integer;
begin
  select o.* into v_organization
  from trimtab.organizations o
  where o.org_id = p_org_id;
  v_today := (p_as_of at time zone v_organization.time_zone)::date;

  -- Rows that another session measures at this moment are skipped: it is the same result.
  with claimed as materialized (
    select l.id, l.campaign_id, l.number, l.evidence,
           -- What was recommended is measured as what it was.
           case
             when l.action_type <> 'optimization_applied' then l.action_type
             when l.new_state ->> 'status' <> 'active' then 'auto_pause'
             else 'auto_scale_up'
           end as action_type,
           (l.executed_at at time zone v_organization.time_zone)::date as day
    from trimtab.campaign_changes l
    where l.org_id = p_org_id
      and l.actual_impact is null
      and l.is_automated
      and l.status = 'executed'
      and l.action_type in ('auto_pause', 'auto_scale_up', 'auto_scale_down', 'optimization_applied')
      and l.executed_at < p_as_of - interval '144 hours'
    order by l.id
    for no key update skip locked
  ), due as materialized (
    -- The window is over, and something that was reported after its end says so for the campaign's platform.
    select l.*, c.platform, c.currency,
           l.day - c_days as before_from, l.day - 1 as before_to,
           l.day + 1 as after_from, l.day + c_days as after_to,
           (l.day - c_days)::timestamp at time zone v_organization.time_zone as begins_at,
           (l.day + c_days + 1)::timestamp at time zone v_organization.time_zone as ends_at
    from claimed l
    join trimtab.campaigns c on c.org_id = p_org_id and c.id = l.campaign_id
    where l.day + c_days < v_today
      and l.day >= v_organization.facts_from + (select max(w.first_unit) from trimtab.metric_windows w where w.unit = 'day')
      and exists (
        select
        from trimtab.campaigns s
        join trimtab.campaign_metrics m on m.org_id = s.org_id and m.campaign_id = s.id
        join trimtab.knowledge_revisions r on r.org_id = m.org_id and r.revision = m.known_from
        where s.org_id = p_org_id
          and s.platform is not distinct from c.platform
          and m.grain = 'day'
          and m.day between l.day + c_days and v_today
          and m.known_to is null
          and r.published_at >= (l.day + c_days + 1)::timestamp at time zone v_organization.time_zone)
  ), measured as (
    select d.day, s.side, v.campaign_id, v.signals
    from (select u.day, array_agg(u.campaign_id) as campaign_ids from due u group by u.day) d
    cross join (values ('before', 0), ('after', c_days + 1)) as s (side, shift)
    cross join lateral trimtab.compute_signals(
      p_org_id, d.campaign_ids, (d.day + s.shift)::timestamp at time zone v_organization.time_zone) v
  ), sides as (
    select d.id, s.side, days.known,
           case when quiet.is_quiet and s.side = 'after' then c_days else nullif(days.known, 0) end as divisor,
           quiet.is_quiet and s.side = 'after' and days.known = 0 as is_nothing,
           v.signals[(select trimtab.signal_position('spend', 'last_7_days'))] as spend,
           v.signals[(select trimtab.signal_position('revenue', 'last_7_days'))] as revenue,
           v.signals[(select trimtab.signal_position('conversions', 'last_7_days'))] as conversions,
           v.signals[(select trimtab.signal_position('roas', 'last_7_days'))] as roas
    from due d
    cross join (values ('before'), ('after')) as s (side)
    join measured v on v.day = d.day and v.side = s.side and v.campaign_id = d.campaign_id
    cross join lateral (
      -- A campaign that stayed paused has no facts, and that is known to be nothing; otherwise absent is not zero.
      select d.action_type = 'auto_pause' and not exists (
        select
        from trimtab.campaign_changes o
        where o.org_id = p_org_id
          and o.campaign_id = d.campaign_id
          and o.number > d.number
          and o.executed_at < d.ends_at
          and o.previous_state -> 'status' <> o.new_state -> 'status') as is_quiet
    ) quiet
    cross join lateral (
      select count(*)::integer as known
      from trimtab.campaign_metrics m
      where m.org_id = p_org_id
        and m.campaign_id = d.campaign_id
        and m.grain = 'day'
        and m.known_to is null
        and m.day between case s.side when 'before' then d.before_from else d.after_from end
                      and case s.side when 'before' then d.before_to else d.after_to end
    ) days
  ), per_day as (
    select s.id, s.side, s.known, s.roas,
           case when s.is_nothing then 0 else round(s.spend / s.divisor, 4) end as spend,
           case when s.is_nothing then 0 else round(s.revenue / s.divisor, 4) end as revenue,
           case when s.is_nothing then 0 else round(s.conversions / s.divisor, 4) end as conversions
    from sides s
  ), compared as (
    select d.id, d.evidence -> 'expected' as expected, d.action_type, d.currency,
      b.spend as spend_before, a.spend as spend_after,
      b.revenue as revenue_before, a.revenue as revenue_after,
      b.conversions as conversions_before, a.conversions as conversions_after,
      round(b.roas, 4) as roas_before, round(a.roas, 4) as roas_after,
      jsonb_build_object(
        'before', jsonb_build_object('first_day', d.before_from, 'last_day', d.before_to, 'days_with_facts', b.known),
        'after', jsonb_build_object('first_day', d.after_from, 'last_day', d.after_to, 'days_with_facts', a.known)) as windows,
      (
        select count(*)
        from trimtab.campaign_changes o
        where o.org_id = p_org_id
          and o.campaign_id = d.campaign_id
          and o.id <> d.id
          and o.executed_at >= d.begins_at
          and o.executed_at < d.ends_at
      ) as other_changes
    from due d
    join per_day b on b.id = d.id and b.side = 'before'
    join per_day a on a.id = d.id and a.side = 'after'
  ), actual as (
    select c.*,
      case c.action_type
        when 'auto_pause' then jsonb_build_object(
          'spend_per_day', c.spend_after - c.spend_before, 'revenue_per_day', c.revenue_after - c.revenue_before)
        else jsonb_build_object('roas', c.roas_after)
          -- The expectation is in the campaign's currency, the facts here are in the organization's.
          || case when (c.expected ->> 'is_daily')::boolean and c.currency = v_organization.currency
               then jsonb_build_object('revenue_added', c.revenue_after - c.revenue_before) else '{}' end
      end as came
    from compared c
  )
  update trimtab.campaign_changes l
  set actual_impact = jsonb_build_object(
    'windows', m.windows,
    'currency', v_organization.currency,
    'per_day', jsonb_build_object(
      'spend', jsonb_build_object('before', m.spend_before, 'after', m.spend_after, 'change', m.spend_after - m.spend_before),
      'revenue', jsonb_build_object('before', m.revenue_before, 'after', m.revenue_after, 'change', m.revenue_after - m.revenue_before),
      'conversions', jsonb_build_object('before', m.conversions_before, 'after', m.conversions_after,
        'change', m.conversions_after - m.conversions_before)),
    'roas', jsonb_build_object('before', m.roas_before, 'after', m.roas_after, 'change', m.roas_after - m.roas_before),
    'compared', (
      select jsonb_object_agg(k.key, jsonb_build_object(
        'expected', m.expected -> k.key, 'actual', k.value::numeric, 'difference', k.value::numeric - (m.expected ->> k.key)::numeric))
      from jsonb_each_text(m.came) k),
    'other_changes', m.other_changes,
    'knowledge_revision', v_organization.knowledge_revision,
    'measured_at', p_as_of)
  from actual m
  where l.org_id = p_org_id and l.id = m.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.measure_organization_impact(uuid, timestamptz) is
  'Does for one organization what measure_action_impact() describes; returns how many actions were measured. For the system''s own functions.';
grant execute on function trimtab.measure_organization_impact(uuid, timestamptz) to trimtab_definer;
