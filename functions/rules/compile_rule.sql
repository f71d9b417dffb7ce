create or replace function trimtab.compile_rule(p_document jsonb, out rule trimtab.automation_rules, out terms trimtab.rule_terms[])
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  raise exception 'compile_rule() is being built' using errcode = '0A000';
end
$$;
comment on function trimtab.compile_rule(jsonb) is 'Being built.';
grant execute on function trimtab.compile_rule(jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
