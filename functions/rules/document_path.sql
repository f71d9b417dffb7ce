create or replace function trimtab.document_path(p_path text)
  returns text[]
  language sql
  immutable
  parallel safe
begin atomic
  select pg_catalog.string_to_array(
    pg_catalog.regexp_replace(pg_catalog.regexp_replace(p_path, '^\$\.?', ''), '\[(-?[0-9]+)\]', '.\1', 'g'), '.');
end;
comment on function trimtab.document_path(text) is
  'A place in a document as jsonb''s #> takes it: conditions.all[0].threshold is {conditions,all,0,threshold}. Small, so that it is inlined.';
grant execute on function trimtab.document_path(text) to trimtab_user, trimtab_engine, trimtab_definer;
