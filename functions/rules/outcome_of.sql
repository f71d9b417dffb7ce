create or replace function trimtab.outcome_of(
  p_actions jsonb,
  out status text,
  out results jsonb,
  out error_code text,
  out error_message text
)
  language sql
  immutable
  parallel safe
  set search_path to pg_catalog, pg_temp
as $$
  select
    case
      when c.succeeded + c.failed = 0 then 'skipped'
      when c.failed = 0 then 'success'
      when c.succeeded = 0 then 'failure'
      else 'partial'
    end,
    jsonb_build_object('succeeded', c.succeeded, 'failed', c.failed, 'skipped', c.skipped, 'waiting', c.waiting),
    c.first_failed ->> 'error_code',
    c.first_failed ->> 'error_message'
  from (
    select
      count(*) filter (where a.action ->> 'status' = 'success') as succeeded,
      count(*) filter (where a.action ->> 'status' = 'failure') as failed,
      count(*) filter (where a.action ->> 'status' = 'skipped') as skipped,
      count(*) filter (where a.action ->> 'status' = 'waiting') as waiting,
      (array_agg(a.action order by a.position) filter (where a.action ->> 'status' = 'failure'))[1] as first_failed
    from jsonb_array_elements(p_actions) with ordinality a (action, position)
  ) c
$$;
comment on function trimtab.outcome_of(jsonb) is
  'What the actions of an execution ([{status: success, failure, skipped or waiting, …}]) add up to: success when all that were tried succeeded, failure when all failed, partial when some did, skipped when none was tried; counts; SQLSTATE and message of the first that failed.';
grant execute on function trimtab.outcome_of(jsonb) to trimtab_definer;
