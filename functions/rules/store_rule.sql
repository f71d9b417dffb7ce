create or replace function trimtab.store_rule(
  p_org_id uuid,
  p_rule_id uuid,
  p_rule trimtab.automation_rules,
  p_terms trimtab.rule_terms[],
  p_reason text default null,
  p_copied_from text default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_rule_id uuid := coalesce(p_rule_id, gen_random_uuid());
  v_version integer := 1;
begin
  if p_rule.status <> 'archived' and exists (
    select from trimtab.automation_rules r
    where r.org_id = p_org_id and r.name = p_rule.name and r.status <> 'archived' and r.id <> v_rule_id)
  then
    raise exception 'there is a rule called % already', p_rule.name
      using errcode = '23505',
            detail = 'Names of rules that are not archived are given once.',
            hint = 'Give another name, change the rule that has it (p_rule_id), or archive that one.';
  end if;

  if p_rule_id is null then
    insert into trimtab.automation_rules (
      org_id, id, name, description, rule_type, status, priority, version, document, trigger_kind, event_type,
      cooldown_minutes, campaign_cooldown_minutes, max_executions_per_day, min_confidence_percent, leaves, signal_positions,
      bounds, features, statuses, scope_campaigns, scope_platforms, scope_groups, scope_tags, scope_related_to,
      is_scope_related, judges_campaigns, judges_facts, judges_calendar, changes, compiler, copied_from, created_by,
      created_at, updated_at)
    values (
      p_org_id, v_rule_id, p_rule.name, p_rule.description, p_rule.rule_type, p_rule.status, p_rule.priority, v_version,
      p_rule.document, p_rule.trigger_kind, p_rule.event_type, p_rule.cooldown_minutes, p_rule.campaign_cooldown_minutes,
      p_rule.max_executions_per_day, p_rule.min_confidence_percent, p_rule.leaves, p_rule.signal_positions, p_rule.bounds,
      p_rule.features, p_rule.statuses, p_rule.scope_campaigns, p_rule.scope_platforms, p_rule.scope_groups, p_rule.scope_tags,
      p_rule.scope_related_to, p_rule.is_scope_related, p_rule.judges_campaigns, p_rule.judges_facts, p_rule.judges_calendar,
      p_rule.changes, p_rule.compiler, p_copied_from, trimtab.current_user_id(), v_now, v_now);
  else
    update trimtab.automation_rules r
    set name = p_rule.name, description = p_rule.description, rule_type = p_rule.rule_type, status = p_rule.status,
        priority = p_rule.priority, version = r.version + 1, document = p_rule.document, trigger_kind = p_rule.trigger_kind,
        event_type = p_rule.event_type, cooldown_minutes = p_rule.cooldown_minutes,
        campaign_cooldown_minutes = p_rule.campaign_cooldown_minutes, max_executions_per_day = p_rule.max_executions_per_day,
        min_confidence_percent = p_rule.min_confidence_percent, leaves = p_rule.leaves, signal_positions = p_rule.signal_positions,
        bounds = p_rule.bounds, features = p_rule.features, statuses = p_rule.statuses, scope_campaigns = p_rule.scope_campaigns,
        scope_platforms = p_rule.scope_platforms, scope_groups = p_rule.scope_groups, scope_tags = p_rule.scope_tags,
        scope_related_to = p_rule.scope_related_to, is_scope_related = p_rule.is_scope_related,
        judges_campaigns = p_rule.judges_campaigns, judges_facts = p_rule.judges_facts, judges_calendar = p_rule.judges_calendar,
        changes = p_rule.changes, compiler = p_rule.compiler, updated_at = v_now
    where r.org_id = p_org_id and r.id = v_rule_id and r.document is distinct from p_rule.document
    returning r.version into v_version;
    if not found then
      return v_rule_id;
    end if;
    delete from trimtab.rule_terms t where t.org_id = p_org_id and t.rule_id = v_rule_id;
  end if;
  insert into trimtab.rule_terms (org_id, rule_id, term, leaves, signal_positions, bounds)
  select p_org_id, v_rule_id, t.term, t.leaves, t.signal_positions, t.bounds
  from unnest(p_terms) t;
  insert into trimtab.rule_versions (org_id, rule_id, version, document, changed_by, login, valid_from, reason)
  values (p_org_id, v_rule_id, v_version, p_rule.document, trimtab.current_user_id(), session_user, v_now, p_reason);
  return v_rule_id;
end
$$;
comment on function trimtab.store_rule(uuid, uuid, trimtab.automation_rules, trimtab.rule_terms[], text, text) is
  'Writes what compile_rule() made as a new rule (p_rule_id null) or over one that exists, with its terms and a version; nothing where the document is the same. For definer functions, which have checked the caller and hold the organization''s lock. Returns the rule''s id. Errors: 23505 the name is taken.';
grant execute on function trimtab.store_rule(uuid, uuid, trimtab.automation_rules, trimtab.rule_terms[], text, text) to trimtab_definer;
