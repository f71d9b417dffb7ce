create or replace function trimtab.check_envelope()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: takes the run-time lock, and sees all campaigns of the organization whoever changed one.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  perform trimtab.settle_envelope(new.org_id);
  return null;
end
$$;
comment on function trimtab.check_envelope() is
  'Constraint trigger at the end of a transaction: the first campaign''s call settles all of them, see settle_envelope().';
alter function trimtab.check_envelope() owner to trimtab_definer;
drop trigger if exists check_envelope on trimtab.envelope_checks;
create constraint trigger check_envelope after insert on trimtab.envelope_checks
  deferrable initially deferred
  for each row execute function trimtab.check_envelope();
