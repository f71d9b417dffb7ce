create or replace function trimtab.count_executions(p_org_id uuid, p_execution_ids uuid[])
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  -- In one statement, under the organization's lock: a rule's row is written once, however many campaigns it concerned.
  update trimtab.automation_rules r
  set execution_count = r.execution_count + e.executed,
      success_count = r.success_count + e.succeeded,
      failure_count = r.failure_count + e.failed,
      partial_count = r.partial_count + e.partial,
      shadow_count = r.shadow_count + e.shadowed,
      last_executed_at = greatest(r.last_executed_at, e.last_executed_at),
      last_success_at = greatest(r.last_success_at, e.last_success_at),
      last_shadow_at = greatest(r.last_shadow_at, e.last_shadow_at)
  from (
    select x.rule_id,
           count(*) filter (where x.completed_at is not null and x.status <> 'skipped') as executed,
           count(*) filter (where x.completed_at is not null and x.status = 'success') as succeeded,
           count(*) filter (where x.completed_at is not null and x.status = 'failure') as failed,
           count(*) filter (where x.completed_at is not null and x.status = 'partial') as partial,
           count(*) filter (where x.mode = 'shadow' and x.error_code is null) as shadowed,
           max(x.executed_at) filter (where x.status <> 'skipped') as last_executed_at,
           max(x.completed_at) filter (where x.status = 'success') as last_success_at,
           max(x.executed_at) filter (where x.mode = 'shadow' and x.error_code is null) as last_shadow_at
    from trimtab.automation_executions x
    where x.org_id = p_org_id and x.id = any (p_execution_ids)
    group by x.rule_id
  ) e
  where r.org_id = p_org_id and r.id = e.rule_id;
  get diagnostics v_count = row_count;
  perform trimtab.announce_executions(p_org_id, p_execution_ids);
  return v_count;
end
$$;
comment on function trimtab.count_executions(uuid, uuid[]) is
  'Adds executions that have just been completed to the counters of their rules; one of which actions still wait is counted when it is complete, one in which nothing was tried never. Tells the journal as well (announce_executions()). Returns how many rules. For the system''s own functions.';
grant execute on function trimtab.count_executions(uuid, uuid[]) to trimtab_definer;
