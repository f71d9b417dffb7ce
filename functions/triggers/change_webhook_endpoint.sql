create or replace function trimtab.change_webhook_endpoint(
  p_endpoint_id uuid,
  p_name text default null,
  p_event_type text default null,
  p_type_path text[] default null,
  p_type_prefix text default null,
  p_rate_limit_per_minute integer default null,
  p_max_body_bytes integer default null,
  p_skew_seconds integer default null
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody may write endpoints.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
  v_endpoint trimtab.webhook_endpoints := trimtab.find_webhook_endpoint(v_org_id, p_endpoint_id);
  v_faults text[];
begin
  v_endpoint.name := coalesce(btrim(p_name), v_endpoint.name);
  if num_nonnulls(p_event_type, p_type_path) > 0 then
    v_endpoint.event_type := p_event_type;
    v_endpoint.type_path := p_type_path;
    v_endpoint.type_prefix := case when p_event_type is null then coalesce(p_type_prefix, v_endpoint.type_prefix) else p_type_prefix end;
  else
    v_endpoint.type_prefix := coalesce(p_type_prefix, v_endpoint.type_prefix);
  end if;
  v_endpoint.rate_limit_per_minute := coalesce(p_rate_limit_per_minute, v_endpoint.rate_limit_per_minute);
  v_endpoint.max_body_bytes := coalesce(p_max_body_bytes, v_endpoint.max_body_bytes);
  v_endpoint.skew_seconds := coalesce(p_skew_seconds, v_endpoint.skew_seconds);
  v_faults := trimtab.webhook_endpoint_faults(v_endpoint) || array(
    select format('p_name: found %L, which is taken.', e.name)
    from trimtab.webhook_endpoints e
    where e.org_id = v_org_id and e.name = v_endpoint.name and e.id <> p_endpoint_id);
  if v_faults <> '{}' then
    raise exception 'the webhook endpoint is not valid (faults: %)', cardinality(v_faults)
      using errcode = 'TT080',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'What is left out stays as it is.';
  end if;
  update trimtab.webhook_endpoints e
  set name = v_endpoint.name,
      event_type = v_endpoint.event_type,
      type_path = v_endpoint.type_path,
      type_prefix = v_endpoint.type_prefix,
      rate_limit_per_minute = v_endpoint.rate_limit_per_minute,
      max_body_bytes = v_endpoint.max_body_bytes,
      skew_seconds = v_endpoint.skew_seconds
  where e.org_id = v_org_id and e.id = p_endpoint_id;
end
$$;
comment on function trimtab.change_webhook_endpoint(uuid, text, text, text[], text, integer, integer, integer) is
  'Changes an endpoint (role admin); what is null stays. Its URL and its secrets stay as they are. The arguments are those of create_webhook_endpoint(). Errors: TT001–TT003, TT080 not valid (every fault), TT081 no such endpoint.';
alter function trimtab.change_webhook_endpoint(uuid, text, text, text[], text, integer, integer, integer) owner to trimtab_definer;
grant execute on function trimtab.change_webhook_endpoint(uuid, text, text, text[], text, integer, integer, integer) to trimtab_user, trimtab_engine;
