create or replace function trimtab.webhook_endpoint_faults(p_endpoint trimtab.webhook_endpoints)
  returns text[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select array_remove(array[
    case when coalesce(btrim(p_endpoint.name), '') = '' or length(p_endpoint.name) > 100
      then format('p_name: found %L, allowed 1 to 100 characters.', left(p_endpoint.name, 120)) end,
    case when num_nonnulls(p_endpoint.event_type, p_endpoint.type_path) <> 1
      then 'p_event_type, p_type_path: found both or none, allowed one of them.' end,
    'p_event_type: ' || case when p_endpoint.event_type is not null then trimtab.event_type_fault(p_endpoint.event_type) end,
    case when p_endpoint.type_path is not null and (cardinality(p_endpoint.type_path) not between 1 and 10
        or array_position(p_endpoint.type_path, null) is not null)
      then 'p_type_path: allowed 1 to 10 names, such as {data,type}.' end,
    case when (p_endpoint.type_path is null) <> (p_endpoint.type_prefix is null)
      then 'p_type_prefix: allowed with p_type_path, and needed there.' end,
    'p_type_prefix: ' || case when p_endpoint.type_prefix is not null then trimtab.event_type_fault(p_endpoint.type_prefix || '.x') end,
    case when p_endpoint.rate_limit_per_minute between 1 and 60000 is not true
      then format('p_rate_limit_per_minute: found %s, allowed 1 to 60000.', coalesce(p_endpoint.rate_limit_per_minute::text, 'null')) end,
    case when p_endpoint.max_body_bytes between 1 and 1048576 is not true
      then format('p_max_body_bytes: found %s, allowed 1 to 1048576.', coalesce(p_endpoint.max_body_bytes::text, 'null')) end,
    case when p_endpoint.skew_seconds between 1 and 3600 is not true
      then format('p_skew_seconds: found %s, allowed 1 to 3600.', coalesce(p_endpoint.skew_seconds::text, 'null')) end
  ], null)
$$;
comment on function trimtab.webhook_endpoint_faults(trimtab.webhook_endpoints) is
  'What is not allowed of an endpoint, each with where, what was found and what may stand there. Empty when all is well.';
grant execute on function trimtab.webhook_endpoint_faults(trimtab.webhook_endpoints) to trimtab_definer;
