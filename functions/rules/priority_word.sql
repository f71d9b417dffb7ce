create or replace function trimtab.priority_word(p_priority integer)
  returns text
  language sql
  immutable
  parallel safe
begin atomic
  select case when p_priority > 87 then 'critical' when p_priority > 62 then 'high' when p_priority > 37 then 'medium' else 'low' end;
end;
comment on function trimtab.priority_word(integer) is
  'The word nearest to a priority: low 25, medium 50, high 75, critical 100. Small, so that it is inlined.';
grant execute on function trimtab.priority_word(integer) to trimtab_user, trimtab_engine, trimtab_definer;
