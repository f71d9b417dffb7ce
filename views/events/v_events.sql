create or replace view trimtab.v_events with (security_invoker = true) as
select
  e.org_id,
  e.id,
  e.type,
  e.occurred_at,
  e.recorded_at as received_at,
  e.subject_type,
  e.subject_id,
  e.payload,
  e.source,
  regexp_replace(e.dedupe_key, '^submitted:', '') as dedupe_key,
  t.description
from trimtab.events e
left join trimtab.event_types t on t.type = e.type;
comment on view trimtab.v_events is
  'The journal for people: what happened, when (occurred_at), when it was heard of (received_at, by which the journal is partitioned), about what, and what its type means. dedupe_key as it was given.';
grant select on trimtab.v_events to trimtab_user, trimtab_engine;
