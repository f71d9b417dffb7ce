create or replace function trimtab.prepare_guardrails()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_faults text[];
begin
  -- Only what is changed is asked after: the stop switch must work whatever the other figures are.
  v_faults := array(
    select format('%s is %s; a number from %s to %s is allowed.', b.name, n.figure, trim_scale(b.lowest), trim_scale(b.highest))
    from trimtab.guardrail_bounds() b
    cross join lateral (
      select (to_jsonb(new) ->> b.name)::numeric as figure, (to_jsonb(old) ->> b.name)::numeric as before) n
    where n.figure <> n.before and (n.figure > b.highest or n.figure < b.lowest));
  if v_faults <> '{}' then
    raise exception 'the guardrails cannot be changed like this'
      using errcode = 'TT015',
            detail = array_to_string(v_faults, ' '),
            hint = 'Times reach up to ten years; what is not a number or is infinite bounds nothing.';
  end if;
  new.updated_at := trimtab.clock();
  return new;
end
$$;
comment on function trimtab.prepare_guardrails() is 'Row trigger: when the guardrails were last changed; figures that no decision could be made with, or that bound nothing, are refused. Errors: TT015.';
create or replace trigger prepare before update on trimtab.guardrails
  for each row execute function trimtab.prepare_guardrails();
create or replace trigger least_role before update on trimtab.guardrails
  for each statement execute function trimtab.refuse_low_role('admin');
create or replace trigger audit after insert or update or delete on trimtab.guardrails
  for each row execute function trimtab.write_audit('guardrails', 'org_id', 'updated_at');
