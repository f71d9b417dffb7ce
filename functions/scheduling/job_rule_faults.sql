create or replace function trimtab.job_rule_faults(p_org_id uuid, p_arguments jsonb)
  returns text[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select coalesce(array_agg(format(
      'arguments.campaign_ids[%s]: found %s, allowed: the id of a campaign of the organization.', i.place - 1, to_jsonb(i.id)) order by i.place), '{}')
  from jsonb_array_elements_text(p_arguments -> 'campaign_ids') with ordinality i (id, place)
  where not exists (select from trimtab.campaigns c where c.org_id = p_org_id and c.id::text = lower(i.id))
$$;
comment on function trimtab.job_rule_faults(uuid, jsonb) is 'What is wrong with the campaigns that a schedule of a rule names; see job_faults().';
grant execute on function trimtab.job_rule_faults(uuid, jsonb) to trimtab_definer;
