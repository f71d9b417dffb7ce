-- A row of an organization in every table that holds an organization's rows, found in the catalogue. Values come from the
-- columns' types, their foreign keys and the first value that a check allows; what that does not give stands in
-- test.column_values. All free text says whose it is, so that a leak can be seen in any result.

create table test.column_values (table_name text, column_name text, value text);
comment on table test.column_values is
  'Values for columns whose checks ask for more than one of a list; null as table: any table; null as value: null.';
insert into test.column_values values
  (null, 'currency', 'EUR'),
  (null, 'known_to', null),
  (null, 'ends_at', null),
  (null, 'erased_at', null),
  (null, 'archived_at', null),
  (null, 'resolved_at', null),
  (null, 'rolled_back_at', null),
  (null, 'error_code', null),
  (null, 'error_message', null),
  (null, 'rollback_of', null),
  (null, 'platform', null),
  ('events', 'type', 'thing.happened'),
  ('campaigns', 'status', 'active'),
  ('campaign_changes', 'status', 'executed'),
  ('campaign_changes', 'is_automated', 'true'),
  ('campaign_changes', 'previous_state', '{"status": "active", "budget": 1, "daily_budget": 1, "bid": 1}'),
  ('campaign_changes', 'new_state', '{"status": "paused", "budget": 1, "daily_budget": 1, "bid": 1}'),
  ('campaign_metrics', 'grain', 'day'),
  ('campaign_metrics', 'dimension', ''),
  ('campaign_metrics', 'subject', ''),
  ('campaign_metrics', 'hour', '-infinity'),
  ('quarantined_rows', 'faults', '[]'),
  ('anomalies', 'starts_at', '2026-01-01 00:00+00'),
  ('anomalies', 'ends_at', '2026-01-02 00:00+00'),
  ('anomalies', 'metric', 'spend'),
  ('anomalies', 'withdrawn_at', null),
  ('automation_rules', 'event_type', null),
  ('automation_rules', 'document', '{"name": "Rule", "status": "active", "priority": 1, "conditions": {"all": [{"type": "metric_threshold", "metric": "roi", "window": "lifetime", "operator": "<", "threshold": 1}]}, "actions": [{"type": "pause_campaign"}]}'),
  ('automation_rules', 'leaves', '[]'),
  ('automation_rules', 'features', '[]'),
  ('automation_rules', 'execution_count', '3'),
  ('delayed_actions', 'due_at', '2100-01-01 00:00+00'),
  ('spend_caps', 'campaign_id', null),
  ('spend_caps', 'group_id', null),
  (null, 'delivered_at', null),
  ('outbox', 'url', null),
  ('outbox', 'method', null),
  ('alerts', 'assignee_role', null),
  ('webhook_hosts', 'host', 'hooks.example.com'),
  ('automation_executions', 'conditions_evaluated', '[]'),
  ('automation_executions', 'actions_executed', '[]'),
  ('webhook_endpoints', 'token_hash', '\x0101010101010101010101010101010101010101010101010101010101010101'),
  ('webhook_endpoints', 'type_path', null),
  ('webhook_endpoints', 'type_prefix', null),
  ('webhook_secrets', 'sealed', '\x01'),
  ('survey_answers', 'survey', 'automation'),
  ('scheduled_jobs', 'handler', 'rule'),
  ('scheduled_jobs', 'cron', null),
  ('scheduled_jobs', 'time_zone', 'UTC'),
  ('job_runs', 'completed_at', null),
  ('client_addresses', 'client_address', '192.0.2.1'),
  ('triggers', 'event_type', 'thing.happened'),
  ('triggers', 'metric', null),
  ('triggers', 'test', null),
  ('triggers', 'debounce_seconds', null),
  ('triggers', 'longest_wait_seconds', null),
  ('trigger_firings', 'reason', null),
  ('trigger_firings', 'retry_at', null),
  ('audit_log', 'transaction_id', '1');

create function test.id_of(p_org_id uuid, p_table text)
  returns uuid
  language sql
  immutable
  set search_path to pg_catalog, pg_temp
as $$
  select md5(p_org_id || p_table)::uuid
$$;
comment on function test.id_of(uuid, text) is 'The id of the row that test.fill() makes in a table.';

create function test.tenant_tables()
  returns table (oid oid, name text)
  language sql
  stable
  set search_path to pg_catalog, pg_temp
