create or replace function trimtab.envelope(p_org_id uuid, p_as_of timestamptz default trimtab.clock())
  returns table (
    cap_id uuid,
    level text,
    target text,
    campaign_id uuid,
    group_id uuid,
    platform text,
    period text,
    amount numeric,
    exposure numeric,
    free numeric,
    code text,
    reason text
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  set jit to off
as $$
#variable_conflict use_column
declare
  v_currency text := (select o.currency from trimtab.organizations o where o.org_id = p_org_id);
  v_today date := (select (p_as_of at time zone o.time_zone)::date from trimtab.organizations o where o.org_id = p_org_id);
begin
  return query
  with cap as (
    select s.id, s.level, s.campaign_id, s.group_id, s.platform, s.period,
           case when s.currency = v_currency then s.amount
                else s.amount * trimtab.exchange_rate(s.currency, v_currency, v_today) end as amount,
           coalesce(c.title, g.name, p.name, o.name) as target
    from trimtab.spend_caps s
    join trimtab.organizations o on o.org_id = s.org_id
    left join trimtab.campaigns c on c.org_id = s.org_id and c.id = s.campaign_id
    left join trimtab.campaign_groups g on g.org_id = s.org_id and g.id = s.group_id
    left join trimtab.platforms p on p.code = s.platform
    where s.org_id = p_org_id
  ), exposure as materialized (
    select e.campaign_id, e.title, e.platform, e.group_id, e.day_exposure, e.code, e.month_exposure, e.month_code
    from trimtab.spend_exposure(p_org_id, p_as_of, exists (select from cap c where c.period = 'month')) e
    where exists (select from cap)
  ), summed as (
    select c.id,
           sum(case c.period when 'day' then e.day_exposure else e.month_exposure end) as exposure,
           min(case c.period when 'day' then e.code else e.month_code end) as code,
           (array_agg(e.title order by e.title)
             filter (where case c.period when 'day' then e.code else e.month_code end is not null))[1:3] as unknown
    from cap c
    left join exposure e on case c.level
        when 'organization' then true
        when 'platform' then e.platform = c.platform
        when 'group' then e.group_id = c.group_id
        else e.campaign_id = c.campaign_id
      end
    group by c.id
  ), judged as (
    select c.*, case when s.code is distinct from 'stale_facts' and s.code is not null then null else coalesce(s.exposure, 0) end as exposure,
           s.unknown, case when c.amount is null then 'no_rate' else s.code end as code
    from cap c
    join summed s on s.id = c.id
  )
  select j.id, j.level, j.target, j.campaign_id, j.group_id, j.platform, j.period, j.amount, j.exposure,
    case when j.code is null then j.amount - j.exposure end,
    j.code,
    format('The cap of a %s for %s%s is %s %s; %s', j.period,
      case j.level when 'organization' then 'all campaigns' else j.level || ' ' end,
      case j.level when 'organization' then '' else '"' || j.target || '"' end,
      coalesce(trim_scale(j.amount)::text, 'not known in'), v_currency,
      case j.code
        when 'no_rate' then format('what may be spent is not known without an exchange rate%s.',
          case when j.amount is null then '' else ' (' || array_to_string(j.unknown, ', ') || ')' end)
        when 'no_budget' then format('what may be spent is not known: active without any budget (%s).', array_to_string(j.unknown, ', '))
        when 'stale_facts' then format('what was spent is not known: no recent facts, or an active day without whole facts and without a budget (%s).', array_to_string(j.unknown, ', '))
        else format('%s %s may be spent at worst.', trim_scale(round(j.exposure, 2)), v_currency)
      end)
  from judged j
  order by array_position('{organization,platform,group,campaign}', j.level), j.target, j.period;
end
$$;
comment on function trimtab.envelope(uuid, timestamptz) is
  'Each spend cap of an organization with what the campaigns under it may spend at worst (see spend_exposure()), in the organization''s currency at today''s rates; free: what is left, below 0 where the cap is exceeded. code: why the cap lets nothing rise (no_rate, no_budget, stale_facts), null where its figures are known; reason says it in a sentence.';
grant execute on function trimtab.envelope(uuid, timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
