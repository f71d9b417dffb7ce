create or replace function trimtab.address_fault(p_address inet)
  returns text
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select case
    when p_address is null then 'there is no address'
    when masklen(p_address) < case family(p_address) when 4 then 32 else 128 end then 'it is a network, not an address'
    else coalesce(
      (
        select b.what
        from (values
          ('0.0.0.0/8'::inet, 'it is unspecified'),
          ('10.0.0.0/8', 'it is private'),
          ('100.64.0.0/10', 'it is of a provider''s inner network'),
          ('100.100.100.200/32', 'it is a cloud''s metadata address'),
          ('127.0.0.0/8', 'it is the machine itself'),
          ('168.63.129.16/32', 'it is a cloud''s metadata address'),
          ('169.254.0.0/16', 'it is link-local'),
          ('169.254.169.254/32', 'it is a cloud''s metadata address'),
          ('172.16.0.0/12', 'it is private'),
          ('192.0.0.0/24', 'it is reserved for protocols'),
          ('192.0.0.192/32', 'it is a cloud''s metadata address'),
          ('192.0.2.0/24', 'it is for documentation'),
          ('192.88.99.0/24', 'it is a relay for IPv6'),
          ('192.168.0.0/16', 'it is private'),
          ('198.18.0.0/15', 'it is for measurements'),
          ('198.51.100.0/24', 'it is for documentation'),
          ('203.0.113.0/24', 'it is for documentation'),
          ('224.0.0.0/4', 'it is multicast'),
          ('240.0.0.0/4', 'it is reserved'),
          ('255.255.255.255/32', 'it is broadcast'),
          ('::/128', 'it is unspecified'),
          ('::1/128', 'it is the machine itself'),
          ('::/96', 'it holds an IPv4 address'),
          ('::ffff:0:0/96', 'it holds an IPv4 address'),
          ('64:ff9b::/96', 'it is translated to an IPv4 address'),
          ('64:ff9b:1::/48', 'it is translated to an IPv4 address'),
          ('2001::/23', 'it is reserved for protocols'),
          ('2001:db8::/32', 'it is for documentation'),
          ('2002::/16', 'it holds an IPv4 address'),
          ('3fff::/20', 'it is for documentation'),
          ('fc00::/7', 'it is private'),
          ('fd00:ec2::254/128', 'it is a cloud''s metadata address'),
          ('fe80::/10', 'it is link-local'),
          ('fec0::/10', 'it is private'),
          ('ff00::/8', 'it is multicast')
        ) b (network, what)
        where p_address <<= b.network
        order by masklen(b.network) desc
        limit 1
      ),
      -- Of IPv6 only the block of global unicast is given out.
      case when family(p_address) = 6 and not p_address <<= inet '2000::/3' then 'it is reserved' end)
  end
$$;
comment on function trimtab.address_fault(inet) is
  'Why nothing may be sent to an IP address (private, link-local, the machine itself, metadata, reserved, translated, multicast and so on); null for a public one. Sources: the IANA registries of special-purpose IPv4 and IPv6 addresses (RFC 6890 and its successors), and the clouds'' documents of their metadata addresses. Stricter than the registries: addresses that hold or become an IPv4 address are refused whatever it is.';
grant execute on function trimtab.address_fault(inet) to trimtab_user, trimtab_engine, trimtab_definer;
