create or replace function trimtab.prepare_opportunity()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  if old.status in ('resolved', 'dismissed') then
    raise exception 'the opportunity is closed'
      using errcode = 'TT041',
            detail = format('It was %s at %s.', old.status, old.resolved_at),
            hint = 'If it still holds and its figures change, it is raised again by itself.';
  end if;
  if new.status in ('resolved', 'dismissed') then
    new.resolved_at := trimtab.clock();
    new.resolved_by := trimtab.current_user_id();
  else
    new.resolved_at := null;
    new.resolved_by := null;
    new.reason := null;
  end if;
  return new;
end
$$;
comment on function trimtab.prepare_opportunity() is
  'Row trigger: when and by whom an opportunity was closed is what happened, whatever an update says; a closed one stays closed. Errors: TT041.';
create or replace trigger least_role before update on trimtab.optimization_opportunities
  for each statement execute function trimtab.refuse_low_role('analyst');
create or replace trigger prepare before update of status, resolved_at, reason on trimtab.optimization_opportunities
  for each row execute function trimtab.prepare_opportunity();
create or replace trigger audit after insert or update or delete on trimtab.optimization_opportunities
  for each row execute function trimtab.write_audit('opportunity', 'id', 'description,suggested_action,proposed_action,estimated_impact,evidence,detected_count,last_detected_at');
