create or replace function trimtab.write_autonomous_rule()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  raise exception 'being built' using errcode = '0A000';
end
$$;
comment on function trimtab.write_autonomous_rule() is
  'INSTEAD OF trigger of autonomous_rules: the seeds'' inserts, updates and deletes go through save_rule(). A deleted rule is archived; its versions stay.';
