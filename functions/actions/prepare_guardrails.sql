create or replace function trimtab.prepare_guardrails()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  new.updated_at := trimtab.clock();
  return new;
end
$$;
comment on function trimtab.prepare_guardrails() is 'Row trigger: when the guardrails were last changed.';
create or replace trigger prepare before update on trimtab.guardrails
  for each row execute function trimtab.prepare_guardrails();
create or replace trigger least_role before update on trimtab.guardrails
  for each statement execute function trimtab.refuse_low_role('admin');
create or replace trigger audit after insert or update or delete on trimtab.guardrails
  for each row execute function trimtab.write_audit('guardrails', 'org_id', 'updated_at');
