create or replace function trimtab.detect_optimization_opportunities(
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (
    campaign_id uuid,
    opportunity_type text,
    severity text,
    description text,
    suggested_action text,
    estimated_impact jsonb,
    confidence_score numeric,
    subject text,
    proposed_action jsonb,
    evidence jsonb
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return query
  select f.*
  from trimtab.find_opportunities(trimtab.require_org('viewer'), p_as_of, p_known) f
  order by trimtab.severity_rank(f.severity), f.confidence_score desc, f.campaign_id, f.opportunity_type, f.subject;
end
$$;
comment on function trimtab.detect_optimization_opportunities(timestamptz, bigint) is
  'What could be better in the caller''s organization, critical first: find_opportunities() of it. confidence_score is a percent probability; subject is dimension:name, or empty for the campaign as a whole. Writes nothing. Errors: TT001, TT002, TT006.';
grant execute on function trimtab.detect_optimization_opportunities(timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
