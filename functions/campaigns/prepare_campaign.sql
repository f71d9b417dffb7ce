create or replace function trimtab.prepare_campaign()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
begin
  new.status := lower(btrim(new.status));
  if tg_op = 'INSERT' then
    new.currency := coalesce(new.currency, (select o.currency from trimtab.organizations o where o.org_id = new.org_id));
    new.created_by := coalesce(new.created_by, trimtab.current_user_id());
    if new.status = 'active' then
      new.activated_at := coalesce(new.activated_at, new.starts_at, v_now);
    end if;
    return new;
  end if;
  new.updated_at := v_now;
  if new.status = 'active' and old.status <> 'active' then
    new.activated_at := greatest(v_now, new.starts_at);
  elsif new.status <> 'active' and old.status = 'active' then
    new.active_seconds := old.active_seconds + greatest(extract(epoch from v_now - old.activated_at), 0);
    new.activated_at := null;
  end if;
  return new;
end
$$;
comment on function trimtab.prepare_campaign() is
  'Row trigger: any spelling of a status is read, the currency defaults to the organization''s, and the time for which a campaign is active is counted (pauses are not).';
create or replace trigger prepare before insert or update on trimtab.campaigns
  for each row execute function trimtab.prepare_campaign();
create or replace trigger least_role before update on trimtab.campaigns
  for each statement execute function trimtab.refuse_low_role('manager');
create or replace trigger least_role before update on trimtab.campaign_groups
  for each statement execute function trimtab.refuse_low_role('manager');
create or replace trigger audit after insert or update or delete on trimtab.campaign_groups
  for each row execute function trimtab.write_audit('campaign_group', 'id');
