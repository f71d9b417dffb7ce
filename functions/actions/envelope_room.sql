create or replace function trimtab.envelope_room(p_org_id uuid, p_campaign_ids uuid[], p_as_of timestamptz default trimtab.clock())
  returns table (
    campaign_id uuid,
    max_budget numeric,
    max_daily_budget numeric,
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
begin
  if not exists (select from trimtab.spend_caps s where s.org_id = p_org_id) then
    return query
    select c.id, null::numeric, null::numeric, null::text, null::text
    from trimtab.campaigns c
    where c.org_id = p_org_id and c.id = any (p_campaign_ids);
    return;
  end if;

  return query
  with exposure as materialized (
    select e.*
    from trimtab.spend_exposure(
      p_org_id, p_as_of, exists (select from trimtab.spend_caps s where s.org_id = p_org_id and s.period = 'month')) e
    where e.campaign_id = any (p_campaign_ids)
  ), room as (
    -- What a cap leaves to the campaign, with all others as they are.
    select e.campaign_id, e.currency, e.budget, e.daily_budget, e.rate, e.day_factor, e.month_days, e.lifetime_spend,
           e.month_missing, e.month_open, e.left_in_force, v.period, v.code, v.reason, v.level,
           v.amount - v.exposure + case v.period when 'day' then e.day_exposure else e.month_exposure - e.month_spend end as room
    from exposure e
    join trimtab.envelope(p_org_id, p_as_of) v on case v.level
        when 'organization' then true
        when 'platform' then v.platform = e.platform
        when 'group' then v.group_id = e.group_id
        else v.campaign_id = e.campaign_id
      end
  ), bounded as (
    select r.*,
           greatest(trimtab.round_down_money(case
             when r.period = 'day' then r.room / (r.day_factor * r.rate)
             when r.month_missing > r.room then 0
             -- Today at its worst of before with the days after it, and all days ahead by the new budget: both have to fit.
             else least((r.room - r.month_missing) / nullif((r.month_days - r.day_factor) * r.rate, 0),
               (r.room - r.month_open) / nullif(r.month_days * r.rate, 0)) end, r.currency), 0) as daily_bound,
           case when r.period = 'day' or least(r.month_missing, r.left_in_force) <= r.room
             then greatest(trimtab.round_down_money((r.lifetime_spend + r.room) / r.rate, r.currency), 0) else 0 end as budget_bound
    from room r
  ), chosen as (
    -- A campaign with both budgets fits where one of them keeps it under the cap.
    select b.*,
           case when b.daily_budget is not null and (b.budget is null or b.daily_bound >= b.daily_budget or b.budget_bound < b.budget)
             then b.daily_bound end as daily,
           case when b.budget is not null and (b.daily_budget is null or b.daily_bound < b.daily_budget and b.budget_bound >= b.budget)
             then b.budget_bound end as total
    from bounded b
  ), tightest as (
    select c.campaign_id, min(c.total) as total, min(c.daily) as daily, min(c.code) as code,
           (array_agg(c.reason order by c.code is null,
             coalesce(c.daily / nullif(c.daily_budget, 0), c.total / nullif(c.budget, 0))))[1] as reason
    from chosen c
    group by c.campaign_id
  ), judged as (
    select e.*, t.total, t.daily, t.reason,
           case
             when t.campaign_id is null then null
             when t.code is not null then t.code
             when e.rate is null then 'no_rate'
             when e.budget is null and e.daily_budget is null then 'no_budget'
             when e.is_stale then 'stale_facts'
           end as found_code
    from exposure e
    left join tightest t on t.campaign_id = e.campaign_id
  )
  select j.campaign_id,
    case when j.found_code is null then j.total else j.budget end,
    case when j.found_code is null then j.daily else j.daily_budget end,
    j.found_code,
    j.reason
  from judged j;
end
$$;
comment on function trimtab.envelope_room(uuid, uuid[], timestamptz) is
  'How far budget and daily budget of each campaign may go under the spend caps of its organization, if it is active and nothing else changes: in the campaign''s currency, cut to its smallest unit; null: no cap bounds it. Of a campaign with both, the one is bounded that keeps it under the cap. code: nothing may rise, and the amounts are the present ones (no_rate, no_budget, stale_facts); reason: the tightest cap in a sentence.';
grant execute on function trimtab.envelope_room(uuid, uuid[], timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
