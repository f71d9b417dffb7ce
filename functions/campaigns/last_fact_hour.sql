create or replace function trimtab.last_fact_hour(
  p_org_id uuid,
  p_campaign_id uuid,
  p_day date,
  p_known bigint
)
  returns timestamptz
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return (
    select max(f.hour)
    from trimtab.campaign_metrics f
    where f.org_id = p_org_id
      and f.campaign_id = p_campaign_id
      and f.grain = 'hour'
      and f.day = p_day
      and f.known_from <= p_known
      and (f.known_to is null or f.known_to > p_known)
  );
end
$$;
comment on function trimtab.last_fact_hour(uuid, uuid, date, bigint) is
  'Start of the last hour of a campaign''s local day for which there is a fact, as known at a revision; null when there is none. For compute_signals(), where a day was added up from its hours.';
grant execute on function trimtab.last_fact_hour(uuid, uuid, date, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
