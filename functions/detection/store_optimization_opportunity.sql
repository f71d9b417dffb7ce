create or replace function trimtab.store_optimization_opportunity(
  p_campaign_id uuid,
  p_opportunity_type text,
  p_severity text,
  p_description text,
  p_suggested_action text,
  p_estimated_impact jsonb default '{}',
  p_confidence_score numeric default 70,
  p_subject text default '',
  p_proposed_action jsonb default '{}',
  p_evidence jsonb default '{}'
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: an analyst may add opportunities, but not write their table.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
  v_faults text;
begin
  if not exists (select from trimtab.campaigns c where c.org_id = v_org_id and c.id = p_campaign_id) then
    raise exception 'there is no such campaign'
      using errcode = 'TT010',
            detail = format('No campaign of the organization has the id %s.', coalesce(p_campaign_id::text, 'null'));
  end if;

  select string_agg(f.fault, ' ') into v_faults
  from (
    values
      (p_opportunity_type = any (array['low_conversion', 'high_traffic_low_conversion', 'declining_performance',
        'budget_inefficiency', 'audience_mismatch', 'creative_fatigue', 'timing_optimization']),
        format('opportunity_type is %s; known are low_conversion, high_traffic_low_conversion, declining_performance, budget_inefficiency, audience_mismatch, creative_fatigue, timing_optimization.',
          coalesce(quote_literal(p_opportunity_type), 'missing'))),
      (trimtab.severity_rank(p_severity) is not null,
        format('severity is %s; known are critical, high, medium, low.', coalesce(quote_literal(p_severity), 'missing'))),
      (btrim(p_description) <> '', 'description is missing.'),
      (btrim(p_suggested_action) <> '', 'suggested_action is missing.'),
      (p_confidence_score is null or p_confidence_score between 0 and 100,
        format('confidence_score is %s; it is a percentage.', p_confidence_score)),
      (p_estimated_impact is null or jsonb_typeof(p_estimated_impact) = 'object', 'estimated_impact is not an object.'),
      (p_proposed_action is null or jsonb_typeof(p_proposed_action) = 'object', 'proposed_action is not an object.'),
      (p_evidence is null or jsonb_typeof(p_evidence) = 'object', 'evidence is not an object.')
  ) f (is_good, fault)
  where f.is_good is not true;
  if v_faults is not null then
    raise exception 'the opportunity is not valid'
      using errcode = 'TT040', detail = v_faults, hint = 'Nothing was stored.';
  end if;

  return (
    select k.opportunity_id
    from trimtab.keep_opportunities(v_org_id, jsonb_build_array(jsonb_build_object(
      'campaign_id', p_campaign_id, 'opportunity_type', p_opportunity_type, 'subject', coalesce(p_subject, ''),
      'severity', p_severity, 'description', p_description, 'suggested_action', p_suggested_action,
      'estimated_impact', p_estimated_impact, 'confidence_score', p_confidence_score,
      'proposed_action', p_proposed_action, 'evidence', p_evidence))) k
  );
end
$$;
comment on function trimtab.store_optimization_opportunity(uuid, text, text, text, text, jsonb, numeric, text, jsonb, jsonb) is
  'Keeps an opportunity of one of the caller''s campaigns and returns its id: that of the open one for the same campaign, type and subject where there is one (refreshed if it changed materially), of the dismissed or resolved one when nothing became materially worse since (it stays closed; see keep_opportunities), else of a new row. p_confidence_score is percent. Role: analyst. Errors: TT001–TT003, TT010, TT040 with all faults at once.';
alter function trimtab.store_optimization_opportunity(uuid, text, text, text, text, jsonb, numeric, text, jsonb, jsonb) owner to trimtab_definer;
grant execute on function trimtab.store_optimization_opportunity(uuid, text, text, text, text, jsonb, numeric, text, jsonb, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
