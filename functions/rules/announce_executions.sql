create or replace function trimtab.announce_executions(p_org_id uuid, p_execution_ids uuid[])
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_count integer;
begin
  insert into trimtab.events (org_id, recorded_at, occurred_at, type, subject_type, subject_id, payload, source)
  select
    p_org_id, v_now, x.completed_at, 'rule.executed', 'rule', x.rule_id,
    jsonb_build_object(
      'execution_id', x.id, 'rule_id', x.rule_id, 'rule_name', x.context -> 'rule_name', 'rule_version', x.rule_version,
      'status', x.status, 'trigger', x.trigger_source, 'campaign_id', x.campaign_id,
      'succeeded', x.results -> 'succeeded', 'failed', x.results -> 'failed'),
    'trimtab'
  from trimtab.automation_executions x
  where x.org_id = p_org_id
    and x.id = any (p_execution_ids)
    and x.mode = 'active'
    and x.completed_at is not null
    and x.status in ('success', 'partial')
    -- What a rule caused is not announced as another rule's doing: so no announcement can lead to another one, however
    -- rules and triggers wait for each other.
    and not exists (
      select
      from trimtab.events e
      where e.org_id = p_org_id
        and e.id = x.event_id
        and e.recorded_at between x.executed_at - interval '2 days' and x.executed_at + interval '1 hour'
        and (e.type like 'rule.%' or e.payload ? 'caused_by' or e.payload ->> 'rule_id' is not null
          or exists (
            select
            from trimtab.campaign_changes c
            where c.org_id = p_org_id
              and c.id = case when e.payload ->> 'change_id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (e.payload ->> 'change_id')::uuid end
              and c.rule_id is not null)))
  order by x.executed_at, x.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.announce_executions(uuid, uuid[]) is
  'Tells the journal of executions that have just been completed and did something (event rule.executed, one each): not of rules in shadow, nor where all failed, nor where the event that set it off came from a rule itself. Returns how many. For the system''s own functions.';
grant execute on function trimtab.announce_executions(uuid, uuid[]) to trimtab_definer;
