create or replace function trimtab.severity_rank(p_severity text)
  returns integer
  language sql
  immutable
  parallel safe
begin atomic
  select array_position(array['critical', 'high', 'medium', 'low'], p_severity);
end;
comment on function trimtab.severity_rank(text) is
  'Place of a severity in lists: critical 1, high 2, medium 3, low 4; null for no severity.';
grant execute on function trimtab.severity_rank(text) to trimtab_user, trimtab_engine, trimtab_definer;
