create or replace function trimtab.tick_retention(p_org_id uuid, p_as_of timestamptz, p_limit integer)
  returns integer
  language sql
  volatile
  strict
  parallel unsafe
  -- definer: neither people nor the engine may delete from these tables; this is the one place where old rows go, and it
  -- takes nothing from its caller but whose rows, and as of when.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  -- Rows that somebody holds are left for the next time: what waited would not be looked at again. An array is found once,
  -- where a subquery with a limit and locks may be asked again, and then for more.
  with kept as materialized (
    select k.what, p_as_of - make_interval(days => k.days) as before from trimtab.kept_days() k
  ), alerts as (
    delete from trimtab.alerts x
    where x.org_id = p_org_id and x.id = any (array(
      select o.id from trimtab.alerts o
      where o.org_id = p_org_id and o.resolved_at < (select k.before from kept k where k.what = 'alerts')
        and o.status = 'resolved'
      limit p_limit
      for update skip locked))
    returning 'alerts' as what
  ), anomalies as (
    delete from trimtab.anomalies x
    where x.org_id = p_org_id and x.id = any (array(
      select o.id from trimtab.anomalies o
      where o.org_id = p_org_id and o.last_found_at < (select k.before from kept k where k.what = 'anomalies')
      limit p_limit
      for update skip locked))
    returning 'anomalies' as what
  ), executions as (
    delete from trimtab.automation_executions x
    where x.org_id = p_org_id and x.id = any (array(
      select o.id from trimtab.automation_executions o
      where o.org_id = p_org_id and o.executed_at < (select k.before from kept k where k.what = 'executions')
        and o.completed_at is not null
      limit p_limit
      for update skip locked))
    returning 'executions' as what
  ), firings as (
    delete from trimtab.trigger_firings x
    where x.org_id = p_org_id and x.id = any (array(
      select o.id from trimtab.trigger_firings o
      where o.org_id = p_org_id and o.fired_at < (select k.before from kept k where k.what = 'firings')
        and o.status not in ('running', 'retrying')
      limit p_limit
      for update skip locked))
    returning 'firings' as what
  ), job_runs as (
    delete from trimtab.job_runs x
    where x.org_id = p_org_id and x.id = any (array(
      select o.id from trimtab.job_runs o
      where o.org_id = p_org_id and o.completed_at < (select k.before from kept k where k.what = 'job_runs')
      limit p_limit
      for update skip locked))
    returning 'job_runs' as what
  ), measurements as (
    delete from trimtab.measurements x
    where x.org_id = p_org_id and x.ctid = any (array(
      select o.ctid from trimtab.measurements o
      where o.org_id = p_org_id and o.measured_at < (select k.before from kept k where k.what = 'measurements')
      limit p_limit
      for update skip locked))
    returning 'measurements' as what
  ), messages as (
    delete from trimtab.outbox x
    where x.org_id = p_org_id and x.id = any (array(
      select o.id from trimtab.outbox o
      where o.org_id = p_org_id and o.created_at < (select k.before from kept k where k.what = 'messages')
        and o.status <> 'pending'
      limit p_limit
      for update skip locked))
    returning 'messages' as what
  ), runs as (
    delete from trimtab.autopilot_runs x
    where x.org_id = p_org_id and x.id = any (array(
      select o.id from trimtab.autopilot_runs o
      where o.org_id = p_org_id and o.last_run_at < (select k.before from kept k where k.what = 'runs')
      limit p_limit
      for update skip locked))
    returning 'runs' as what
  ), receipts as (
    delete from trimtab.webhook_receipts x
    where x.org_id = p_org_id and x.ctid = any (array(
      select o.ctid from trimtab.webhook_receipts o
      where o.org_id = p_org_id
        -- Never sooner than the widest skew, before and after, and as much to spare.
        and o.received_at < least((select k.before from kept k where k.what = 'webhook_receipts'), trimtab.clock() - interval '4 hours')
      order by o.received_at
      limit p_limit
      for update skip locked))
    returning 'webhook_receipts' as what
  )
  select coalesce(max(g.gone), 0)::integer
  from (
    select a.what, count(*) as gone
    from (
      table alerts union all table anomalies union all table executions union all table firings union all table job_runs
      union all table measurements union all table messages union all table runs union all table receipts
    ) a
    group by a.what
  ) g
$$;
comment on function trimtab.tick_retention(uuid, timestamptz, integer) is
  'Part of the tick: deletes rows of one organization that are kept no longer (kept_days()). At most p_limit of each kind; returns of how many of the kind that had most, so that it is called again while there are more.';
alter function trimtab.tick_retention(uuid, timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.tick_retention(uuid, timestamptz, integer) to trimtab_engine;
