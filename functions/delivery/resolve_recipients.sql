create or replace function trimtab.resolve_recipients(p_org_id uuid, p_recipients text[])
  returns table (given text, kind text, recipient text, user_id uuid, role text)
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  with named as (
    select btrim(r.recipient) as given, r.place, lower(regexp_replace(btrim(r.recipient), '^(user|role):', '', 'i')) as name,
      case
        when btrim(r.recipient) ~* '^role:' then 'role'
        when btrim(r.recipient) ~* '^(user:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then 'user'
        when btrim(r.recipient) ~ '^[#@][^[:space:]]+$' then 'channel'
        when trimtab.email_faults(btrim(r.recipient)) = '{}' then 'address'
      end as kind
    from unnest(p_recipients) with ordinality r (recipient, place)
    where r.recipient is not null
  ), member as (
    select u.id, lower(u.email) as email
    from trimtab.memberships m
    join trimtab.users u on u.id = m.user_id
    where m.org_id = p_org_id
  )
  select n.given,
    case
      when n.kind in ('user', 'address') and m.id is not null then 'user'
      when n.kind = 'role' and trimtab.role_rank(n.name) <= 5 then 'role'
      when n.kind in ('address', 'channel') then n.kind
      else 'unknown'
    end,
    case
      when n.kind in ('user', 'address') and m.id is not null then 'user:' || m.id
      when n.kind = 'role' and trimtab.role_rank(n.name) <= 5 then 'role:' || n.name
      else n.given
    end,
    m.id,
    case when n.kind = 'role' and trimtab.role_rank(n.name) <= 5 then n.name end
  from named n
  left join lateral (
    select x.id
    from member x
    where (n.kind = 'user' and x.id::text = n.name) or (n.kind = 'address' and x.email = n.name)
    order by x.id
    limit 1
  ) m on true
  order by n.place
$$;
comment on function trimtab.resolve_recipients(uuid, text[]) is
  'Whom names mean, in their order: kind user (a member''s id or e-mail address: recipient is user:<id>), role (role:<role>: everybody with that role or a higher one), address (of somebody who is no member), channel (#…, @…), or unknown.';
grant execute on function trimtab.resolve_recipients(uuid, text[]) to trimtab_definer;