as $$
  select c.oid, c.relname::text
  from pg_class c
  where c.relnamespace = 'trimtab'::regnamespace
    and c.relkind in ('r', 'p')
    and not c.relispartition
    and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped)
  order by c.relname
$$;
comment on function test.tenant_tables() is 'The tables with an org_id; of partitioned ones the parent.';

create function test.column_value(p_org_id uuid, p_table oid, p_column smallint)
  returns text
  language plpgsql
  stable
  set search_path to pg_catalog, pg_temp
as $$
declare
  v_column record;
  v_value text;
  v_type text;
begin
  select a.attname, a.atttypid, a.attnotnull, c.relname, o.name as organization
    into v_column
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join trimtab.organizations o on o.org_id = p_org_id
  where a.attrelid = p_table and a.attnum = p_column;

  select v.value into v_value
  from test.column_values v
  where v.column_name = v_column.attname and coalesce(v.table_name, v_column.relname) = v_column.relname
  order by v.table_name nulls last
  limit 1;
  if found then
    return v_value;
  end if;
  if v_column.attname = 'org_id' then
    return p_org_id::text;
  end if;
  if v_column.attname = 'id' and v_column.atttypid = 'uuid'::regtype then
    return test.id_of(p_org_id, v_column.relname);
  end if;

  -- What a foreign key points at; people are the organization's first member.
  select case f.confrelid
      when 'trimtab.users'::regclass then (select m.user_id::text from trimtab.memberships m where m.org_id = p_org_id order by 1 limit 1)
      when 'trimtab.organizations'::regclass then p_org_id::text
      else test.id_of(p_org_id, t.relname)::text
    end
    into v_value
  from pg_constraint f
  join pg_class t on t.oid = f.confrelid
  join pg_attribute a on a.attrelid = f.confrelid and a.attnum = f.confkey[array_position(f.conkey, p_column)]
  where f.conrelid = p_table and f.contype = 'f' and p_column = any (f.conkey) and a.attname in ('id', 'org_id');
  if found then
    return v_value;
  end if;

  select substring(pg_get_constraintdef(k.oid) from $re$ARRAY\['([^']*)'$re$) into v_value
  from pg_constraint k
  where k.conrelid = p_table and k.contype = 'c' and k.conkey = array[p_column]
    and pg_get_constraintdef(k.oid) ~ format('\(%I = ANY \(ARRAY\[', v_column.attname);
  if found then
    return v_value;
  end if;

  select format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null) into v_type from pg_type t where t.oid = v_column.atttypid;
  return case
    when v_type in ('text', 'name') then v_column.organization || '''s secret'
    when v_type = 'uuid' then md5(p_org_id || v_column.relname || v_column.attname)::uuid::text
    when v_type in ('numeric', 'integer', 'bigint', 'smallint', 'double precision') then '1'
    when v_type = 'boolean' then 'false'
    when v_type = 'jsonb' then '{}'
    when v_type = 'date' then (trimtab.clock() at time zone 'UTC')::date::text
    when v_type like 'timestamp%' then trimtab.clock()::text
    when v_type = 'interval' then '1 hour'
    when v_type like '%[]' or v_type like '%multirange' then '{}'
    when not v_column.attnotnull then null
    else 'no value for ' || v_type
  end;
end
$$;
comment on function test.column_value(uuid, oid, smallint) is 'A value that the column takes, as text.';

create function test.fill(p_org_id uuid)
  returns void
  language plpgsql
  security definer
  set search_path to pg_catalog, pg_temp
  set session_replication_role to replica
as $$
declare
  v_table record;
begin
  perform test.user(p_org_id, 'owner') where not exists (select from trimtab.memberships m where m.org_id = p_org_id);
  for v_table in select t.oid, t.name from test.tenant_tables() t loop
    if v_table.name in ('organizations', 'memberships', 'login_organizations') then
      continue;  -- rows of the kind are there already, or come with a member
    end if;
    execute (
      select format('insert into trimtab.%I (%s) values (%s) on conflict do nothing',
        v_table.name,
        string_agg(quote_ident(a.attname), ', ' order by a.attnum),
        string_agg(quote_nullable(test.column_value(p_org_id, v_table.oid, a.attnum)), ', ' order by a.attnum))
      from pg_attribute a
      where a.attrelid = v_table.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
    );
  end loop;
end
$$;
comment on function test.fill(uuid) is
  'Puts a row of the organization into every table with an org_id, past all triggers. When a new table stops it, give its columns a value in test.column_values.';
