create or replace function trimtab.measure_action_impact(
  p_org_id uuid default null,
  p_as_of timestamptz default trimtab.clock()
)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: writes what came of an action into the ledger, which nobody else may write.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_context record;
  v_org_id uuid;
  v_measured integer := 0;
begin
  if p_as_of is distinct from trimtab.clock() then
    raise exception 'impact is measured at the present moment only'
      using errcode = 'TT005',
            detail = format('p_as_of is %s, the present is %s.', p_as_of, trimtab.clock()),
            hint = 'Leave p_as_of out.';
  end if;
  select * into v_context from trimtab.session_context();
  if v_context.login_kind is distinct from 'engine' or v_context.org_id is not null then
    v_org_id := trimtab.require_org('analyst');
    if p_org_id <> v_org_id then
      raise exception 'there is no such organization'
        using errcode = 'TT004',
              detail = format('%s is not the organization of this session.', p_org_id),
              hint = 'Leave p_org_id out.';
    end if;
    return trimtab.measure_organization_impact(v_org_id, p_as_of);
  end if;

  -- The engine, for one or all. The loop is there so that a failure costs the other organizations nothing.
  for v_org_id in
    select o.org_id
    from trimtab.organizations o
    where o.archived_at is null
      and (p_org_id is null or o.org_id = p_org_id)
      and exists (
        select
        from trimtab.campaign_changes l
        where l.org_id = o.org_id
          and l.actual_impact is null
          and l.is_automated
          and l.status = 'executed'
          and l.executed_at < p_as_of - interval '144 hours')
    order by o.org_id
  loop
    begin
      v_measured := v_measured + trimtab.measure_organization_impact(v_org_id, p_as_of);
    exception
      when others then
        raise warning 'the impact of the actions of organization % was not measured: % [%]', v_org_id, sqlerrm, sqlstate;
    end;
  end loop;
  return v_measured;
end
$$;
comment on function trimtab.measure_action_impact(uuid, timestamptz) is
  'Fills actual_impact of executed automatic actions from the facts, once for each, and returns how many were measured. Compared are the 7 whole days before the day of the action with the 7 whole days after it, in the organization''s time zone and currency; an action is measured when the days after are over and something reported after their end is there for its platform. actual_impact is {windows (days, days_with_facts), currency, per_day {spend, revenue, conversions: before, after, change; averages over the days with facts, of a campaign that stayed paused over 7}, roas, compared {expected, actual, difference}, other_changes (of the campaign in these days), knowledge_revision, measured_at}; null where nothing is known. A member (role analyst) measures the own organization, the engine one or all. Errors: TT001-TT003, TT004 another organization, TT005 p_as_of is not the present.';
alter function trimtab.measure_action_impact(uuid, timestamptz) owner to trimtab_definer;
grant execute on function trimtab.measure_action_impact(uuid, timestamptz) to trimtab_user, trimtab_engine;
