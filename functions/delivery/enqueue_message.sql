create or replace function trimtab.enqueue_message(
  p_org_id uuid,
  p_kind text,
  p_recipients text[] default '{}',
  p_subject text default null,
  p_body text default null,
  p_url text default null,
  p_method text default 'POST',
  p_payload jsonb default null,
  p_campaign_id uuid default null,
  p_dedupe_key text default null,
  p_execution_id uuid default null,
  p_rule_id uuid default null,
  p_not_before timestamptz default trimtab.clock()
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_recipients text[];
  v_unknown text[];
  v_id uuid;
begin
  if p_kind = 'webhook' then
    perform trimtab.check_webhook_url(p_url, p_org_id);
  else
    select array_agg(distinct r.recipient) filter (where r.is_known), array_agg(r.given) filter (where not r.is_known)
      into v_recipients, v_unknown
    from (
      select r.given, r.recipient, r.kind in ('user', 'role') or (p_kind = 'email' and r.kind = 'address')
        or (p_kind = 'slack' and r.kind in ('address', 'channel')) as is_known
      from trimtab.resolve_recipients(p_org_id, p_recipients) r
    ) r;
    -- A Slack connection has a channel of its own.
    if v_recipients is null and (p_kind <> 'slack' or v_unknown is not null) then
      raise exception 'nobody would get this message'
        using errcode = 'TT062',
              detail = format('Recipients: %s.', coalesce(array_to_string(v_unknown, ', '), 'none')),
              hint = 'Members'' addresses or ids, or role:<role>; beyond Trimtab other e-mail addresses and #channels as well.';
    end if;
  end if;

  insert into trimtab.outbox (
    org_id, kind, recipients, subject, body, url, method, payload, dedupe_key, execution_id, rule_id, campaign_id,
    status, not_before, created_at, delivered_at)
  values (
    p_org_id, p_kind, coalesce(v_recipients, '{}'), p_subject,
    case when p_kind <> 'webhook' then coalesce(p_body, p_subject) end,
    p_url, case when p_kind = 'webhook' then upper(p_method) end, p_payload, p_dedupe_key, p_execution_id, p_rule_id, p_campaign_id,
    case p_kind when 'in_app' then 'delivered' else 'pending' end, p_not_before, v_now,
    case p_kind when 'in_app' then v_now end)
  on conflict on constraint outbox_dedupe_key_key do nothing
  returning id into v_id;
  if not found then
    return (select o.id from trimtab.outbox o where o.org_id = p_org_id and o.dedupe_key = p_dedupe_key);
  end if;

  if p_kind = 'in_app' then
    insert into trimtab.notifications (org_id, message_id, user_id, subject, body, campaign_id, created_at)
    select p_org_id, v_id, m.user_id, p_subject, coalesce(p_body, p_subject), p_campaign_id, v_now
    from trimtab.memberships m
    where m.org_id = p_org_id
      and exists (
        select
        from unnest(v_recipients) r (recipient)
        where r.recipient = 'user:' || m.user_id
          or trimtab.role_rank(substring(r.recipient from '^role:(.*)$')) <= trimtab.role_rank(m.role));
  end if;
  return v_id;
end
$$;
comment on function trimtab.enqueue_message(uuid, text, text[], text, text, text, text, jsonb, uuid, text, uuid, uuid, timestamptz) is
  'Writes a message (p_kind: in_app, email, slack, webhook) to the outbox in the caller''s transaction and returns its id. One within Trimtab reaches its members at once. The same p_dedupe_key again writes nothing and returns the first one''s id. Recipients as in resolve_recipients(); unknown ones are left out as long as one remains. Errors: TT060 the URL, TT062 nobody to write to. For the system''s own functions.';
grant execute on function trimtab.enqueue_message(uuid, text, text[], text, text, text, text, jsonb, uuid, text, uuid, uuid, timestamptz) to trimtab_definer;
