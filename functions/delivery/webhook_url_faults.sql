create or replace function trimtab.webhook_url_faults(p_url text, p_org_id uuid default null)
  returns text[]
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_label constant text := '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
  v_parts text[];
  v_scheme text;
  v_authority text;
  v_host text;
  v_port text;
  v_address inet;
  v_fault text;
  v_allowed text[];
  v_faults text[] := '{}';
begin
  -- Read strictly: what another reader could take for something else is refused, not repaired.
  if p_url is null or p_url = '' then
    return array['There is no URL.'];
  elsif length(p_url) > 2048 then
    return array[format('It has %s characters; allowed are 2048.', length(p_url))];
  elsif p_url !~ '^[!-~]+$' or p_url ~ '[\\"<>^`{|}]' then
    return array['It holds blanks, control characters, characters outside ASCII or one of \ " < > ^ ` { | }; write them percent-encoded, and a host in its ASCII form (xn--…).'];
  end if;
  v_parts := regexp_match(p_url, '^([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([/?#].*)?$');
  if v_parts is null then
    return array['It is not a URL such as https://hooks.example.com/path.'];
  end if;
  v_scheme := lower(v_parts[1]);
  v_authority := lower(v_parts[2]);

  if v_scheme = 'http' then
    if (select s.value from trimtab.settings s where s.name = 'webhook_http_allowed') is distinct from 'true' then
      v_faults := v_faults || 'The scheme is http; allowed is https.'::text;
    end if;
  elsif v_scheme <> 'https' then
    return v_faults || format('The scheme is %s; allowed is https.', v_scheme);
  end if;
  if v_authority ~ '@' then
    return v_faults || 'It holds a user name or a password; put credentials into the path or the payload.'::text;
  end if;

  v_parts := regexp_match(v_authority, '^(\[[^\]]*\]|[^:\[\]]*)(:(.*))?$');
  if v_parts is null then
    return v_faults || format('%s is not a host and a port.', v_authority);
  end if;
  v_host := v_parts[1];
  v_port := v_parts[3];
  if v_port !~ '^[1-9][0-9]{0,4}$' then
    v_faults := v_faults || format('The port %L is no number from 1 to 65535.', v_port);
  elsif v_port is not null and not exists (
    select
    from trimtab.settings s
    cross join lateral jsonb_array_elements_text(s.value) p (port)
    where s.name = 'webhook_ports' and p.port = v_port
  ) then
    v_faults := v_faults || format('The port %s is not allowed; allowed are %s.', v_port, (
      select string_agg(p.port, ', ' order by p.place)
      from trimtab.settings s
      cross join lateral jsonb_array_elements_text(s.value) with ordinality p (port, place)
      where s.name = 'webhook_ports'));
  end if;

  if v_host = '' then
    return v_faults || 'There is no host.'::text;
  elsif v_host ~ '^\[' then
    v_address := trimtab.ipv6_of(btrim(v_host, '[]'));
    if v_address is null then
      return v_faults || format('%s is not an IPv6 address.', v_host);
    end if;
  elsif v_host ~ '\.$' then
    return v_faults || format('The host %s ends with a dot.', v_host);
  -- A last part that is a number makes it an IPv4 address for whoever resolves it (WHATWG URL, 3.5): 2130706433, 0x7f.1, 0177.0.0.1.
  elsif v_host ~ '(^|\.)(0x[0-9a-f]*|[0-9]+)$' then
    if v_host !~ '^((0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])(\.|$)){4}$' then
      return v_faults || format('%s is an IPv4 address in an unusual spelling; allowed is four decimal numbers.', v_host);
    end if;
    v_address := v_host::inet;
  elsif v_host !~ format('^%s(\.%1$s)*$', c_label) or length(v_host) > 253 then
    return v_faults || format('%s is not a host name.', v_host);
  elsif v_host !~ '\.' then
    return v_faults || format('%s is a name of the inner network; allowed are full names such as hooks.example.com.', v_host);
  elsif v_host ~ '\.(localhost|localdomain|local|internal|intranet|private|corp|home|lan|arpa|onion|invalid|test|alt)$' then
    return v_faults || format('%s is a name of the inner network or of none.', v_host);
  end if;
  if v_address is not null then
    v_fault := trimtab.address_fault(v_address);
    if v_fault is not null then
      return v_faults || format('Nothing is sent to %s: %s.', v_host, v_fault);
    end if;
  end if;

  select array_agg(a.host order by a.place) into v_allowed
  from trimtab.settings s
  cross join lateral jsonb_array_elements_text(s.value) with ordinality a (host, place)
  where s.name = 'webhook_hosts' and jsonb_typeof(s.value) = 'array';
  -- An empty list allows none; without a list any public host is allowed.
  if (select s.value from trimtab.settings s where s.name = 'webhook_hosts') <> 'null'
     and not coalesce(trimtab.host_matches(v_host, v_allowed), false) then
    v_faults := v_faults || format('The host %s is not allowed here; allowed are %s.',
      v_host, coalesce(array_to_string(v_allowed, ', '), 'none'));
  end if;
  select array_agg(h.host::text order by h.host) into v_allowed
  from trimtab.webhook_hosts h
  where h.org_id = p_org_id;
  if not trimtab.host_matches(v_host, v_allowed) then
    v_faults := v_faults || format('The host %s is not among the organization''s; allowed are %s.',
      v_host, array_to_string(v_allowed, ', '));
  end if;
  return v_faults;
end
$$;
comment on function trimtab.webhook_url_faults(text, uuid) is
  'What is wrong with the URL of a webhook: a sentence each, nothing for one that may be called. Asked are scheme (https; http where the setting webhook_http_allowed says so), port (none, or one of webhook_ports), no credentials, a full host name or a public address in its plain spelling (see address_fault()), and the lists of hosts of the installation (setting webhook_hosts) and of the organization p_org_id (webhook_hosts; null: not asked). Read strictly: what two readers could understand differently is a fault. A name may still resolve to a private address: delivery asks check_resolved_address().';
grant execute on function trimtab.webhook_url_faults(text, uuid) to trimtab_user, trimtab_engine, trimtab_definer;
