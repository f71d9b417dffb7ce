create or replace function trimtab.expire_signals()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the memo is written by nobody else.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  update trimtab.campaign_signals s
  set valid_until = '-infinity'
  where s.org_id = new.org_id
    and s.valid_until > '-infinity';
  return null;
end
$$;
comment on function trimtab.expire_signals() is
  'Row trigger: an organization''s memo of signals is stale once its days or its money are counted differently.';
alter function trimtab.expire_signals() owner to trimtab_definer;
create or replace trigger expire_signals after update of time_zone, currency on trimtab.organizations
  for each row when (old.time_zone is distinct from new.time_zone or old.currency is distinct from new.currency)
  execute function trimtab.expire_signals();
