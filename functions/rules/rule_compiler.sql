create or replace function trimtab.rule_compiler()
  returns integer
  language sql
  immutable
  parallel safe
begin atomic
  select 2;
end;
comment on function trimtab.rule_compiler() is
  'Version of what compile_rule() makes. Raise it when the compiled form changes, or the order of metrics or windows, by whose positions it is laid out: the deploy then compiles every rule again.';
grant execute on function trimtab.rule_compiler() to trimtab_user, trimtab_engine, trimtab_definer;
