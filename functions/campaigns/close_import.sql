create or replace function trimtab.close_import(p_org_id uuid, p_batch_id uuid, p_assumed_lag interval default null)
  returns trimtab.import_batches
  language plpgsql
  volatile
  parallel unsafe
  -- definer: writes facts, campaigns, batches and quarantine, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  -- Facts are added up by sorting: with the usual 4 MB a large file would be sorted on disk in many small runs.
  set work_mem to '64MB'
  -- So that a change of it below ends with this function.
  set enable_nestloop to on
  -- Compiling costs more here than it gains.
  set jit to off
as $$
declare
  c_many constant bigint := 2000;
  v_now timestamptz := trimtab.clock();
  v_batch trimtab.import_batches;
  v_retried trimtab.import_batches;
  v_organization trimtab.organizations;
  v_facts jsonb;
  v_sums jsonb;
  v_flags jsonb;
  v_made bigint;
begin
  perform 'PRAGMA:TABLE: trimtab_import (like trimtab.import_row)';
  perform 'PRAGMA:TABLE: trimtab_import_campaigns (like trimtab.import_campaign)';
  perform 'PRAGMA:TABLE: trimtab_import_facts (like trimtab.import_fact)';

  select b.* into v_batch
  from trimtab.import_batches b
  where b.org_id = p_org_id and b.id = p_batch_id and b.status = 'loading'
    and b.transaction_id = pg_current_xact_id();
  if v_batch.id is null
    or not exists (
      select from pg_class c
      where c.oid = to_regclass('pg_temp.trimtab_import')
        and c.relkind = 'r' and c.relpersistence = 't'
        and c.relowner = 'trimtab_definer'::regrole)
  then
    raise exception 'there is no import % to finish', p_batch_id
      using errcode = 'TT020',
            detail = 'An import is begun, filled and finished in one transaction, for one organization.',
            hint = 'Call begin_import(), put the rows into trimtab_import, call finish_import() with the id that begin_import() gave.';
  end if;
  if p_assumed_lag < interval '0' then
    raise exception 'the assumed lag is negative'
      using errcode = 'TT020', detail = format('Lag %s.', p_assumed_lag), hint = 'Give how long after the end of a day its facts were known.';
  end if;
  create temporary table trimtab_import_campaigns (like trimtab.import_campaign) on commit drop;
  create temporary table trimtab_import_facts (like trimtab.import_fact) on commit drop;

  analyze pg_temp.trimtab_import;
  select count(*) into v_batch.rows_read from pg_temp.trimtab_import;
  if v_batch.rows_read > c_many then
    -- What a large import has just made is unknown to the planner, which takes it for a row or two and would loop over it.
    perform set_config('enable_nestloop', 'off', true);
  end if;
  if v_batch.options ? 'retry_of' then
    -- A retry adds to what its import has told, so a row counts once: only while it is in quarantine.
    perform trimtab.lock_organization(p_org_id);
    update pg_temp.trimtab_import i
    set skipped = 'settled'
    where i.skipped is null
      and not exists (
        select from trimtab.quarantined_rows q
        where q.org_id = p_org_id and q.id = i.quarantined_id and q.status = 'open'
          and q.batch_id::text = v_batch.options ->> 'retry_of');
  end if;
  perform trimtab.judge_import_rows(p_org_id, v_batch.options);
  perform trimtab.hold_import_rows();

  v_organization := trimtab.lock_organization(p_org_id);
  if v_batch.options ? 'retry_of' then
    select b.* into v_retried
    from trimtab.import_batches b
    where b.org_id = p_org_id and b.id = (v_batch.options ->> 'retry_of')::uuid;
  end if;
  perform trimtab.find_import_campaigns(p_org_id, v_batch.options);
  perform trimtab.hold_import_rows();
  v_made := trimtab.make_import_campaigns(p_org_id);
  -- An empty cell may say that there was none; a column that is not there says nothing.
  if v_batch.options #>> '{mapping,columns,revenue,blank}' = 'zero_if_valued'
    and v_batch.options -> 'measures' ? 'revenue'
  then
    perform trimtab.settle_blank_revenue(p_org_id);
  end if;
  perform trimtab.gather_import_facts(p_org_id, v_batch.options, v_retried.base_revision);
  v_batch.revision := trimtab.publish_import_facts(p_org_id, p_batch_id, p_assumed_lag);

  -- Faulty rows. A line of a file that was seen before is not quarantined again.
  insert into trimtab.quarantined_rows (org_id, batch_id, line_number, faults, raw, is_typed, is_held, created_at)
  select p_org_id, p_batch_id, coalesce(i.line_number, 0), i.faults,
         coalesce(i.raw, jsonb_strip_nulls(to_jsonb(i)) - array['line_number', 'faults', 'is_held', 'campaign_key']),
         i.raw is null, coalesce(i.is_held, false), v_now
  from pg_temp.trimtab_import i
  where i.skipped is null and i.faults is not null and i.quarantined_id is null
    and not exists (
      select
      from trimtab.import_batches b
      join trimtab.quarantined_rows q on q.org_id = b.org_id and q.batch_id = b.id
      where b.org_id = p_org_id and b.file_sha256 = v_batch.file_sha256 and b.format = v_batch.format
        and q.line_number = i.line_number and q.is_held = coalesce(i.is_held, false)
        -- What was given up for one fault, with another mapping perhaps, was not given up for all.
        and (q.status <> 'discarded' or q.faults = i.faults))
  order by i.line_number;
  update trimtab.quarantined_rows q
  set faults = i.faults, is_held = coalesce(i.is_held, false)
  from pg_temp.trimtab_import i
  where q.org_id = p_org_id and q.id = i.quarantined_id and q.batch_id = v_retried.id and q.status = 'open'
    and i.skipped is null and i.faults is not null;
  update trimtab.quarantined_rows q
  set status = 'resolved', resolved_batch_id = p_batch_id, resolved_by = v_batch.created_by, resolved_at = v_now
  from pg_temp.trimtab_import i
  where q.org_id = p_org_id and q.id = i.quarantined_id and q.batch_id = v_retried.id and q.status = 'open'
    and i.skipped is null and i.faults is null;

  -- The report.
  select count(*) filter (where i.skipped is null and i.faults is not null and i.is_held is not true),
         count(*) filter (where i.skipped is null and i.faults is not null and i.is_held),
         count(*) filter (where i.skipped is not null)
    into v_batch.rows_quarantined, v_batch.rows_held, v_batch.rows_skipped
  from pg_temp.trimtab_import i;

  with counted as (
    select f.grain, f.state, count(*) as facts, sum(f.rows) as rows, bool_or(f.dimension = '') as is_total
    from pg_temp.trimtab_import_facts f
    group by f.grain, f.state
  ), counts as (
    select coalesce(sum(c.rows) filter (where c.state = 'new'), 0) as inserted,
           coalesce(sum(c.rows) filter (where c.state = 'changed'), 0) as updated,
           coalesce(sum(c.rows) filter (where c.state = 'same'), 0) as unchanged,
           coalesce(sum(c.rows) filter (where c.state = 'overtaken'), 0) as overtaken
    from counted c
    where c.is_total or not coalesce((v_batch.options ->> 'totals')::boolean, true)
  ), grains as (
    select jsonb_object_agg(g.grain, g.states) as facts
    from (select c.grain, jsonb_object_agg(c.state, c.facts) as states from counted c group by c.grain) g
  )
  select c.inserted, c.updated, c.unchanged, v_batch.rows_skipped + c.overtaken, coalesce(g.facts, '{}')
    into v_batch.rows_inserted, v_batch.rows_updated, v_batch.rows_unchanged, v_batch.rows_skipped, v_facts
  from counts c cross join grains g;

  select coalesce(jsonb_object_agg(s.currency, s.sums), '{}'), jsonb_build_object(
           'conversions_above_clicks', coalesce(sum(s.conversions_above_clicks), 0),
           'clicks_above_impressions', coalesce(sum(s.clicks_above_impressions), 0),
           'currency_assumed', coalesce(sum(s.currency_assumed), 0))
    into v_sums, v_flags
  from (
    select m.currency, jsonb_build_object(
             'rows', count(*), 'impressions', sum(i.impressions), 'clicks', sum(i.clicks), 'spend', sum(i.spend),
             'conversions', sum(i.conversions), 'revenue', sum(i.revenue)) as sums,
           count(*) filter (where i.conversions > i.clicks) as conversions_above_clicks,
           count(*) filter (where i.clicks > i.impressions) as clicks_above_impressions,
           count(*) filter (where i.currency is null and i.campaign_id is null) as currency_assumed
    from pg_temp.trimtab_import i
    join pg_temp.trimtab_import_campaigns m on m.campaign_key = i.campaign_key
    where i.skipped is null and i.faults is null
    group by m.currency
  ) s;
  v_batch.totals := jsonb_build_object(
    'sums', v_sums,
    'facts', v_facts,
    'flags', v_flags || trimtab.count_repeated_rows(),
    'campaigns', (select count(distinct m.campaign_id) from pg_temp.trimtab_import_campaigns m),
    'campaigns_made', v_made,
    'first_day', (select min(f.day) from pg_temp.trimtab_import_facts f),
    'last_day', (select max(f.day) from pg_temp.trimtab_import_facts f));

  update trimtab.import_batches b
  set status = case when v_batch.revision is null then 'unchanged' else 'published' end,
      published_at = case when v_batch.revision is not null then v_now end,
      revision = v_batch.revision,
      base_revision = coalesce(v_batch.revision, v_organization.knowledge_revision),
      rows_read = v_batch.rows_read,
      rows_inserted = v_batch.rows_inserted,
      rows_updated = v_batch.rows_updated,
      rows_unchanged = v_batch.rows_unchanged,
      rows_quarantined = v_batch.rows_quarantined,
      rows_held = v_batch.rows_held,
      rows_skipped = v_batch.rows_skipped,
      totals = v_batch.totals
  where b.org_id = p_org_id and b.id = p_batch_id
  returning b.* into v_batch;
  -- A retry is part of the import that it completes: what is known with it does not overtake the rest of that import.
  update trimtab.import_batches b
  set base_revision = greatest(b.base_revision, v_batch.revision)
  where b.org_id = p_org_id and b.id = v_retried.id and v_batch.revision is not null
    and b.base_revision = v_organization.knowledge_revision;

  insert into trimtab.audit_log (org_id, occurred_at, user_id, login, action, entity_type, entity_id, new_values)
  values (
    p_org_id, v_now, v_batch.created_by, session_user, 'facts.imported', 'import_batch', p_batch_id,
    jsonb_build_object(
      'file_name', v_batch.file_name, 'revision', v_batch.revision, 'rows_read', v_batch.rows_read,
      'rows_quarantined', v_batch.rows_quarantined));
  if v_batch.revision is not null then
    perform trimtab.emit_event(
      p_org_id, 'facts.published',
      jsonb_build_object(
        'knowledge_revision', v_batch.revision, 'batch_id', p_batch_id, 'campaigns', v_batch.totals -> 'campaigns',
        'first_day', v_batch.totals -> 'first_day', 'last_day', v_batch.totals -> 'last_day',
        'rows_inserted', v_batch.rows_inserted, 'rows_updated', v_batch.rows_updated),
      'import_batch', p_batch_id);
  end if;

  drop table pg_temp.trimtab_import, pg_temp.trimtab_import_campaigns, pg_temp.trimtab_import_facts;
  return v_batch;
end
$$;
comment on function trimtab.close_import(uuid, uuid, interval) is
  'What finish_import() does, for an organization that is known. Lock order: the organization, its campaigns by id, the memo. For the system''s own functions. Errors: TT020; 55P03 when lock_timeout passes.';
alter function trimtab.close_import(uuid, uuid, interval) owner to trimtab_definer;
