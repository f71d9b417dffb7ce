create or replace function trimtab.rule_values(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_campaign_ids uuid[] default null,
  p_event jsonb default null,
  p_rules trimtab.automation_rules[] default null,
  p_terms trimtab.rule_terms[] default null
)
  returns table (rule_id uuid, campaign_id uuid, is_judged boolean, found numeric[], facts_end_at timestamptz, facts_revision bigint)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  raise exception 'rule_values() is being built' using errcode = '0A000';
end
$$;
comment on function trimtab.rule_values(uuid, timestamptz, bigint, uuid[], jsonb, trimtab.automation_rules[], trimtab.rule_terms[]) is 'Being built.';
grant execute on function trimtab.rule_values(uuid, timestamptz, bigint, uuid[], jsonb, trimtab.automation_rules[], trimtab.rule_terms[]) to trimtab_user, trimtab_engine, trimtab_definer;
