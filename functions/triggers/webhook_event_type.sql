create or replace function trimtab.webhook_event_type(p_endpoint trimtab.webhook_endpoints, p_document jsonb)
  returns text
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select coalesce(
    p_endpoint.event_type,
    case when jsonb_typeof(p_document #> p_endpoint.type_path) = 'string'
      then p_endpoint.type_prefix || '.' || lower(regexp_replace(p_document #>> p_endpoint.type_path, '[^A-Za-z0-9_.]+', '_', 'g')) end)
$$;
comment on function trimtab.webhook_event_type(trimtab.webhook_endpoints, jsonb) is
  'The type of the event that a message becomes: the endpoint''s own, or its prefix and what stands in the message (in lower case, with _ for what no type may have). Null when nothing stands there.';
grant execute on function trimtab.webhook_event_type(trimtab.webhook_endpoints, jsonb) to trimtab_definer;
