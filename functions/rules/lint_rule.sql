create or replace function trimtab.lint_rule(p_document jsonb)
  returns jsonb
  language plpgsql
  stable
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_read record;
  v_faults text[];
  v_new record;
  v_detail text;
begin
  select n.document, n.faults into v_read from trimtab.normalize_rule(p_document) n;
  v_faults := v_read.faults;
  if coalesce(v_faults, '{}') = '{}' then
    -- What is well-formed may still be too large to be compiled, or name what is not of the organization.
    begin
      select c.rule into v_new from trimtab.compile_rule(v_read.document) c;
      if trimtab.current_org_id() is not null then
        v_faults := trimtab.named_faults(v_new.rule);
      end if;
    exception when sqlstate 'TT030' then
      get stacked diagnostics v_detail = pg_exception_detail;
      v_faults := string_to_array(v_detail, E'\n');
    end;
  end if;
  return jsonb_build_object(
    'valid', coalesce(v_faults, '{}') = '{}',
    'faults', to_jsonb(coalesce(v_faults, '{}')),
    'name', coalesce(v_read.document ->> 'name', p_document ->> 'name', p_document ->> 'rule_name'),
    'rule', case when coalesce(v_faults, '{}') = '{}' then v_read.document end);
end
$$;
comment on function trimtab.lint_rule(jsonb) is
  'Whether a document would be saved as a rule: {valid, faults [each with path, what was found and what is allowed], name, rule (the canonical document; null with faults)}. Nothing is saved, and nothing raised. With an organization what its scope and its actions name is checked as well.';
grant execute on function trimtab.lint_rule(jsonb) to trimtab_user, trimtab_engine;
