create or replace function trimtab.kept_days(out what text, out days integer, out description text)
  returns setof record
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select d.what,
         -- A slip in the setting must not let rows go: what is no number of days is passed by.
         case when s.value ->> d.what ~ '^[1-9][0-9]{0,5}$' then (s.value ->> d.what)::integer else d.days end,
         d.description
  from (values
    ('alerts', 400, 'alerts since they were resolved, with what was raised under them'),
    ('anomalies', 800, 'anomalies since they were last found'),
    ('executions', 400, 'completed executions of rules'),
    ('firings', 90, 'firings of triggers, unless still to be tried again'),
    ('job_runs', 90, 'runs of schedules since they were over'),
    ('measurements', 400, 'measurements; the latest value of each measure stays'),
    ('messages', 180, 'messages that wait no longer, and the notifications made of them'),
    ('runs', 400, 'runs of the autopilot'),
    ('webhook_receipts', 30, 'receipts of webhooks, at least four hours')
  ) d (what, days, description)
  left join trimtab.settings s on s.name = 'kept_days'
$$;
comment on function trimtab.kept_days() is
  'What the tick deletes when it has been kept for so many days: by default, or as the setting kept_days says ({"executions": 800}).';
grant execute on function trimtab.kept_days() to trimtab_user, trimtab_engine, trimtab_definer;
