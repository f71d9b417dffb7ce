create or replace view trimtab.v_heartbeat with (security_invoker = true) as
select
  h.late = '{}' and coalesce(b.lag_seconds < 180, false) as is_alive,
  b.last_tick_at,
  b.lag_seconds,
  h.late as late_parts,
  h.failing as failing_parts
from (
  select max(t.last_finished_at) as last_tick_at,
         extract(epoch from trimtab.clock() - max(t.last_finished_at))::integer as lag_seconds
  from trimtab.tick_parts t
  where t.part = 'tick' or t.part like 'tick %'
) b
cross join (
  select coalesce(array_agg(v.part order by v.part) filter (where v.is_late), '{}') as late,
         coalesce(array_agg(v.part order by v.part)
           filter (where v.organizations_failing > 0 or v.error_at >= v.last_started_at), '{}') as failing
  from trimtab.v_tick_health v
) h;
comment on view trimtab.v_heartbeat is
  'For monitoring, always one row: is_alive (a tick ended within three minutes and no part is late), when it ended, lag_seconds, parts that are late, and parts that failed in their last run or for an organization that you may see.';
grant select on trimtab.v_heartbeat to trimtab_user, trimtab_engine;
