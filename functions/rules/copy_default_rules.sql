create or replace function trimtab.copy_default_rules(p_org_id uuid)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: writes rules for a new organization, before anybody has a context there.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  with masters as (
    select distinct on (l.code) l.code, l.version, l.document
    from trimtab.library l
    where l.kind = 'default_rule'
    order by l.code, l.version desc
  ), copied as (
    insert into trimtab.automation_rules (
      org_id, name, description, rule_type, status, priority, condition, action, signal_positions, bounds,
      copied_from, created_at, updated_at)
    select p_org_id, m.document ->> 'name', m.document ->> 'description', m.document ->> 'rule_type', 'active',
           (m.document ->> 'priority')::integer, m.document -> 'condition', m.document -> 'action',
           c.signal_positions, c.bounds, m.code || '@' || m.version, trimtab.clock(), trimtab.clock()
    from masters m
    cross join lateral trimtab.compile_condition(m.document -> 'condition') c
    where not exists (
      select from trimtab.automation_rules r
      where r.org_id = p_org_id and split_part(r.copied_from, '@', 1) = m.code)
    returning *
  ), versioned as (
    insert into trimtab.rule_versions (org_id, rule_id, version, document, login, valid_from)
    select r.org_id, r.id, r.version, trimtab.rule_document(row(r.*)::trimtab.automation_rules), session_user, r.created_at
    from copied r
  )
  select count(*) into v_count from copied;
  return v_count;
end
$$;
comment on function trimtab.copy_default_rules(uuid) is
  'Handler of organization_created: gives an organization its own copies of the library''s default rules; one that was copied before (archived included) is not copied again. Returns how many.';
alter function trimtab.copy_default_rules(uuid) owner to trimtab_definer;
grant execute on function trimtab.copy_default_rules(uuid) to trimtab_engine, trimtab_definer;
