create or replace function trimtab.collapse_title(p_title text)
  returns text
  language sql
  immutable
  parallel safe
begin atomic
  select btrim(regexp_replace(p_title, '[[:space:]]+', ' ', 'g'));
end;
comment on function trimtab.collapse_title(text) is
  'A campaign''s title with every run of blanks and line breaks as one blank: what imports compare.';
grant execute on function trimtab.collapse_title(text) to trimtab_user, trimtab_engine, trimtab_definer;
