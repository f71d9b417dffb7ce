create or replace function trimtab.describe_action(
  p_org_id uuid,
  p_campaign trimtab.campaigns,
  p_new_budget numeric default null,
  out expected_impact text,
  out evidence jsonb
)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_organization trimtab.organizations;
  v_signals numeric[];
  v_expected jsonb;
begin
  select o.* into v_organization
  from trimtab.organizations o
  where o.org_id = p_org_id;
  select s.signals into v_signals
  from trimtab.compute_signals(p_org_id, array[p_campaign.id], v_now) s;

  if p_new_budget is null then
    select i.expected_impact, i.expected into expected_impact, v_expected
    from trimtab.pause_impact(v_signals, v_organization.currency) i;
  else
    select i.expected_impact, i.expected into expected_impact, v_expected
    from trimtab.scale_impact(v_signals, p_campaign, p_new_budget) i;
  end if;
  evidence := jsonb_build_object(
    'as_of', v_now,
    'knowledge_revision', v_organization.knowledge_revision,
    'currency', v_organization.currency,
    'found', (
      select jsonb_object_agg(f.metric || '_' || f.period, v_signals[trimtab.signal_position(f.metric, f.period)])
      from (values
        ('spend', 'last_7_days'), ('revenue', 'last_7_days'), ('conversions', 'last_7_days'), ('roas', 'last_7_days'),
        ('roas', 'last_30_days'),
        ('spend', 'lifetime'), ('revenue', 'lifetime'), ('conversions', 'lifetime'), ('roas', 'lifetime')
      ) as f (metric, period)),
    'expected', v_expected);
end
$$;
comment on function trimtab.describe_action(uuid, trimtab.campaigns, numeric) is
  'What a person''s action rests on and should bring: expected_impact as pause_impact() or, with p_new_budget, scale_impact() says; evidence {as_of, knowledge_revision, currency, found (figures by metric and window), expected}. Money in the organization''s currency.';
grant execute on function trimtab.describe_action(uuid, trimtab.campaigns, numeric) to trimtab_user, trimtab_engine, trimtab_definer;
