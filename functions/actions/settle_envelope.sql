create or replace function trimtab.settle_envelope(p_org_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_faults text[];
  v_titles text;
begin
  if not exists (
    select from trimtab.envelope_checks k
    where k.org_id = p_org_id and k.transaction_id = pg_current_xact_id()
  ) then
    return;
  end if;
  -- The lock first, in a statement of its own: what follows sees all that others have committed, and nobody commits beside it.
  perform trimtab.lock_organization(p_org_id);

  with removed as (
    delete from trimtab.envelope_checks k
    where k.org_id = p_org_id and k.transaction_id = pg_current_xact_id()
    returning k.campaign_id, k.before
  ), rising as (
    select c.id, c.title, c.platform, c.group_id, m.asked
    from removed r
    join trimtab.campaigns c on c.org_id = p_org_id and c.id = r.campaign_id
    cross join lateral trimtab.may_spend_more(r.before, trimtab.envelope_state(c), v_now) m (asked)
    where m.asked is not null
  ), fault as (
    select v.reason as text, v.level
    from trimtab.envelope(p_org_id, v_now) v
    where exists (select from rising)
      and (v.code is not null or v.exposure > v.amount)
      and exists (
        select from rising r
        where (v.period = 'month' or r.asked in ('all', 'group'))
          and case v.level
            when 'organization' then r.asked in ('all', 'spent')
            when 'platform' then r.asked in ('all', 'spent') and r.platform = v.platform
            when 'group' then r.group_id = v.group_id
            else r.asked in ('all', 'spent') and r.id = v.campaign_id
          end)
    union all
    select format('Campaign "%s" is active without recent facts.', e.title), 'stale'
    from trimtab.spend_exposure(p_org_id, v_now, false) e
    join rising r on r.id = e.campaign_id and r.asked = 'all'
    where e.is_stale
      and exists (
        select from trimtab.spend_caps s
        where s.org_id = p_org_id
          and (s.level = 'organization' or s.platform = r.platform or s.group_id = r.group_id or s.campaign_id = r.id))
  )
  select array(select f.text from fault f order by f.level, f.text),
         (select string_agg('"' || t.title || '"', ', ' order by t.title) from (select r.title from rising r order by r.title limit 3) t)
    into v_faults, v_titles;

  if v_faults <> '{}' then
    raise exception 'the spend caps leave no room for %', v_titles
      using errcode = 'TT018',
            detail = array_to_string(v_faults, ' '),
            hint = 'Lower or pause something under the cap, record the missing rate, facts or budget, or let an admin raise the cap: select trimtab.set_spend_cap(…). Reductions are always possible.';
  end if;
end
$$;
comment on function trimtab.settle_envelope(uuid) is
  'Checks now, rather than at the end of the transaction, that what this transaction let spend more fits under the spend caps of the organization; takes its lock. What already exceeds a cap may stay, but nothing under it may rise. Errors: TT018 with every cap that stands against it.';
grant execute on function trimtab.settle_envelope(uuid) to trimtab_definer;
