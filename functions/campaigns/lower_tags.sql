create or replace function trimtab.lower_tags(p_tags text[])
  returns text[]
  language sql
  immutable
  parallel safe
begin atomic
  select array(select lower(t) from unnest(p_tags) t);
end;
comment on function trimtab.lower_tags(text[]) is
  'Tags as they are compared: in lower case. Null: none.';
grant execute on function trimtab.lower_tags(text[]) to trimtab_user, trimtab_engine, trimtab_definer;
