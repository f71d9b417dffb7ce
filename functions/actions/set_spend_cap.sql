create or replace function trimtab.set_spend_cap(
  p_period text,
  p_amount numeric,
  p_level text default 'organization',
  p_target text default null,
  p_reason text default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: takes the run-time lock, and every campaign's.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_org_id uuid := trimtab.require_org('admin');
  v_period text := lower(btrim(p_period));
  v_level text := lower(btrim(p_level));
  v_targets uuid[];
  v_platform text;
  v_faults text[];
  v_id uuid;
begin
  v_targets := case v_level
    when 'campaign' then array(
      select c.id from trimtab.campaigns c
      where c.org_id = v_org_id and (c.id::text = lower(btrim(p_target)) or c.title = btrim(p_target)))
    when 'group' then array(
      select g.id from trimtab.campaign_groups g
      where g.org_id = v_org_id and (g.id::text = lower(btrim(p_target)) or g.name = btrim(p_target)))
  end;
  if v_level = 'platform' then
    select p.code into v_platform from trimtab.platforms p
    where p.code = lower(btrim(p_target)) or lower(p.name) = lower(btrim(p_target));
  end if;
  v_faults := array_remove(array[
    case when v_period is null or v_period not in ('day', 'month') then
      format('The period is %s; day and month are allowed.', coalesce(p_period, 'missing')) end,
    -- 'NaN' is above every number in PostgreSQL, so it has to be asked for.
    case when p_amount is null or not (p_amount >= 0 and p_amount < 'Infinity') then
      format('The amount is %s; an amount of 0 or more is allowed.', coalesce(p_amount::text, 'missing')) end,
    case when v_level is null or v_level not in ('organization', 'platform', 'group', 'campaign') then
      format('The level is %s; organization, platform, group and campaign are allowed.', coalesce(p_level, 'missing')) end,
    case
      when v_level = 'organization' and p_target is not null then 'A cap of the organization has no target.'
      when v_level = 'platform' and v_platform is null then format('There is no platform %s.', coalesce(p_target, '(none was given)'))
      when cardinality(v_targets) = 0 then format('There is no %s %s.', v_level, coalesce(p_target, '(none was given)'))
      when cardinality(v_targets) > 1 then format('%s %ss are called %s: give the id.', cardinality(v_targets), v_level, p_target)
    end
  ], null);
  if v_faults <> '{}' then
    raise exception 'the spend cap cannot be set like this'
      using errcode = 'TT015',
            detail = array_to_string(v_faults, ' '),
            hint = 'For example: select trimtab.set_spend_cap(''month'', 5000, ''platform'', ''meta'').';
  end if;

  -- Whoever is raising a budget without having seen this cap is waited for: they hold their campaign's row, and who is
  -- making a campaign holds a share of the organization's. The update makes older snapshots fail.
  perform from trimtab.organizations o where o.org_id = v_org_id for update;
  update trimtab.organizations o set name = o.name where o.org_id = v_org_id;
  perform from trimtab.campaigns c where c.org_id = v_org_id order by c.id for no key update;

  insert into trimtab.spend_caps as s (
    org_id, level, campaign_id, group_id, platform, period, amount, currency, reason, created_by, created_at, updated_at)
  select v_org_id, v_level, case v_level when 'campaign' then v_targets[1] end, case v_level when 'group' then v_targets[1] end,
         v_platform, v_period, p_amount, o.currency, nullif(btrim(p_reason), ''), trimtab.current_user_id(), v_now, v_now
  from trimtab.organizations o
  where o.org_id = v_org_id
  on conflict on constraint spend_caps_key do update
  set amount = excluded.amount, currency = excluded.currency, reason = excluded.reason, updated_at = excluded.updated_at
  returning s.id into v_id;
  return v_id;
end
$$;
comment on function trimtab.set_spend_cap(text, numeric, text, text, text) is
  'Caps what the campaigns of a target may spend at worst in a day or a month (p_period), in the organization''s currency, or changes that cap; returns its id. p_level: organization, platform (p_target: its code), group or campaign (p_target: id, or a name that is the only one). What exceeds a new cap already may stay, but not grow. Role admin; audited. Errors: TT001-TT003 context and role, TT015 with everything that is wrong.';
alter function trimtab.set_spend_cap(text, numeric, text, text, text) owner to trimtab_definer;
grant execute on function trimtab.set_spend_cap(text, numeric, text, text, text) to trimtab_user, trimtab_engine;
create or replace trigger audit after insert or update or delete on trimtab.spend_caps
  for each row execute function trimtab.write_audit('spend_cap', 'id', 'updated_at');
