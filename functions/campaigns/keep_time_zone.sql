create or replace function trimtab.keep_time_zone()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: looks at the facts of the organization that is changed, whoever changes it.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  if exists (
    select from trimtab.campaign_metrics f
    where f.org_id = new.org_id and f.grain = 'hour' and f.known_to is null
  ) then
    raise exception 'the time zone cannot be changed any more'
      using errcode = 'TT007',
            detail = format('There are facts by the hour, kept under the days of %s; in %s they would be other days, and count twice.', old.time_zone, new.time_zone),
            hint = 'Make another organization in the right time zone, and import into that.';
  end if;
  return new;
end
$$;
comment on function trimtab.keep_time_zone() is
  'Row trigger: an organization that has facts by the hour keeps its time zone, since the hours are filed under its days. Errors: TT007.';
alter function trimtab.keep_time_zone() owner to trimtab_definer;
create or replace trigger keep_time_zone before update of time_zone on trimtab.organizations
  for each row when (old.time_zone is distinct from new.time_zone)
  execute function trimtab.keep_time_zone();
