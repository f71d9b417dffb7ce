create or replace function trimtab.expire_converted_signals()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: rates are everybody's, the memos that they change are each organization's.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_ids uuid[];
begin
  v_org_ids := array(
    select o.org_id
    from trimtab.organizations o
    where exists (
      select
      from trimtab.campaigns c
      where c.org_id = o.org_id
        and c.currency <> o.currency
    )
    order by o.org_id
  );
  -- A refresh that has begun without these rates must be over before its memo is marked.
  perform
  from trimtab.organizations o
  where o.org_id = any (v_org_ids)
  order by o.org_id
  for no key update;

  update trimtab.campaign_signals s
  set valid_until = '-infinity'
  where s.org_id = any (v_org_ids)
    and s.valid_until > '-infinity';
  return null;
end
$$;
comment on function trimtab.expire_converted_signals() is
  'Statement trigger: new exchange rates make the memo of signals stale in each organization that converts money.';
alter function trimtab.expire_converted_signals() owner to trimtab_definer;
create or replace trigger expire_converted_signals after insert on trimtab.exchange_rates
  for each statement execute function trimtab.expire_converted_signals();
