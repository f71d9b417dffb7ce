create or replace function trimtab.organizations_with_facts(p_grain text, p_from date, p_before date)
  returns bigint
  language plpgsql
  stable
  parallel safe
  -- definer: looks across tenants for drop_fact_partitions(), and tells nothing but a number.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return (
    select count(*)
    from trimtab.organizations o
    where o.facts_from < p_before
      and exists (
        select
        from trimtab.campaign_metrics f
        where f.org_id = o.org_id
          and f.grain = p_grain
          and f.day >= greatest(p_from, o.facts_from)
          and f.day < p_before
      )
  );
end
$$;
comment on function trimtab.organizations_with_facts(text, date, date) is
  'How many organizations have facts of this grain from p_from to before p_before that were not rolled forward.';
alter function trimtab.organizations_with_facts(text, date, date) owner to trimtab_definer;
grant execute on function trimtab.organizations_with_facts(text, date, date) to trimtab_keeper;
