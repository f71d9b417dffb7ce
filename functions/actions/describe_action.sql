create or replace function trimtab.describe_action(
  p_org_id uuid,
  p_campaign trimtab.campaigns,
  p_new_budget numeric default null,
  p_evidence jsonb default '{}',
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
  if jsonb_typeof(coalesce(p_evidence, '{}')) <> 'object' then
    raise exception 'the evidence of an action is a JSON object'
      using errcode = 'TT015',
            detail = format('p_evidence is %s.', case left(jsonb_typeof(p_evidence), 1) when 'a' then 'an array' else 'a ' || jsonb_typeof(p_evidence) end),
            hint = 'For example {"ticket": 7}.';
  end if;
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
  -- What was found stands above what the caller says.
  evidence := coalesce(p_evidence, '{}') || jsonb_build_object(
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
comment on function trimtab.describe_action(uuid, trimtab.campaigns, numeric, jsonb) is
  'What a person''s action rests on and should bring: expected_impact as pause_impact() or, with p_new_budget, scale_impact() says; evidence {as_of, knowledge_revision, currency, found (figures by metric and window), expected} and what p_evidence adds. Money in the organization''s currency. Errors: TT015 p_evidence is no object.';
grant execute on function trimtab.describe_action(uuid, trimtab.campaigns, numeric, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
