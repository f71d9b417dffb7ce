create or replace function trimtab.recompile_rules()
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: rewrites the compiled form of every organization's rules; called by deploys.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_old record;
  v_new record;
  v_count integer := 0;
  v_detail text;
begin
  -- One after the other, so that one that cannot be read any more costs the others nothing.
  for v_old in
    select r.org_id, r.id, r.name, r.document
    from trimtab.automation_rules r
    where r.compiler < trimtab.rule_compiler()
    order by r.org_id, r.id
    for update
  loop
    begin
      select c.rule, c.terms into v_new from trimtab.compile_rule(v_old.document) c;
      update trimtab.automation_rules r
      set document = (v_new.rule).document, trigger_kind = (v_new.rule).trigger_kind, event_type = (v_new.rule).event_type,
          cooldown_minutes = (v_new.rule).cooldown_minutes, campaign_cooldown_minutes = (v_new.rule).campaign_cooldown_minutes,
          max_executions_per_day = (v_new.rule).max_executions_per_day, min_confidence_percent = (v_new.rule).min_confidence_percent,
          leaves = (v_new.rule).leaves, signal_positions = (v_new.rule).signal_positions, bounds = (v_new.rule).bounds,
          features = (v_new.rule).features, statuses = (v_new.rule).statuses, scope_campaigns = (v_new.rule).scope_campaigns,
          scope_platforms = (v_new.rule).scope_platforms, scope_groups = (v_new.rule).scope_groups, scope_tags = (v_new.rule).scope_tags,
          scope_related_to = (v_new.rule).scope_related_to, is_scope_related = (v_new.rule).is_scope_related,
          judges_campaigns = (v_new.rule).judges_campaigns, judges_facts = (v_new.rule).judges_facts,
          judges_calendar = (v_new.rule).judges_calendar, changes = (v_new.rule).changes, compiler = (v_new.rule).compiler
      where r.org_id = v_old.org_id and r.id = v_old.id;
      delete from trimtab.rule_terms t where t.org_id = v_old.org_id and t.rule_id = v_old.id;
      insert into trimtab.rule_terms (org_id, rule_id, term, leaves, signal_positions, bounds)
      select v_old.org_id, v_old.id, t.term, t.leaves, t.signal_positions, t.bounds
      from unnest(v_new.terms) t;
      v_count := v_count + 1;
    exception when sqlstate 'TT030' then
      get stacked diagnostics v_detail = pg_exception_detail;
      raise warning 'rule "%" (%) of organization % stays as an older compiler made it', v_old.name, v_old.id, v_old.org_id
        using detail = v_detail, hint = 'Save it again as it should be.';
    end;
  end loop;
  return v_count;
end
$$;
comment on function trimtab.recompile_rules() is
  'Compiles every rule that an older compiler made, its document in canonical form included; no version is written, for nothing that a rule says changes. One that is no longer valid is left as it was, with a warning. Returns how many.';
alter function trimtab.recompile_rules() owner to trimtab_definer;
grant execute on function trimtab.recompile_rules() to trimtab_definer;
