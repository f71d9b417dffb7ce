create or replace function trimtab.evaluate_rules(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_campaign_ids uuid[] default null,
  p_event jsonb default null,
  p_rules trimtab.automation_rules[] default null,
  p_terms trimtab.rule_terms[] default null
)
  returns setof trimtab.rule_match
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  raise exception 'evaluate_rules() is being built' using errcode = '0A000';
end
$$;
comment on function trimtab.evaluate_rules(uuid, timestamptz, bigint, uuid[], jsonb, trimtab.automation_rules[], trimtab.rule_terms[]) is 'Being built.';
grant execute on function trimtab.evaluate_rules(uuid, timestamptz, bigint, uuid[], jsonb, trimtab.automation_rules[], trimtab.rule_terms[]) to trimtab_user, trimtab_engine, trimtab_definer;
